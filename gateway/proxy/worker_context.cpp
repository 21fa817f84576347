#include "gateway/proxy/worker_context.h"

#include "gateway/proxy/exchange.h"
#include "gateway/proxy/http2_stream.h"

namespace postern {

namespace {
// A warm exchange holds some 8 KiB: enough for a busy moment, not a memory of the worst one.
constexpr std::size_t kMostWarm = 256;
} // namespace

WorkerContext::WorkerContext(EpollDispatcher& d, const Clock& c, WorkerTelemetry& t, std::size_t workerCount)
    : dispatcher(d)
    , clock(c)
    , telemetry(t)
    , workers(workerCount)
    , deadlines(c)
    , receiveBuffer(std::make_unique<std::array<char, kReceiveSize>>())
{}

WorkerContext::~WorkerContext() = default;

std::unique_ptr<Exchange> WorkerContext::takeExchange()
{
    ++requestsInFlight;
    if (m_warm.empty())
        return std::make_unique<Exchange>(*this);
    std::unique_ptr<Exchange> exchange = std::move(m_warm.back());
    m_warm.pop_back();
    return exchange;
}

void WorkerContext::giveBack(std::unique_ptr<Exchange> exchange)
{
    --requestsInFlight;
    if (m_warm.size() < kMostWarm)
        m_warm.push_back(std::move(exchange));
    else
        dispatcher.retire(std::move(exchange));
}

std::unique_ptr<Http2Stream> WorkerContext::takeStream()
{
    if (m_warmStreams.empty())
        return std::make_unique<Http2Stream>();
    std::unique_ptr<Http2Stream> stream = std::move(m_warmStreams.back());
    m_warmStreams.pop_back();
    return stream;
}

void WorkerContext::giveBack(std::unique_ptr<Http2Stream> stream)
{
    if (m_warmStreams.size() < kMostWarm)
        m_warmStreams.push_back(std::move(stream));
    else
        dispatcher.retire(std::move(stream));
}

} // namespace postern
