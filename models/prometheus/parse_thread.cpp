#include "models/prometheus/parse_thread.h"

#include <QSocketNotifier>

#include <sys/eventfd.h>
#include <unistd.h>

namespace postern {

ParseThread::ParseThread(QObject* parent) : QObject(parent), m_event(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK))
{
    if (m_event < 0)
        qFatal("eventfd: no descriptor left");
    m_notifier = new QSocketNotifier(m_event, QSocketNotifier::Read, this);
    connect(m_notifier, &QSocketNotifier::activated, this, &ParseThread::deliver);
    m_thread = std::thread(&ParseThread::work, this);
}

ParseThread::~ParseThread()
{
    {
        const std::lock_guard lock(m_mutex);
        m_stop = true;
    }
    m_wake.notify_one();
    m_thread.join();
    delete m_notifier;
    ::close(m_event);
}

void ParseThread::run(Job job, Then then)
{
    m_thens.push_back(std::move(then));
    {
        const std::lock_guard lock(m_mutex);
        m_jobs.push_back(std::move(job));
    }
    m_wake.notify_one();
}

void ParseThread::work()
{
    for (;;) {
        Job job;
        {
            std::unique_lock lock(m_mutex);
            m_wake.wait(lock, [this] { return m_stop || !m_jobs.empty(); });
            if (m_stop)
                return;
            job = std::move(m_jobs.front());
            m_jobs.pop_front();
        }
        std::any result = job();
        // What the job held is let go here, not in the owner's thread: it may be megabytes.
        job = nullptr;
        {
            const std::lock_guard lock(m_mutex);
            m_results.push_back(std::move(result));
        }
        const std::uint64_t one = 1;
        // The counter can not overflow, and a full one wakes the owner just as well.
        [[maybe_unused]] const auto written = ::write(m_event, &one, sizeof one);
    }
}

void ParseThread::deliver()
{
    std::uint64_t count = 0;
    [[maybe_unused]] const auto got = ::read(m_event, &count, sizeof count);
    std::deque<std::any> results;
    {
        const std::lock_guard lock(m_mutex);
        results.swap(m_results);
    }
    for (std::any& result : results) {
        const Then then = std::move(m_thens.front());
        m_thens.pop_front();
        then(std::move(result));
    }
}

} // namespace postern
