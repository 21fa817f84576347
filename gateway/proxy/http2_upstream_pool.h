#pragma once

#include "gateway/event/fd_handler.h"
#include "gateway/http/http2_field_block.h"
#include "gateway/proxy/upstream_stream.h"

#include <deque>
#include <memory>
#include <optional>
#include <vector>

namespace postern {

class Http2UpstreamSession;
class Http2UpstreamStream;

/// One worker's HTTP/2 sessions to one upstream: which stream goes over which of them. Purpose: an
/// UpstreamPool lends a connection to one; here one is many's. Owned by the worker's configurations, like the
/// UpstreamPool beside it; on the worker's thread. It may end inside an event of its own sessions.
///
/// A stream goes to the endpoint that the balancer chooses: over a session there that has room (the peer's
/// limit of streams and kMostStreams), else over a new connection, else, as `maxConnections` are there, over
/// a session at another endpoint that is worth trying, else a session there makes way (one of an endpoint
/// that is set aside, or one that carries nothing), else it waits with at most `maxPending`. A stream that is
/// bound to its endpoint, by its hash or as an attempt that avoids those before, goes over no other's
/// session: any makes way for it. Sessions that drain do not count, up to as many again: a stream that lasts
/// for ever on one of them holds up nobody.
class Http2UpstreamPool final : private FdHandler
{
public:
    using Begun = UpstreamStream::Begun;

    Http2UpstreamPool(WorkerContext& context, std::shared_ptr<UpstreamPool> connections);
    ~Http2UpstreamPool();
    Http2UpstreamPool(const Http2UpstreamPool&) = delete;
    Http2UpstreamPool& operator=(const Http2UpstreamPool&) = delete;

    /// Waiting: \a stream hears streamReady() or streamFailed() later. Failed: \a failure says why.
    [[nodiscard]] Begun join(Http2UpstreamStream& stream, ConnectFailure& failure);
    /// \a stream waits for a session no longer.
    void forget(Http2UpstreamStream& stream);
    [[nodiscard]] std::size_t sessions() const { return m_sessions.size(); }

    // For its sessions.
    [[nodiscard]] UpstreamPool& connections() { return *m_connections; }
    [[nodiscard]] Http2FieldBlock& fieldBlock() { return m_fieldBlock; }
    /// There may be room for those that wait.
    void roomMade();
    /// \a session carries nothing any more; it lives until the handlers on the stack are done.
    void ended(Http2UpstreamSession& session);

private:
    /// Over a session, or a connection that is to be one; nothing: there is no room.
    [[nodiscard]] std::optional<Begun> place(Http2UpstreamStream& stream, ConnectFailure& failure);
    [[nodiscard]] Http2UpstreamSession* find(const UpstreamEndpoint& endpoint,
                                             const Http2UpstreamStream& stream, Freshness freshness);
    /// A session of another endpoint than \a chosen that the stream may as well go over.
    [[nodiscard]] Http2UpstreamSession* findElsewhere(const UpstreamEndpoint& chosen,
                                                      const Http2UpstreamStream& stream);
    [[nodiscard]] std::size_t draining() const;
    [[nodiscard]] bool mayOpen() const;
    /// Has a session of another endpoint drain for \a stream. False: none may.
    [[nodiscard]] bool makeRoom(const UpstreamEndpoint& chosen, const Http2UpstreamStream& stream);
    [[nodiscard]] Begun open(UpstreamEndpoint& endpoint, Http2UpstreamStream& stream,
                             ConnectFailure& failure);
    void ready(FdEvents events) override;

    WorkerContext& m_context;
    std::shared_ptr<UpstreamPool> m_connections;
    std::vector<std::unique_ptr<Http2UpstreamSession>> m_sessions;
    std::deque<Http2UpstreamStream*> m_waiting; ///< for room in any session; first come, first served
    Http2FieldBlock m_fieldBlock;               ///< a head being written
    FdToken m_token;
    bool m_turnAsked = false;
};

} // namespace postern
