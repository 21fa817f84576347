// UpstreamPool's connections: how they are made.
#include "gateway/net/native_address.h"
#include "gateway/net/tcp_liveness.h"
#include "gateway/tls/session_cache.h"
#include "gateway/tls/tls_client_context.h"
#include "gateway/upstream/upstream_pool.h"

#include <netinet/in.h>
#include <netinet/tcp.h>

#include <cerrno>

namespace postern {

namespace {
// Endpoints tried for one request before it is told that none answers.
constexpr unsigned char kMostAttempts = 3;
} // namespace

UpstreamPool::Acquired UpstreamPool::open(UpstreamEndpoint& endpoint, const Waiting& who,
                                          unsigned char attempt)
{
    const NativeAddress address(endpoint.settings().address);
    FileDescriptor fd(::socket(address.family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    if (!fd.isOpen())
        return {nullptr, ConnectFailure::Overloaded}; // of descriptors: no fault of the endpoint
    if (address.family() != AF_UNIX) {
        const int on = 1;
        ::setsockopt(fd.fd(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        (void)watchPeerOf(fd.fd()); // without it the connection is worth having all the same
    }
    // A unix socket whose queue is full answers EAGAIN, and tells nobody when that is over: a refusal.
    const bool atOnce = ::connect(fd.fd(), address.data(), address.size) == 0;
    if (!atOnce && errno != EINPROGRESS) {
        endpoint.report(AttemptOutcome::ConnectFailure, m_environment.clock.steady());
        return tryAnother(who, attempt, ConnectFailure::Refused);
    }
    std::unique_ptr<UpstreamConnection> owned(new UpstreamConnection(*this, endpoint, std::move(fd)));
    UpstreamConnection& connection = *owned;
    const auto token = m_environment.dispatcher.add(connection.m_socket.fd(), connection);
    if (!token)
        return {nullptr, ConnectFailure::Overloaded};
    connection.m_token = *token;
    connection.m_attempt = attempt;
    connection.m_since = m_environment.clock.steady();
    connection.m_place = m_connections.size();
    m_connections.push_back(std::move(owned));
    ++endpoint.m_connections;
    assign(connection, who);
    if (!atOnce || m_settings.security.required) {
        // Secured, the event that tells of the connection begins the handshake, on a turn of its own.
        m_environment.deadlines.set(connection, m_environment.clock.steady() + m_settings.connectTimeout);
        return {};
    }
    endpoint.health().connected(m_environment.clock.steady());
    lend(connection);
    return {&connection, std::nullopt};
}

UpstreamPool::Acquired UpstreamPool::tryAnother(const Waiting& who, unsigned char attempt,
                                                ConnectFailure failure)
{
    // Nothing was sent, so any request may go elsewhere. The one that failed is no longer worth trying; when
    // no other is, it would be chosen again.
    UpstreamEndpoint* endpoint = choose(who.wish.hint);
    if (attempt >= kMostAttempts || !endpoint ||
        !endpoint->health().isWorthTrying(m_environment.clock.steady()))
        return {nullptr, failure};
    if (who.wish.freshness == Freshness::Any && !endpoint->m_idle.empty())
        return {takeIdle(*endpoint, who), std::nullopt};
    return open(*endpoint, who, static_cast<unsigned char>(attempt + 1));
}

void UpstreamPool::connected(UpstreamConnection& connection)
{
    int error = 0;
    socklen_t size = sizeof error;
    if (::getsockopt(connection.m_socket.fd(), SOL_SOCKET, SO_ERROR, &error, &size) != 0 || error != 0) {
        connectFailed(connection, ConnectFailure::Refused);
        return;
    }
    if (!m_settings.security.required)
        established(connection);
    else if (secure(connection))
        shakeHands(connection);
    else
        connectFailed(connection, ConnectFailure::Handshake);
}

/// False when no secure channel can be made.
bool UpstreamPool::secure(UpstreamConnection& connection)
{
    if (!m_settings.security.context)
        return false;
    UpstreamEndpoint& endpoint = connection.m_endpoint;
    if (!endpoint.m_sessions)
        endpoint.m_sessions = std::make_shared<TlsSessionCache>(m_environment.clock);
    const std::string& name = m_settings.security.serverName;
    auto channel = m_settings.security.context->connect(
        name.empty() ? endpoint.settings().address.host.text().toStdString() : name, endpoint.m_sessions);
    if (!channel)
        return false;
    connection.m_socket.secure(std::move(channel));
    connection.m_state = UpstreamConnection::State::Handshaking;
    return true;
}

void UpstreamPool::shakeHands(UpstreamConnection& connection)
{
    switch (connection.m_socket.handshake()) {
    case Handshake::UnderWay:
        break; // within the connect timeout
    case Handshake::Done:
        established(connection);
        break;
    case Handshake::Failed:
        connectFailed(connection, ConnectFailure::Handshake);
        break;
    }
}

void UpstreamPool::established(UpstreamConnection& connection)
{
    connection.m_endpoint.health().connected(m_environment.clock.steady());
    if (connection.m_socket.mayRead())
        connection.again(); // it spoke first, and no further event will tell
    if (UpstreamConnectionUser* user = connection.m_user) {
        lend(connection);
        if (connection.m_leaving)
            connection.again();
        user->connectionReady(connection);
    } else {
        promiseOrIdle(connection);
    }
}

HandshakeFailure UpstreamPool::whyNoTls(UpstreamConnection& connection, ConnectFailure failure)
{
    const SecureChannel* channel = connection.m_socket.channel();
    if (failure == ConnectFailure::Handshake)
        return channel ? channel->failure() : HandshakeFailure::Internal;
    return channel && failure == ConnectFailure::TimedOut ? HandshakeFailure::TimedOut
                                                          : HandshakeFailure::None;
}

void UpstreamPool::connectFailed(UpstreamConnection& connection, ConnectFailure failure)
{
    connection.m_endpoint.report(AttemptOutcome::ConnectFailure, m_environment.clock.steady());
    m_handshakeFailure = whyNoTls(connection, failure);
    UpstreamConnectionUser* user = connection.m_user;
    const Waiting who{user, nullptr, connection.m_wish};
    const unsigned char attempt = connection.m_attempt;
    end(connection);
    if (user)
        answer(*user, tryAnother(who, attempt, failure));
}

} // namespace postern
