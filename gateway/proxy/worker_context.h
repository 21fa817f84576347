#pragma once

#include "gateway/event/deadline_sweep.h"
#include "gateway/event/epoll_dispatcher.h"
#include "gateway/http/http2_field_block.h"
#include "gateway/http/http_date.h"
#include "gateway/proxy/worker_configuration.h"

#include <array>
#include <memory>
#include <random>
#include <string>

namespace postern {

class Exchange;
class Http2Stream;

/// What all connections of one worker share. Owned by the ProxyWorker, on its thread.
struct WorkerContext
{
    /// Large reads save system calls; one buffer for the whole thread saves memory.
    static constexpr std::size_t kReceiveSize = 128 * 1024;

    WorkerContext(EpollDispatcher& d, const Clock& c, WorkerTelemetry& t, std::size_t workerCount);
    ~WorkerContext();

    [[nodiscard]] UpstreamPool::Environment poolEnvironment()
    {
        return {dispatcher, deadlines, clock, std::random_device{}()};
    }

    /// A warm exchange, or a new one; given back by giveBack().
    [[nodiscard]] std::unique_ptr<Exchange> takeExchange();
    void giveBack(std::unique_ptr<Exchange> exchange);
    /// Likewise, of a client's HTTP/2 connection.
    [[nodiscard]] std::unique_ptr<Http2Stream> takeStream();
    void giveBack(std::unique_ptr<Http2Stream> stream);

    EpollDispatcher& dispatcher;
    const Clock& clock;
    WorkerTelemetry& telemetry;
    const std::size_t workers; ///< of the process, which share its ceilings
    DeadlineSweep deadlines;
    /// Holds what was received last, for the handler that received it and as long as it runs.
    std::unique_ptr<std::array<char, kReceiveSize>> receiveBuffer;
    std::string scratch; ///< a message being written; empty between uses
    /// What a session is about to tell an upstream. Not `scratch`: a stream may fail while its frames are
    /// gathered, and its client is answered at once.
    std::string upstreamFrames;
    Http2FieldBlock fieldBlock; ///< a head being written, likewise
    HttpDate date;
    std::minstd_rand random{std::random_device{}()};          ///< for jitter, nothing secret
    std::shared_ptr<const WorkerConfiguration> configuration; ///< for requests that begin now
    bool closing = false;                                     ///< every answer says `Connection: close`
    bool draining = false;                                    ///< nothing begins any more
    std::size_t requestsInFlight = 0;

private:
    std::vector<std::unique_ptr<Exchange>> m_warm;
    std::vector<std::unique_ptr<Http2Stream>> m_warmStreams;
};

} // namespace postern
