#pragma once

#include "gateway/event/deadline_sweep.h"
#include "gateway/event/fd_handler.h"
#include "gateway/net/stream_socket.h"
#include "gateway/upstream/balancer_hint.h"

#include <chrono>
#include <memory>

namespace postern {

class UpstreamConnection;
class UpstreamEndpoint;
class UpstreamPool;

/// Why there is no connection.
enum class ConnectFailure : unsigned char {
    Overloaded,  ///< all connections are in use, and the queue is full
    Refused,     ///< no endpoint could be reached
    TimedOut,    ///< none within the connect timeout
    Handshake,   ///< TLS did not come about: never plain instead
    NoEndpoints, ///< the upstream has none: its name was never resolved
};

/// For whom a connection is.
enum class Lending : unsigned char {
    OneRequest, ///< the pool counts it as one request at its endpoint
    Shared      ///< for many at once, for long (HTTP/2); they are counted by who has it
};

/// Whether a connection that was used before will do.
enum class Freshness : unsigned char { Any, New };

/// What a user wants of a connection.
struct ConnectionWish
{
    BalancerHint hint;
    Freshness freshness = Freshness::Any;
    Lending lending = Lending::OneRequest;
};

/// Who uses an upstream connection, one at a time. Each call may end the use: release() or cancel().
class UpstreamConnectionUser
{
public:
    /// acquire() was answered "later"; here it is.
    virtual void connectionReady(UpstreamConnection& connection) = 0;
    virtual void connectionFailed(ConnectFailure failure) = 0;
    /// Something happened on the socket, which has noted it: read, flush.
    virtual void connectionEvent() = 0;
    /// Its endpoint has left the upstream, or it is old: nothing new on it, and release() when what is under
    /// way is done. Called once for each, on a turn of its own; Lending::Shared only, as the others release
    /// soon anyway.
    virtual void connectionLeaving() {}

protected:
    ~UpstreamConnectionUser() = default;
};

/// One connection to an endpoint: being made, in use by one request, or idle. Owned by its pool, on the
/// worker's thread; only the pool makes, lends and ends it. Idle it is its descriptor and this object.
class UpstreamConnection final : private FdHandler, private Deadline
{
public:
    ~UpstreamConnection() override;

    [[nodiscard]] StreamSocket& socket() { return m_socket; }
    [[nodiscard]] UpstreamEndpoint& endpoint() { return m_endpoint; }
    [[nodiscard]] const UpstreamEndpoint& endpoint() const { return m_endpoint; }
    /// It has carried a request before: its end may be a keep-alive race, not a fault.
    [[nodiscard]] bool isReused() const { return m_uses > 1; }
    /// The upstream keeps idle connections for \a theirs: this one ends before, so that no request meets it
    /// as the upstream closes it.
    void limitIdle(std::chrono::seconds theirs);
    /// Calls the user's connectionEvent() on the next turn, for the rest of the work.
    void again();

private:
    friend class UpstreamPool;
    enum class State : unsigned char { Connecting, Handshaking, Promised, InUse, Idle, Closed };

    UpstreamConnection(UpstreamPool& pool, UpstreamEndpoint& endpoint, FileDescriptor fd);
    void ready(FdEvents events) override;
    void reached() override;
    /// Something came while nothing was asked: an end, or bytes that belong to no request; but not what TLS
    /// says by itself.
    [[nodiscard]] bool isSpoilt() { return m_socket.mayRead() && !m_socket.isQuiet(); }
    /// Tells the user connectionLeaving() on the next turn.
    void leaveSoon();

    UpstreamPool& m_pool;
    UpstreamEndpoint& m_endpoint;
    StreamSocket m_socket;
    FdToken m_token;
    UpstreamConnectionUser* m_user = nullptr;
    ConnectionWish m_wish;   ///< the user's, as long as it may have to go elsewhere
    std::size_t m_place = 0; ///< in the pool's list
    Clock::Steady m_since{}; ///< when it began to be made
    std::chrono::milliseconds m_idleLimit = std::chrono::milliseconds::max();
    std::uint32_t m_uses = 0;
    State m_state = State::Connecting;
    bool m_leaving = false;      ///< and the user does not know yet
    bool m_discounted = false;   ///< from `maxConnections`
    unsigned char m_attempt = 0; ///< which of the user's attempts to connect this is
};

} // namespace postern
