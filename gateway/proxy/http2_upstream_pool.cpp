#include "gateway/proxy/http2_upstream_pool.h"

#include "gateway/proxy/http2_upstream_session.h"
#include "gateway/proxy/http2_upstream_stream.h"
#include "gateway/proxy/worker_context.h"

#include <algorithm>

namespace postern {

Http2UpstreamPool::Http2UpstreamPool(WorkerContext& context, std::shared_ptr<UpstreamPool> connections)
    : m_context(context), m_connections(std::move(connections))
{
    m_token = m_context.dispatcher.addWithoutDescriptor(*this);
}

Http2UpstreamPool::~Http2UpstreamPool()
{
    m_context.dispatcher.forget(m_token);
    for (auto& session : m_sessions) {
        session->leave();
        m_context.dispatcher.retire(std::move(session));
    }
}

Http2UpstreamSession* Http2UpstreamPool::find(const UpstreamEndpoint& endpoint,
                                              const Http2UpstreamStream& stream, Freshness freshness)
{
    for (const auto& session : m_sessions) {
        if (session->endpointId() == endpoint.id() && session->takes(stream, freshness))
            return session.get();
    }
    return nullptr;
}

Http2UpstreamSession* Http2UpstreamPool::findElsewhere(const UpstreamEndpoint& chosen,
                                                       const Http2UpstreamStream& stream)
{
    if (m_connections->isBound(stream.wish().hint))
        return nullptr;
    for (const auto& session : m_sessions) {
        if (m_connections->isAsGood(session->endpointId(), chosen) && session->takes(stream, Freshness::Any))
            return session.get();
    }
    return nullptr;
}

std::size_t Http2UpstreamPool::draining() const
{
    return static_cast<std::size_t>(std::count_if(m_sessions.begin(), m_sessions.end(),
                                                  [](const auto& session) { return session->isDraining(); }));
}

bool Http2UpstreamPool::mayOpen() const
{
    const std::size_t most = m_connections->settings().maxConnections;
    return m_sessions.size() < most + std::min(draining(), most);
}

bool Http2UpstreamPool::makeRoom(const UpstreamEndpoint& chosen, const Http2UpstreamStream& stream)
{
    if (draining() >= m_connections->settings().maxConnections)
        return false; // enough are about to end
    // One that carries streams as the last choice: at an endpoint that is always busy none is ever idle, and
    // who is bound to another one would wait for ever.
    const bool isBound = m_connections->isBound(stream.wish().hint);
    Http2UpstreamSession* best = nullptr;
    int bestRank = isBound ? -1 : 0;
    for (const auto& session : m_sessions) {
        if (!session->isOpen() || session->isDraining() || session->endpointId() == chosen.id())
            continue;
        const int rank =
            (m_connections->isAsGood(session->endpointId(), chosen) ? 0 : 2) + (session->isIdle() ? 1 : 0);
        if (rank <= bestRank)
            continue;
        best = session.get();
        bestRank = rank;
    }
    if (best)
        best->makeWay();
    return best != nullptr;
}

Http2UpstreamPool::Begun Http2UpstreamPool::join(Http2UpstreamStream& stream, ConnectFailure& failure)
{
    if (const auto begun = place(stream, failure))
        return *begun;
    if (m_waiting.size() >= m_connections->settings().maxPending) {
        failure = ConnectFailure::Overloaded;
        return Begun::Failed;
    }
    m_waiting.push_back(&stream);
    return Begun::Waiting;
}

std::optional<Http2UpstreamPool::Begun> Http2UpstreamPool::place(Http2UpstreamStream& stream,
                                                                 ConnectFailure& failure)
{
    UpstreamEndpoint* endpoint = m_connections->choose(stream.wish().hint);
    if (!endpoint) {
        failure = ConnectFailure::NoEndpoints;
        return Begun::Failed;
    }
    Http2UpstreamSession* session = find(*endpoint, stream, stream.wish().freshness);
    if (!session && mayOpen())
        return open(*endpoint, stream, failure);
    // Full: rather a session that was used before, rather another endpoint, than a place in the queue.
    if (!session)
        session = find(*endpoint, stream, Freshness::Any);
    if (!session)
        session = findElsewhere(*endpoint, stream);
    if (!session && makeRoom(*endpoint, stream) && mayOpen())
        return open(*endpoint, stream, failure);
    if (!session)
        return std::nullopt;
    session->add(stream);
    return session->isOpen() ? Begun::Ready : Begun::Waiting;
}

Http2UpstreamPool::Begun Http2UpstreamPool::open(UpstreamEndpoint& endpoint, Http2UpstreamStream& stream,
                                                 ConnectFailure& failure)
{
    Http2UpstreamSession& session =
        *m_sessions.emplace_back(std::make_unique<Http2UpstreamSession>(m_context, *this));
    const Begun begun = session.connect(endpoint, failure);
    if (begun == Begun::Failed)
        ended(session);
    else
        session.add(stream);
    return begun;
}

void Http2UpstreamPool::forget(Http2UpstreamStream& stream) { std::erase(m_waiting, &stream); }

void Http2UpstreamPool::ended(Http2UpstreamSession& session)
{
    const auto at = std::find_if(m_sessions.begin(), m_sessions.end(),
                                 [&session](const auto& one) { return one.get() == &session; });
    m_context.dispatcher.retire(std::move(*at));
    m_sessions.erase(at);
    roomMade();
}

void Http2UpstreamPool::roomMade()
{
    if (m_turnAsked || m_waiting.empty())
        return;
    m_turnAsked = true;
    m_context.dispatcher.again(m_token);
}

void Http2UpstreamPool::ready(FdEvents)
{
    m_turnAsked = false;
    if (m_waiting.empty())
        return;
    // The first alone: where it finds no room, nobody behind it does.
    Http2UpstreamStream& stream = *m_waiting.front();
    ConnectFailure failure{};
    const auto begun = place(stream, failure);
    if (!begun)
        return;
    m_waiting.pop_front();
    roomMade(); // one a turn: what is called below may end this pool
    if (*begun == Begun::Ready)
        stream.becameReady();
    else if (*begun == Begun::Failed)
        stream.failed(attemptFailure(failure));
    if (*begun != Begun::Waiting)
        stream.settled();
}

} // namespace postern
