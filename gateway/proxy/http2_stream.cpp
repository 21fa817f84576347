#include "gateway/proxy/http2_stream.h"

#include "gateway/proxy/http2_connection.h"
#include "gateway/proxy/worker_context.h"

#include <algorithm>

namespace postern {

namespace {

using namespace std::chrono_literals;

// What a client may still send after its answer was given without its whole body, and for how long: enough
// for one in flight to reach its end. Then the client is told to stop (RFC 9113 §8.1).
constexpr std::size_t kMostDropped = 64 * 1024;
constexpr auto kDropTime = 2s;
// A warm stream keeps room for a small answer; a large one's is given back.
constexpr std::size_t kWarmRoom = 16 * 1024;

void empty(std::string& text)
{
    text.clear();
    if (text.capacity() > kWarmRoom)
        std::string().swap(text);
}

} // namespace

void Http2Stream::begin(Http2Connection& connection, Http2StreamId id)
{
    m_connection = &connection;
    m_id = id;
    m_exchange = connection.context().takeExchange();
    m_exchange->begin(*this);
    m_requestTrailers.clear();
    m_trailers.clear();
    m_requestLeft.reset();
    m_responseLeft.reset();
    m_endAs.reset();
    m_dropped = 0;
    m_readBy = m_writeBy = kNever;
    m_sends.begin(connection.limits());
    m_reads.begin(connection.limits());
    m_faultError = Http2Error::Internal;
    m_requestEnded = m_requestDelivered = m_dropping = m_malformed = false;
    m_responseBegun = m_responseDone = m_endAhead = m_endSent = m_reset = m_closed = false;
}

void Http2Stream::headEnded(const Http2Fault& fault, bool endsStream)
{
    const RequestHead& request = m_exchange->request();
    m_requestEnded = endsStream;
    m_requestDelivered = fault || !request.hasBody();
    if (request.framing == BodyFraming::Length && !fault)
        m_requestLeft = request.contentLength;
    m_connection->touch(*this);
    if (fault) {
        m_malformed = fault.isMalformed;
        m_exchange->refuse(m_connection->client(), fault.refusal);
    } else {
        m_exchange->start(m_connection->client());
    }
}

bool Http2Stream::admits(std::size_t bytes)
{
    if (!m_requestLeft || m_reset)
        return true;
    if (bytes > *m_requestLeft) {
        m_connection->session().consume(m_id, bytes);
        bodyFault(Refusal::ContentLengthMismatch, Http2Error::Protocol);
        return false;
    }
    *m_requestLeft -= bytes;
    return true;
}

void Http2Stream::bodyCame(std::span<char> bytes, bool last)
{
    m_requestEnded = m_requestEnded || last;
    if (last && m_requestLeft.value_or(0) > 0 && !m_reset) {
        m_connection->session().consume(m_id, bytes.size());
        bodyFault(Refusal::ContentLengthMismatch, Http2Error::Protocol);
        return;
    }
    m_connection->touch(*this);
    if (m_dropping || m_requestDelivered) {
        drop(bytes.size());
        return;
    }
    if (m_readBy != kNever) // else it was there already, and nobody waited
        m_sends.spend(m_connection->context().clock.steady() - m_waitsSince, bytes.size(),
                      m_connection->limits());
    m_readBy = kNever;
    if (m_held.empty() && m_exchange->acceptsBody())
        deliver(bytes);
    else
        m_held.append(bytes.data(), bytes.size());
}

/// Nobody wants it any more.
void Http2Stream::drop(std::size_t bytes)
{
    m_connection->session().consume(m_id, bytes);
    if (!m_endSent)
        return;
    m_dropped += bytes;
    if (m_dropped > kMostDropped)
        breakOff(Http2Error::None);
}

/// The window opens again as the exchange takes the bytes: it accepts some only while the upstream does.
void Http2Stream::deliver(std::span<char> bytes)
{
    m_connection->session().consume(m_id, bytes.size());
    const bool last = m_requestEnded || (m_requestLeft && *m_requestLeft == 0);
    if (bytes.empty() && !last)
        return;
    m_requestDelivered = last;
    m_exchange->requestBody({bytes, last, m_requestTrailers.empty() ? nullptr : &m_requestTrailers});
}

void Http2Stream::pumpBody()
{
    if (wantsBody() && (!m_held.empty() || m_requestEnded)) {
        std::string held;
        held.swap(m_held); // what the exchange says meanwhile may drop the rest
        deliver(held);
        held.clear();
        if (m_held.empty() && held.capacity() <= kWarmRoom)
            m_held.swap(held);
    }
    if (!wantsBody())
        return;
    m_exchange->bodyIsLate();
    if (m_readBy == kNever && !m_exchange->isTunnel()) {
        const Limits& limits = m_connection->limits();
        m_waitsSince = m_connection->context().clock.steady();
        m_readBy = m_waitsSince + std::min<Clock::Steady::duration>(limits.bodyTimeout, m_sends.left(limits));
        m_connection->armBy(m_readBy);
    }
}

bool Http2Stream::wantsBody() const
{
    return m_exchange && !m_requestDelivered && !m_dropping && m_exchange->acceptsBody();
}

void Http2Stream::bodyFault(Refusal refusal, Http2Error error)
{
    m_faultError = error;
    m_malformed = error == Http2Error::Protocol;
    m_readBy = kNever;
    m_requestDelivered = true;
    m_connection->touch(*this);
    if (m_exchange)
        m_exchange->refuseBody(refusal);
    dropBody();
    if (m_malformed)
        breakOff(error); // answered already or not, RFC 9113 §8.1.1 wants the reset
}

void Http2Stream::inputEnded()
{
    m_connection->touch(*this);
    if (!m_requestEnded && !m_closed)
        clientLeft();
}

void Http2Stream::clientLeft()
{
    if (!m_endSent && !m_endAs)
        m_endAs = RequestEnd::ClientGone;
    breakOff(Http2Error::Cancel);
}

void Http2Stream::closed()
{
    m_closed = true;
    m_connection->touch(*this);
}

bool Http2Stream::advance()
{
    if (m_closed)
        return true;
    if (m_endSent && m_exchange) {
        finishExchange(end());
        if (!m_requestEnded && !m_reset) {
            m_readBy = m_connection->context().clock.steady() + kDropTime;
            m_connection->armBy(m_readBy);
        }
    }
    if (!m_exchange)
        return false;
    if (m_exchange->endsWithClient() && m_connection->hasInputEnded() && !m_responseDone)
        clientLeft();
    pumpBody();
    // One that has not begun may have been held back, too.
    if (!m_responseDone && !isCongested())
        m_exchange->clientWritable();
    if (isOwing() && m_writeBy == kNever && !m_reset)
        waitForWindow(m_connection->context().clock.steady());
    return false;
}

Clock::Steady Http2Stream::checkTime(Clock::Steady now)
{
    if (m_writeBy <= now && !m_closed && m_connection->isWriting()) {
        // Meanwhile the session is asked for nothing: whether the client reads is the connection's to judge.
        waitForWindow(now);
    } else if (m_writeBy <= now && !m_closed) {
        m_writeBy = kNever;
        m_endAs = RequestEnd::TimedOut;
        breakOff(Http2Error::Cancel);
    } else if (m_readBy <= now && !m_exchange) {
        m_readBy = kNever;
        breakOff(Http2Error::None);
    } else if (m_readBy <= now && !m_closed) {
        const bool paused = now - m_waitsSince >= m_connection->limits().bodyTimeout;
        bodyFault(paused ? Refusal::BodyTimeout : Refusal::BodyTooSlow, Http2Error::Cancel);
    }
    return std::min(m_readBy, m_writeBy);
}

RequestEnd Http2Stream::end() const
{
    if (m_endAs)
        return *m_endAs;
    // Where we have reset it, the exchange knows its own end.
    return m_endSent || (m_responseDone && m_reset) ? RequestEnd::Complete : RequestEnd::ClientGone;
}

void Http2Stream::finish(RequestEnd end)
{
    m_connection->session().consumeConnection(m_held.size());
    m_connection->unsentChanged(-static_cast<std::ptrdiff_t>(unsent()));
    m_unsentStart = 0;
    empty(m_held);
    empty(m_unsent);
    if (m_exchange)
        finishExchange(end);
}

void Http2Stream::finishExchange(RequestEnd end)
{
    m_connection->exchangeEnded(*this);
    m_connection->release(std::exchange(m_reserved, 0));
    m_dropping = true;
    m_exchange->finish(end);
    m_connection->context().giveBack(std::move(m_exchange));
}

} // namespace postern
