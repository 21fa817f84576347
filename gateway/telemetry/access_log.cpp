#include "gateway/telemetry/access_log.h"

#include "gateway/telemetry/log_ring.h"
#include "gateway/telemetry/log_sink.h"

#include <csignal>
#include <deque>
#include <future>
#include <mutex>
#include <thread>

#include <pthread.h>

namespace postern {

AccessLogQueue::AccessLogQueue(LogRing& ring) : m_ring(ring) {}

void AccessLogQueue::write(const RequestRecord& record, const AccessLogTexts& texts)
{
    m_line.clear();
    appendAccessLogLine(m_line, record, texts, m_time.text(record.time));
    m_ring.push(m_line);
}

class AccessLog::Private
{
public:
    explicit Private(const Options& given) : options(given), sink(given.fd, giveUp) {}

    void run();
    bool writeOnce();

    const Options options;
    LogWake wake;
    std::atomic<bool> finishing = false;
    std::atomic<bool> giveUp = false;
    LogSink sink;
    mutable std::mutex mutex; ///< guards the lists below; not their contents
    std::deque<LogRing> rings;
    std::deque<AccessLogQueue> queues;
    std::string batch; ///< the writer's
    std::promise<void> done;
    std::thread thread;
};

void AccessLog::Private::run()
{
    // Signals are for the main thread; a reader that went away is a failed write here, not the process's end.
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, nullptr);
    pthread_setname_np(pthread_self(), "access-log");
    while (true) {
        // Read before the rings: what was pushed before finish() is then seen below.
        const bool last = finishing.load();
        wake.rest();
        const bool wrote = writeOnce();
        if (last && !wrote)
            break;
        if (last)
            continue;
        wake.wait(-1);
        // More lines will follow the first: one write for all of them, unless a ring fills up.
        if (!finishing.load() && !wake.hurried())
            wake.wait(static_cast<int>(options.gather.count()));
    }
    done.set_value();
}

bool AccessLog::Private::writeOnce()
{
    batch.clear();
    {
        const std::lock_guard lock(mutex);
        for (LogRing& ring : rings) {
            std::size_t taken = 0;
            for (const std::string_view piece : ring.peek()) {
                batch += piece;
                taken += piece.size();
            }
            ring.consume(taken);
        }
    }
    sink.write(batch);
    return !batch.empty();
}

AccessLog::AccessLog(const Options& options) : d(std::make_unique<Private>(options))
{
    d->thread = std::thread([this] { d->run(); });
}

AccessLog::~AccessLog() { finish(std::chrono::seconds(1)); }

AccessLogQueue& AccessLog::addQueue()
{
    const std::lock_guard lock(d->mutex);
    return d->queues.emplace_back(d->rings.emplace_back(d->options.queueBytes, d->wake));
}

std::uint64_t AccessLog::dropped() const
{
    const std::lock_guard lock(d->mutex);
    std::uint64_t lines = d->sink.lost();
    for (const LogRing& ring : d->rings)
        lines += ring.dropped();
    return lines;
}

void AccessLog::finish(std::chrono::milliseconds bound)
{
    if (!d->thread.joinable())
        return;
    d->finishing = true;
    d->wake.signal();
    if (d->done.get_future().wait_for(bound) != std::future_status::ready)
        d->giveUp = true;
    d->thread.join();
}

} // namespace postern
