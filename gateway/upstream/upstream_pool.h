#pragma once

#include "gateway/event/epoll_dispatcher.h"
#include "gateway/upstream/endpoint_chooser.h"
#include "gateway/upstream/upstream_connection.h"
#include "gateway/upstream/upstream_directory.h"
#include "gateway/upstream/upstream_settings.h"

#include <deque>
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
        std::uint64_t seed = 0; ///< of random choices; each pool makes its own of it
    };
    using Freshness = postern::Freshness;
    enum class Reuse : unsigned char { No, Yes };
    /// A connection now; or why there is none; or neither: the user is called later.
    struct Acquired
    {
        UpstreamConnection* connection = nullptr;
        std::optional<ConnectFailure> failure;
    };

    UpstreamPool(const Environment& environment, UpstreamSettings settings,
                 std::shared_ptr<UpstreamDirectory> directory);
    ~UpstreamPool();
    UpstreamPool(const UpstreamPool&) = delete;
    UpstreamPool& operator=(const UpstreamPool&) = delete;

    [[nodiscard]] const UpstreamSettings& settings() const { return m_settings; }
    /// Its endpoints are \a directory's from now on. Those that stay (by address) keep their connections and
    /// their past; those that leave get no new request, end what is in flight, and close.
    void follow(std::shared_ptr<UpstreamDirectory> directory);
    /// Looks whether the directory has changed.
    void refresh();

    /// Which endpoint a request is to go to: for who keeps connections of its own (Lending::Shared). Null
    /// when there is none. It counts as a turn.
    [[nodiscard]] UpstreamEndpoint* choose(const BalancerHint& hint);
    /// Whether \a hint wants the endpoint that was chosen by it, rather than any.
    [[nodiscard]] bool isBound(const BalancerHint& hint) const;
    /// Whether \a other is worth trying where \a chosen is; false: it has left. For who keeps connections of
    /// its own and has one there already.
    [[nodiscard]] bool isAsGood(EndpointId other, const UpstreamEndpoint& chosen) const;
    /// A connection to the endpoint that the balancer chooses.
    [[nodiscard]] Acquired acquire(UpstreamConnectionUser& user, const ConnectionWish& wish);
    /// A connection to \a endpoint; to another one if it refuses or leaves: connection.endpoint() tells.
    [[nodiscard]] Acquired acquireAt(UpstreamEndpoint& endpoint, UpstreamConnectionUser& user,
                                     const ConnectionWish& wish);
    /// \a user no longer waits. The connection that is being made for it serves the next one.
    void cancel(UpstreamConnectionUser& user);
    /// Nothing new begins on \a connection, lent Lending::Shared: from now on it does not count against
    /// `maxConnections`, up to as many again.
    void discount(UpstreamConnection& connection);
    /// Why the connection had no TLS whose user is told that it failed (Handshake, or TimedOut within it);
    /// asked inside that call.
    [[nodiscard]] HandshakeFailure handshakeFailure() const { return m_handshakeFailure; }
    /// Gives \a connection back; Reuse::Yes only when its last exchange is complete in both directions.
    void release(UpstreamConnection& connection, Reuse reuse);

    [[nodiscard]] std::size_t connections() const { return m_connections.size(); }
    [[nodiscard]] std::size_t idle() const;
    [[nodiscard]] std::size_t waiting() const { return m_waiting.size(); }
    /// Endpoints that have left but are not done yet.
    [[nodiscard]] std::size_t leaving() const { return m_left.size(); }

private:
    friend class UpstreamConnection;
    struct Waiting
    {
        UpstreamConnectionUser* user;
        UpstreamEndpoint* at; ///< null: the balancer chooses
        ConnectionWish wish;
    };

    Acquired obtain(UpstreamEndpoint& endpoint, const Waiting& who);
    /// Whether \a who must not be given another endpoint's connection.
    [[nodiscard]] bool isBound(const Waiting& who) const;
    [[nodiscard]] UpstreamEndpoint* endpointFor(const Waiting& who);
    Acquired open(UpstreamEndpoint& endpoint, const Waiting& who, unsigned char attempt);
    Acquired tryAnother(const Waiting& who, unsigned char attempt, ConnectFailure failure);
    [[nodiscard]] UpstreamConnection* takeIdle(UpstreamEndpoint& preferred, const Waiting& who);
    /// Whether an unbound request may go to \a other in place of \a chosen: not from a well one to one that
    /// is set aside.
    [[nodiscard]] bool isAsGood(const UpstreamEndpoint& other, const UpstreamEndpoint& chosen) const;
    /// For one connection more, and \a besides for others.
    [[nodiscard]] bool hasRoom(std::size_t besides = 0) const;
    /// Ends an idle connection, of an endpoint that is set aside if there is one. False: none is idle.
    bool makeRoom();
    void connected(UpstreamConnection& connection);
    bool secure(UpstreamConnection& connection);
    void shakeHands(UpstreamConnection& connection);
    void established(UpstreamConnection& connection);
    void connectFailed(UpstreamConnection& connection, ConnectFailure failure);
    [[nodiscard]] static HandshakeFailure whyNoTls(UpstreamConnection& connection, ConnectFailure failure);
    /// \a connection is for \a who, now or when it is made; and is for nobody.
    static void assign(UpstreamConnection& connection, const Waiting& who);
    static void unassign(UpstreamConnection& connection);
    void lend(UpstreamConnection& connection);
    [[nodiscard]] bool isWornOut(const UpstreamConnection& connection) const;
    /// Of one that is shared: its user hears when it is old.
    void watchAge(UpstreamConnection& connection);
    /// Whether who waits longest may have \a connection.
    [[nodiscard]] bool suitsTheFirst(const UpstreamConnection& connection);
    void promiseOrIdle(UpstreamConnection& connection);
    void keepPromise(UpstreamConnection& connection);
    /// Closes; the object lives until the handlers on the stack are done.
    void end(UpstreamConnection& connection);
    void replaceEndpoints(const UpstreamDirectory::Entries& entries);
    void leave(UpstreamEndpoint& endpoint);
    /// Someone waits, and there is room: next turn, not inside the request that makes room.
    void serveWaitingSoon();
    void serveWaiting();
    void ready(FdEvents events) override;
    void answer(UpstreamConnectionUser& user, const Acquired& acquired);

    Environment m_environment;
    const UpstreamSettings m_settings;
    std::shared_ptr<UpstreamDirectory> m_directory;
    std::uint64_t m_version = 0; ///< of the directory, as the endpoints are
    OutlierDetector m_detector;
    EndpointChooser m_chooser;
    EndpointChooser::Endpoints m_endpoints;
    EndpointChooser::Endpoints m_left; ///< no longer of the upstream, but with something in flight
    std::vector<std::unique_ptr<UpstreamConnection>> m_connections;
    std::deque<Waiting> m_waiting; ///< first come, first served
    FdToken m_token;               ///< to be called on the next turn
    std::size_t m_discounted = 0;  ///< of m_connections
    EndpointId m_nextId = 0;
    HandshakeFailure m_handshakeFailure = HandshakeFailure::None; ///< of the connection that failed last
    bool m_turnAsked = false;
};

} // namespace postern
