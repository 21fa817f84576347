#include "gateway/upstream/upstream_connection.h"

#include "gateway/upstream/upstream_pool.h"

#include <sys/epoll.h>

namespace postern {

UpstreamConnection::UpstreamConnection(UpstreamPool& pool, UpstreamEndpoint& endpoint, FileDescriptor fd)
    : m_pool(pool), m_endpoint(endpoint), m_socket(std::move(fd))
{}

UpstreamConnection::~UpstreamConnection() = default;

void UpstreamConnection::again() { m_pool.m_environment.dispatcher.again(m_token); }

void UpstreamConnection::limitIdle(std::chrono::seconds theirs)
{
    using namespace std::chrono_literals;
    // A second for the way there, and for clocks that are read late.
    m_idleLimit = theirs > 2s ? theirs - 1s : std::chrono::milliseconds(theirs) / 2;
}

void UpstreamConnection::leaveSoon()
{
    m_leaving = true;
    again();
}

void UpstreamConnection::ready(FdEvents events)
{
    m_socket.note(events);
    switch (m_state) {
    case State::Connecting:
        if (events & (EPOLLOUT | EPOLLERR | EPOLLHUP))
            m_pool.connected(*this);
        break;
    case State::Handshaking:
        m_pool.shakeHands(*this);
        break;
    case State::Promised:
        m_pool.keepPromise(*this);
        break;
    case State::InUse:
        if (std::exchange(m_leaving, false))
            m_user->connectionLeaving();
        if (m_state == State::InUse)
            m_user->connectionEvent();
        break;
    case State::Idle:
        if (isSpoilt())
            m_pool.end(*this);
        break;
    case State::Closed:
        break;
    }
}

void UpstreamConnection::reached()
{
    if (m_state == State::Connecting || m_state == State::Handshaking)
        m_pool.connectFailed(*this, ConnectFailure::TimedOut);
    else if (m_state == State::Idle)
        m_pool.end(*this);
    else if (m_state == State::InUse && m_wish.lending == Lending::Shared)
        m_pool.watchAge(*this);
}

} // namespace postern
