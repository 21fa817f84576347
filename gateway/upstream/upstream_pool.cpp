#include "gateway/upstream/upstream_pool.h"

#include "gateway/net/native_address.h"

#include <netinet/in.h>
#include <netinet/tcp.h>

#include <algorithm>
#include <cerrno>

namespace postern {

namespace {
// Endpoints tried for one request before it is told that none answers.
constexpr unsigned char kMostAttempts = 3;
} // namespace

UpstreamPool::UpstreamPool(const Environment& environment, UpstreamSettings settings)
    : m_environment(environment), m_settings(std::move(settings))
{
    m_endpoints.reserve(m_settings.endpoints.size());
    for (const auto& endpoint : m_settings.endpoints)
        m_endpoints.emplace_back(endpoint, m_endpoints.size());
    m_token = m_environment.dispatcher.addWithoutDescriptor(*this);
}

UpstreamPool::~UpstreamPool()
{
    m_waiting.clear();
    while (!m_connections.empty())
        end(*m_connections.back());
    m_environment.dispatcher.forget(m_token);
}

void UpstreamPool::observe(Observer observer)
{
    m_observer = std::move(observer);
    for (const UpstreamEndpoint& endpoint : m_endpoints)
        tell(endpoint);
}

void UpstreamPool::tell(const UpstreamEndpoint& endpoint)
{
    if (m_observer)
        m_observer(endpoint.index(),
                   endpoint.isHealthy() ? EndpointState::Healthy : EndpointState::Unhealthy);
}

std::size_t UpstreamPool::idle() const
{
    std::size_t count = 0;
    for (const UpstreamEndpoint& endpoint : m_endpoints)
        count += endpoint.idle.size();
    return count;
}

UpstreamPool::Acquired UpstreamPool::acquire(UpstreamConnectionUser& user, Freshness freshness)
{
    UpstreamEndpoint& endpoint =
        *chooseEndpoint(m_endpoints, m_settings.balancer, m_environment.clock.steady());
    if (freshness == Freshness::Any && !endpoint.idle.empty())
        return {takeIdle(endpoint, user), std::nullopt};
    if (m_connections.size() < m_settings.maxConnections || (freshness == Freshness::New && makeRoom()))
        return open(endpoint, user, 1);
    if (freshness == Freshness::Any) {
        // Full: rather another endpoint's idle connection than a place in the queue.
        if (UpstreamConnection* connection = takeIdle(endpoint, user))
            return {connection, std::nullopt};
    }
    if (m_waiting.size() >= m_settings.maxPending)
        return {nullptr, ConnectFailure::Overloaded};
    m_waiting.push_back(&user);
    return {};
}

UpstreamConnection* UpstreamPool::takeIdle(UpstreamEndpoint& preferred, UpstreamConnectionUser& user)
{
    UpstreamEndpoint* endpoint = &preferred;
    if (endpoint->idle.empty()) {
        const auto other = std::find_if(m_endpoints.begin(), m_endpoints.end(),
                                        [](const UpstreamEndpoint& one) { return !one.idle.empty(); });
        if (other == m_endpoints.end())
            return nullptr;
        endpoint = &*other;
    }
    UpstreamConnection* connection = endpoint->idle.back();
    endpoint->idle.pop_back();
    ++endpoint->active;
    lend(*connection, user);
    return connection;
}

bool UpstreamPool::makeRoom()
{
    for (UpstreamEndpoint& endpoint : m_endpoints) {
        if (!endpoint.idle.empty()) {
            end(*endpoint.idle.front());
            return true;
        }
    }
    return false;
}

UpstreamPool::Acquired UpstreamPool::open(UpstreamEndpoint& endpoint, UpstreamConnectionUser& user,
                                          unsigned char attempt)
{
    const NativeAddress address(endpoint.settings().address);
    FileDescriptor fd(::socket(address.family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    if (!fd.isOpen())
        return {nullptr, ConnectFailure::Overloaded}; // of descriptors: no fault of the endpoint
    const int on = 1;
    ::setsockopt(fd.fd(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    const bool atOnce = ::connect(fd.fd(), address.data(), address.size) == 0;
    if (!atOnce && errno != EINPROGRESS) {
        if (endpoint.failed(m_environment.clock.steady()))
            tell(endpoint);
        return tryAnother(user, attempt, ConnectFailure::Refused);
    }
    std::unique_ptr<UpstreamConnection> owned(new UpstreamConnection(*this, endpoint, std::move(fd)));
    UpstreamConnection& connection = *owned;
    const auto token = m_environment.dispatcher.add(connection.m_socket.fd(), connection);
    if (!token)
        return {nullptr, ConnectFailure::Overloaded};
    connection.m_token = *token;
    connection.m_attempt = attempt;
    connection.m_place = m_connections.size();
    m_connections.push_back(std::move(owned));
    ++endpoint.active;
    connection.m_user = &user;
    if (!atOnce) {
        m_environment.deadlines.set(connection, m_environment.clock.steady() + m_settings.connectTimeout);
        return {};
    }
    if (endpoint.succeeded())
        tell(endpoint);
    lend(connection, user);
    return {&connection, std::nullopt};
}

UpstreamPool::Acquired UpstreamPool::tryAnother(UpstreamConnectionUser& user, unsigned char attempt,
                                                ConnectFailure failure)
{
    // Nothing was sent, so any request may go elsewhere. The one that failed is no longer worth trying; when
    // no other is, it would be chosen again.
    const Clock::Steady now = m_environment.clock.steady();
    UpstreamEndpoint* endpoint = chooseEndpoint(m_endpoints, m_settings.balancer, now);
    if (attempt >= kMostAttempts || !endpoint->isWorthTrying(now))
        return {nullptr, failure};
    if (!endpoint->idle.empty())
        return {takeIdle(*endpoint, user), std::nullopt};
    return open(*endpoint, user, static_cast<unsigned char>(attempt + 1));
}

void UpstreamPool::lend(UpstreamConnection& connection, UpstreamConnectionUser& user)
{
    // Its deadline stays on the sweep, which finds it in use and lets it be: moving it costs nothing then.
    connection.m_state = UpstreamConnection::State::InUse;
    connection.m_user = &user;
    ++connection.m_uses;
}

void UpstreamPool::connected(UpstreamConnection& connection)
{
    int error = 0;
    socklen_t size = sizeof error;
    if (::getsockopt(connection.m_socket.fd(), SOL_SOCKET, SO_ERROR, &error, &size) != 0 || error != 0) {
        connectFailed(connection, ConnectFailure::Refused);
        return;
    }
    if (connection.m_endpoint.succeeded())
        tell(connection.m_endpoint);
    if (UpstreamConnectionUser* user = connection.m_user) {
        lend(connection, *user);
        user->connectionReady(connection);
    } else {
        promiseOrIdle(connection);
    }
}

void UpstreamPool::connectFailed(UpstreamConnection& connection, ConnectFailure failure)
{
    if (connection.m_endpoint.failed(m_environment.clock.steady()))
        tell(connection.m_endpoint);
    UpstreamConnectionUser* user = std::exchange(connection.m_user, nullptr);
    const unsigned char attempt = connection.m_attempt;
    end(connection);
    if (!user)
        return;
    const Acquired another = tryAnother(*user, attempt, failure);
    if (another.connection)
        user->connectionReady(*another.connection);
    else if (another.failure)
        user->connectionFailed(*another.failure);
}

void UpstreamPool::cancel(UpstreamConnectionUser& user)
{
    std::erase(m_waiting, &user);
    for (const auto& connection : m_connections) {
        if (connection->m_user != &user)
            continue;
        connection->m_user = nullptr;
        if (connection->m_state == UpstreamConnection::State::Promised)
            promiseOrIdle(*connection);
        return;
    }
}

void UpstreamPool::release(UpstreamConnection& connection, Reuse reuse)
{
    connection.m_user = nullptr;
    StreamSocket& socket = connection.m_socket;
    bool reusable = reuse == Reuse::Yes && !socket.peerEnded() && !socket.hasPending();
    if (reusable && socket.mayRead()) {
        // The last read filled its buffer: what is behind it, if anything, belongs to no request.
        char byte = 0;
        reusable = socket.receive({&byte, 1}).state == StreamSocket::Read::Nothing;
    }
    if (!reusable)
        end(connection);
    else
        promiseOrIdle(connection);
}

void UpstreamPool::promiseOrIdle(UpstreamConnection& connection)
{
    if (!m_waiting.empty()) {
        connection.m_state = UpstreamConnection::State::Promised;
        connection.m_user = m_waiting.front();
        m_waiting.pop_front();
        connection.again(); // on a turn of its own, not inside the request that ends here
        return;
    }
    connection.m_state = UpstreamConnection::State::Idle;
    --connection.m_endpoint.active;
    connection.m_endpoint.idle.push_back(&connection);
    m_environment.deadlines.set(connection, m_environment.clock.steady() + m_settings.idleTimeout);
}

void UpstreamPool::keepPromise(UpstreamConnection& connection)
{
    UpstreamConnectionUser* user = connection.m_user;
    if (connection.m_socket.mayRead()) { // it ended in between
        connection.m_user = nullptr;
        m_waiting.push_front(user);
        end(connection);
        return;
    }
    lend(connection, *user);
    user->connectionReady(connection);
}

void UpstreamPool::end(UpstreamConnection& connection)
{
    if (connection.m_state == UpstreamConnection::State::Idle)
        std::erase(connection.m_endpoint.idle, &connection);
    else
        --connection.m_endpoint.active;
    connection.m_state = UpstreamConnection::State::Closed;
    connection.cancel();
    m_environment.dispatcher.forget(connection.m_token);
    connection.m_socket.close();

    const std::size_t place = connection.m_place;
    m_environment.dispatcher.retire(std::move(m_connections[place]));
    if (place + 1 < m_connections.size()) {
        m_connections[place] = std::move(m_connections.back());
        m_connections[place]->m_place = place;
    }
    m_connections.pop_back();
    serveWaitingSoon();
}

void UpstreamPool::serveWaitingSoon()
{
    if (m_serveSoon || m_waiting.empty())
        return;
    m_serveSoon = true;
    m_environment.dispatcher.again(m_token);
}

void UpstreamPool::ready(FdEvents)
{
    m_serveSoon = false;
    if (m_waiting.empty() || m_connections.size() >= m_settings.maxConnections)
        return;
    UpstreamConnectionUser* user = m_waiting.front();
    m_waiting.pop_front();
    serveWaitingSoon(); // one a turn: the call below may end the last request of this pool, and the pool with
                        // it
    UpstreamEndpoint& endpoint =
        *chooseEndpoint(m_endpoints, m_settings.balancer, m_environment.clock.steady());
    const Acquired acquired = open(endpoint, *user, 1);
    if (acquired.connection)
        user->connectionReady(*acquired.connection);
    else if (acquired.failure)
        user->connectionFailed(*acquired.failure);
}

} // namespace postern
