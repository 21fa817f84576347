#pragma once

#include "gateway/event/epoll_dispatcher.h"
#include "gateway/telemetry/worker_telemetry.h"
#include "gateway/upstream/upstream_connection.h"
#include "gateway/upstream/upstream_endpoint.h"

#include <deque>
#include <functional>
#include <optional>

namespace postern {

/// One worker's connections to one upstream. Purpose: requests reuse connections, last in first out, so that
/// few stay warm and the rest can time out. Owned by the worker's configurations: a reload that leaves the
/// upstream as it was keeps the pool, else it ends with the last request that uses it. On the worker's
/// thread.
class UpstreamPool final : private FdHandler
{
public:
    struct Environment
    {
        EpollDispatcher& dispatcher;
        DeadlineSweep& deadlines;
        const Clock& clock;
    };
    /// Whether a connection that was used before will do.
    enum class Freshness : unsigned char { Any, New };
    enum class Reuse : unsigned char { No, Yes };
    /// A connection now; or why there is none; or neither: the user is called later.
    struct Acquired
    {
        UpstreamConnection* connection = nullptr;
        std::optional<ConnectFailure> failure;
    };
    using Observer = std::function<void(std::size_t endpoint, EndpointState state)>;

    UpstreamPool(const Environment& environment, UpstreamSettings settings);
    ~UpstreamPool();
    UpstreamPool(const UpstreamPool&) = delete;
    UpstreamPool& operator=(const UpstreamPool&) = delete;

    [[nodiscard]] const UpstreamSettings& settings() const { return m_settings; }
    /// Hears each endpoint's state now and whenever it changes.
    void observe(Observer observer);

    [[nodiscard]] Acquired acquire(UpstreamConnectionUser& user, Freshness freshness = Freshness::Any);
    /// \a user no longer waits. The connection that is being made for it serves the next one.
    void cancel(UpstreamConnectionUser& user);
    /// Gives \a connection back; Reuse::Yes only when its last exchange is complete in both directions.
    void release(UpstreamConnection& connection, Reuse reuse);

    [[nodiscard]] std::size_t connections() const { return m_connections.size(); }
    [[nodiscard]] std::size_t idle() const;
    [[nodiscard]] std::size_t waiting() const { return m_waiting.size(); }

private:
    friend class UpstreamConnection;

    Acquired open(UpstreamEndpoint& endpoint, UpstreamConnectionUser& user, unsigned char attempt);
    [[nodiscard]] UpstreamConnection* takeIdle(UpstreamEndpoint& preferred, UpstreamConnectionUser& user);
    bool makeRoom();
    void connected(UpstreamConnection& connection);
    void connectFailed(UpstreamConnection& connection, ConnectFailure failure);
    Acquired tryAnother(UpstreamConnectionUser& user, unsigned char attempt, ConnectFailure failure);
    void lend(UpstreamConnection& connection, UpstreamConnectionUser& user);
    void promiseOrIdle(UpstreamConnection& connection);
    void keepPromise(UpstreamConnection& connection);
    /// Closes; the object lives until the handlers on the stack are done.
    void end(UpstreamConnection& connection);
    /// Someone waits, and there is room: next turn, not inside the request that makes room.
    void serveWaitingSoon();
    void ready(FdEvents events) override;
    void tell(const UpstreamEndpoint& endpoint);

    Environment m_environment;
    const UpstreamSettings m_settings;
    std::vector<UpstreamEndpoint> m_endpoints;
    std::vector<std::unique_ptr<UpstreamConnection>> m_connections;
    std::deque<UpstreamConnectionUser*> m_waiting; ///< first come, first served
    Observer m_observer;
    FdToken m_token; ///< to be called on the next turn
    bool m_serveSoon = false;
};

} // namespace postern
