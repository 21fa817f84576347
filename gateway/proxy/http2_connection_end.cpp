// Http2Connection's fourth part: the times it keeps, and how it ends.
#include "gateway/proxy/http2_connection.h"
#include "gateway/proxy/worker_context.h"

#include <sys/epoll.h>

#include <algorithm>

namespace postern {

using namespace std::chrono_literals;

namespace {

// As for HTTP/1.1: see http1_response.cpp.
constexpr std::uint32_t kMostLingerBytes = 1024 * 1024;
constexpr auto kLingerTime = 2s;

} // namespace

void Http2Connection::announceDrain()
{
    if (m_phase != Phase::Open)
        return;
    m_session.announceShutdown();
    process();
}

void Http2Connection::closeIfIdle()
{
    if (m_phase != Phase::Open)
        return;
    beginLeaving();
    m_socket.note(EPOLLIN); // what came this very moment is still served
    process();
    if (m_phase != Phase::Open)
        return;
    for (const auto& stream : m_streams) {
        if (stream->hasExchange())
            stream->exchange().goAway();
    }
    process();
}

void Http2Connection::beginLeaving()
{
    m_leaving = true;
    if (m_isFresh) // who has only just come in has a request on the way, as a rule
        m_idleBy = std::min<Clock::Steady>(m_idleBy, m_context.clock.steady() + kFirstRequestTime);
}

/// While draining: the streams that are known are the last. Who has asked nothing yet may do so once more.
void Http2Connection::leave()
{
    if (!m_leaving || m_isFresh)
        return;
    m_leaving = false;
    if (m_streams.empty())
        m_session.terminate(Http2Error::None);
    else
        m_session.goAway(Http2Error::None);
}

/// Whether this was all.
void Http2Connection::conclude()
{
    if (m_socket.hasPending())
        return;
    const bool isOver = m_session.isOver() || (m_readingOver && !m_session.hasOutput()) ||
                        (m_inputEnded && m_streams.empty());
    if (!isOver)
        return;
    finishStreams(RequestEnd::ClientGone);
    if (m_socket.peerEnded() && !m_socket.mayRead()) {
        close();
        return;
    }
    // Closing with unread bytes would reset the connection, and the reset could overtake the last words.
    m_socket.finishSending();
    m_phase = Phase::Linger;
    cancel();
    m_context.deadlines.set(*this, m_context.clock.steady() + kLingerTime);
    linger();
}

void Http2Connection::linger()
{
    while (m_socket.mayRead()) {
        const auto received = m_socket.receive(*m_context.receiveBuffer);
        if (received.state == StreamSocket::Read::Nothing)
            return;
        m_lingered += static_cast<std::uint32_t>(received.size);
        if (received.state != StreamSocket::Read::Data || m_lingered > kMostLingerBytes) {
            close();
            return;
        }
    }
}

void Http2Connection::closeNow(RequestEnd end)
{
    if (m_phase == Phase::Closed)
        return;
    if (!m_streams.empty()) {
        finishStreams(end);
        m_socket.abort();
    }
    close();
}

void Http2Connection::close()
{
    if (m_phase == Phase::Closed)
        return;
    m_phase = Phase::Closed;
    cancel();
    m_context.dispatcher.forget(m_client.token);
    m_socket.close();
    m_owner.sessionClosed(*this);
}

void Http2Connection::reached()
{
    const Clock::Steady now = m_context.clock.steady();
    if (m_phase == Phase::Linger) {
        close();
        return;
    }
    if (m_reading.nextLook() <= now && !m_reading.look(now, m_socket.taken(), limits())) {
        closeNow(RequestEnd::TimedOut);
        return;
    }
    if (m_headBy <= now)
        headTimedOut();
    else if (m_streams.empty() && m_idleBy <= now)
        m_session.terminate(Http2Error::None);
    Clock::Steady next = kNever;
    for (const auto& stream : m_streams)
        next = std::min(next, stream->checkTime(now));
    armBy(next);
    process();
}

void Http2Connection::headTimedOut()
{
    m_headBy = kNever;
    if (!m_greeted) {
        stop(Http2Error::SettingsTimeout); // not a request yet, as no byte of HTTP/1.1 is
    } else {
        // The rest of the head would have to come before anything else, so this ends the connection.
        countRefused(Refusal::HeadTimeout);
        stop(Http2Error::None);
    }
    m_session.terminate(*m_stopped);
    m_readingOver = true;
}

void Http2Connection::armBy(Clock::Steady when)
{
    if (when != kNever && (!isSet() || when < Deadline::when()))
        m_context.deadlines.set(*this, when);
}

void Http2Connection::arm()
{
    armBy(std::min({m_headBy, m_reading.nextLook(), m_streams.empty() ? m_idleBy : kNever}));
}

} // namespace postern
