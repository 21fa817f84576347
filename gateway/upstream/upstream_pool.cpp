// Who gets which connection, and what becomes of it afterwards. How connections are made is in
// upstream_connecting.cpp, how endpoints come and go in upstream_endpoints.cpp.
#include "gateway/upstream/upstream_pool.h"

#include "models/document/upstream.h"

#include <algorithm>

namespace postern {

UpstreamPool::UpstreamPool(const Environment& environment, UpstreamSettings settings,
                           std::shared_ptr<UpstreamDirectory> directory)
    : m_environment(environment)
    , m_settings(std::move(settings))
    , m_detector(m_settings.outliers, directory)
    , m_chooser(m_settings.balancer, m_settings.slowStart, environment.seed ^ balancerHash(m_settings.name))
{
    m_token = m_environment.dispatcher.addWithoutDescriptor(*this);
    follow(std::move(directory));
}

UpstreamPool::~UpstreamPool()
{
    m_waiting.clear();
    while (!m_connections.empty())
        end(*m_connections.back());
    m_environment.dispatcher.forget(m_token);
}

std::size_t UpstreamPool::idle() const
{
    std::size_t count = 0;
    for (const auto& endpoint : m_endpoints)
        count += endpoint->m_idle.size();
    return count;
}

UpstreamEndpoint* UpstreamPool::choose(const BalancerHint& hint)
{
    if (!m_left.empty())
        serveWaitingSoon(); // whose last shared request has ended meanwhile may go
    return m_chooser.choose(m_endpoints, hint, m_environment.clock.steady());
}

UpstreamPool::Acquired UpstreamPool::acquire(UpstreamConnectionUser& user, const ConnectionWish& wish)
{
    UpstreamEndpoint* endpoint = choose(wish.hint);
    if (!endpoint)
        return {nullptr, ConnectFailure::NoEndpoints};
    return obtain(*endpoint, {&user, nullptr, wish});
}

UpstreamPool::Acquired UpstreamPool::acquireAt(UpstreamEndpoint& endpoint, UpstreamConnectionUser& user,
                                               const ConnectionWish& wish)
{
    if (endpoint.isLeaving())
        return acquire(user, wish);
    return obtain(endpoint, {&user, &endpoint, wish});
}

bool UpstreamPool::isBound(const Waiting& who) const { return who.at || isBound(who.wish.hint); }

bool UpstreamPool::isBound(const BalancerHint& hint) const
{
    return !hint.avoid.empty() || (hint.hash && m_settings.balancer == Balancer::ConsistentHash);
}

UpstreamEndpoint* UpstreamPool::endpointFor(const Waiting& who)
{
    return who.at ? who.at : choose(who.wish.hint);
}

UpstreamPool::Acquired UpstreamPool::obtain(UpstreamEndpoint& endpoint, const Waiting& who)
{
    const bool anyWillDo = who.wish.freshness == Freshness::Any;
    // Nobody overtakes who waits: what has become free, and whoever is first gets on a turn of its own, is
    // theirs.
    const bool isFirst = m_waiting.empty();
    if (isFirst && anyWillDo && !endpoint.m_idle.empty())
        return {takeIdle(endpoint, who), std::nullopt};
    if (hasRoom(m_waiting.size()) || (isFirst && (!anyWillDo || isBound(who)) && makeRoom()))
        return open(endpoint, who, 1);
    if (isFirst && anyWillDo && !isBound(who)) {
        // Full: rather another endpoint's idle connection than a place in the queue; but none of an endpoint
        // that is set aside, which would draw the traffic that the balancer keeps from it.
        if (UpstreamConnection* connection = takeIdle(endpoint, who))
            return {connection, std::nullopt};
        if (makeRoom())
            return open(endpoint, who, 1);
    }
    if (m_waiting.size() >= m_settings.maxPending)
        return {nullptr, ConnectFailure::Overloaded};
    m_waiting.push_back(who);
    return {};
}

UpstreamConnection* UpstreamPool::takeIdle(UpstreamEndpoint& preferred, const Waiting& who)
{
    UpstreamEndpoint* endpoint = &preferred;
    if (endpoint->m_idle.empty()) {
        const auto other = std::find_if(m_endpoints.begin(), m_endpoints.end(), [&](const auto& one) {
            return !one->m_idle.empty() && isAsGood(*one, preferred);
        });
        if (other == m_endpoints.end())
            return nullptr;
        endpoint = other->get();
    }
    UpstreamConnection* connection = endpoint->m_idle.back();
    endpoint->m_idle.pop_back();
    assign(*connection, who);
    lend(*connection);
    return connection;
}

bool UpstreamPool::isAsGood(const UpstreamEndpoint& other, const UpstreamEndpoint& chosen) const
{
    const Clock::Steady now = m_environment.clock.steady();
    const bool isWell = other.health().isWorthTrying(now);
    if (isWell != chosen.health().isWorthTrying(now))
        return isWell;
    return other.settings().priority <= chosen.settings().priority;
}

bool UpstreamPool::isAsGood(EndpointId other, const UpstreamEndpoint& chosen) const
{
    const auto found = std::find_if(m_endpoints.begin(), m_endpoints.end(),
                                    [other](const auto& one) { return one->id() == other; });
    return found != m_endpoints.end() && isAsGood(**found, chosen);
}

bool UpstreamPool::hasRoom(std::size_t besides) const
{
    const std::size_t most = m_settings.maxConnections;
    return m_connections.size() + besides < most + std::min(m_discounted, most);
}

void UpstreamPool::discount(UpstreamConnection& connection)
{
    if (std::exchange(connection.m_discounted, true))
        return;
    ++m_discounted;
    serveWaitingSoon();
}

bool UpstreamPool::makeRoom()
{
    const Clock::Steady now = m_environment.clock.steady();
    UpstreamEndpoint* from = nullptr;
    for (const auto& endpoint : m_endpoints) {
        if (endpoint->m_idle.empty())
            continue;
        const bool isUnwell = !endpoint->health().isWorthTrying(now);
        if (!from || isUnwell)
            from = endpoint.get();
        if (isUnwell)
            break;
    }
    if (from)
        end(*from->m_idle.front());
    return from != nullptr;
}

void UpstreamPool::assign(UpstreamConnection& connection, const Waiting& who)
{
    connection.m_user = who.user;
    connection.m_wish = who.wish;
    if (who.wish.lending == Lending::OneRequest)
        connection.m_endpoint.requestBegan();
}

void UpstreamPool::unassign(UpstreamConnection& connection)
{
    if (!std::exchange(connection.m_user, nullptr))
        return;
    connection.m_wish.hint = {};
    if (connection.m_wish.lending == Lending::OneRequest)
        connection.m_endpoint.requestEnded();
}

void UpstreamPool::lend(UpstreamConnection& connection)
{
    // Its deadline stays on the sweep, which finds it in use and lets it be: moving it costs nothing then.
    connection.m_state = UpstreamConnection::State::InUse;
    ++connection.m_uses;
    if (connection.m_wish.lending == Lending::Shared)
        watchAge(connection);
}

bool UpstreamPool::isWornOut(const UpstreamConnection& connection) const
{
    const std::uint32_t most = m_settings.maxRequestsPerConnection;
    if ((most > 0 && connection.m_uses >= most) || connection.m_idleLimit.count() == 0)
        return true;
    return m_settings.maxConnectionAge.count() > 0 &&
           m_environment.clock.steady() - connection.m_since >= m_settings.maxConnectionAge;
}

void UpstreamPool::watchAge(UpstreamConnection& connection)
{
    if (m_settings.maxConnectionAge.count() == 0)
        return;
    const Clock::Steady end = connection.m_since + m_settings.maxConnectionAge;
    if (m_environment.clock.steady() >= end)
        connection.leaveSoon();
    else
        m_environment.deadlines.set(connection, end);
}

void UpstreamPool::cancel(UpstreamConnectionUser& user)
{
    std::erase_if(m_waiting, [&user](const Waiting& who) { return who.user == &user; });
    for (const auto& connection : m_connections) {
        if (connection->m_user != &user)
            continue;
        unassign(*connection);
        if (connection->m_state == UpstreamConnection::State::Promised)
            promiseOrIdle(*connection);
        return;
    }
}

void UpstreamPool::release(UpstreamConnection& connection, Reuse reuse)
{
    unassign(connection);
    StreamSocket& socket = connection.m_socket;
    bool reusable =
        reuse == Reuse::Yes && !isWornOut(connection) && !socket.peerEnded() && !socket.hasPending();
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

bool UpstreamPool::suitsTheFirst(const UpstreamConnection& connection)
{
    if (m_waiting.empty())
        return false;
    const Waiting& who = m_waiting.front();
    if (who.wish.freshness == Freshness::New && connection.m_uses > 0)
        return false;
    const UpstreamEndpoint& endpoint = connection.m_endpoint;
    if (!isBound(who) && endpoint.settings().priority == 0 &&
        endpoint.health().isWorthTrying(m_environment.clock.steady()))
        return true; // there is no better one
    const UpstreamEndpoint* const chosen = endpointFor(who);
    return chosen == &endpoint || (chosen && !isBound(who) && isAsGood(endpoint, *chosen));
}

void UpstreamPool::promiseOrIdle(UpstreamConnection& connection)
{
    UpstreamEndpoint& endpoint = connection.m_endpoint;
    if (endpoint.isLeaving()) {
        end(connection);
        return;
    }
    if (suitsTheFirst(connection)) {
        connection.m_state = UpstreamConnection::State::Promised;
        assign(connection, m_waiting.front());
        m_waiting.pop_front();
        connection.again(); // on a turn of its own, not inside the request that ends here
        return;
    }
    connection.m_state = UpstreamConnection::State::Idle;
    endpoint.m_idle.push_back(&connection);
    const auto idle = std::min(m_settings.idleTimeout, connection.m_idleLimit);
    m_environment.deadlines.set(connection, m_environment.clock.steady() + idle);
    serveWaitingSoon(); // whoever waits for another endpoint takes its place
}

void UpstreamPool::keepPromise(UpstreamConnection& connection)
{
    UpstreamConnectionUser* user = connection.m_user;
    if (connection.isSpoilt()) { // it ended in between
        const Waiting who{user, nullptr, connection.m_wish};
        unassign(connection);
        m_waiting.push_front(who);
        end(connection);
        return;
    }
    lend(connection);
    user->connectionReady(connection);
}

void UpstreamPool::end(UpstreamConnection& connection)
{
    UpstreamEndpoint& endpoint = connection.m_endpoint;
    if (connection.m_state == UpstreamConnection::State::Idle)
        std::erase(endpoint.m_idle, &connection);
    unassign(connection);
    --endpoint.m_connections;
    m_discounted -= connection.m_discounted ? 1 : 0;
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
    if (m_turnAsked || (m_waiting.empty() && m_left.empty()))
        return;
    m_turnAsked = true;
    m_environment.dispatcher.again(m_token);
}

void UpstreamPool::ready(FdEvents)
{
    m_turnAsked = false;
    std::erase_if(m_left, [](const auto& endpoint) {
        return endpoint->m_connections == 0 && endpoint->requests() == 0;
    });
    if (!m_waiting.empty())
        serveWaiting();
}

void UpstreamPool::serveWaiting()
{
    Waiting who = m_waiting.front();
    UpstreamEndpoint* endpoint = endpointFor(who);
    const bool hasIdle = endpoint && !endpoint->m_idle.empty() && who.wish.freshness == Freshness::Any;
    if (endpoint && !hasIdle && !hasRoom() && !makeRoom())
        return;
    m_waiting.pop_front();
    serveWaitingSoon(); // one a turn: the call below may end the last request of this pool, and the pool with
                        // it
    if (!endpoint)
        answer(*who.user, {nullptr, ConnectFailure::NoEndpoints});
    else if (hasIdle)
        answer(*who.user, {takeIdle(*endpoint, who), std::nullopt});
    else
        answer(*who.user, open(*endpoint, who, 1));
}

void UpstreamPool::answer(UpstreamConnectionUser& user, const Acquired& acquired)
{
    if (acquired.connection)
        user.connectionReady(*acquired.connection);
    else if (acquired.failure)
        user.connectionFailed(*acquired.failure);
}

} // namespace postern
