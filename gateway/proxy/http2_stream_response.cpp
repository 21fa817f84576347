// Http2Stream's other half: the response. (http2_stream.cpp is the request, and how a stream ends.)
#include "gateway/proxy/http2_connection.h"
#include "gateway/proxy/http2_stream.h"
#include "gateway/proxy/worker_context.h"

#include <algorithm>

namespace postern {

void Http2Stream::sendContinue()
{
    // Not where the body is coming already (RFC 9110 §10.1.1).
    if (m_closed || m_requestEnded || !m_held.empty())
        return;
    ResponseHead head;
    head.status = 100;
    sendInterim(head);
}

void Http2Stream::sendInterim(const ResponseHead& head)
{
    // Heads have no flow control: for a client that does not read they would gather without end. It loses
    // hints, and no answer.
    if (m_closed || m_reset || m_connection->isCongested())
        return;
    Http2FieldBlock& block = m_connection->context().fieldBlock;
    block.setResponse(head, {});
    m_connection->session().sendInterim(m_id, block);
    m_connection->touch(*this);
}

void Http2Stream::sendResponse(ResponseHead& head, const Payload& payload)
{
    if (m_malformed) {
        m_responseDone = true; // RFC 9113 §8.1.1: nothing but a reset
        breakOff(Http2Error::Protocol);
        return;
    }
    if (m_closed || m_reset)
        return;
    WorkerContext& context = m_connection->context();
    if (head.framing == BodyFraming::Length)
        m_responseLeft = head.contentLength;
    context.fieldBlock.setResponse(head, context.date.at(context.clock.wall()));
    const bool hasBody = !payload.last || !payload.bytes.empty() || payload.trailers != nullptr;
    m_connection->session().respond(m_id, context.fieldBlock, hasBody ? Http2Body::Follows : Http2Body::None);
    m_responseBegun = true;
    m_endAhead = hasBody;
    queue(payload);
}

void Http2Stream::sendBody(const Payload& payload)
{
    if (m_closed || m_reset)
        return;
    m_connection->session().resume(m_id);
    queue(payload);
}

/// Copied, as the bytes are gone when the event is over, and frames are made for all streams at once then.
void Http2Stream::queue(const Payload& payload)
{
    m_connection->touch(*this);
    const std::size_t size = payload.bytes.size();
    if (m_responseLeft) {
        if (size > *m_responseLeft || (payload.last && size < *m_responseLeft)) {
            m_endAs = RequestEnd::UpstreamReset;
            breakOff(Http2Error::Internal); // the upstream contradicts what it has announced
            return;
        }
        *m_responseLeft -= size;
    }
    m_unsent.append(payload.bytes.data(), size);
    m_connection->unsentChanged(static_cast<std::ptrdiff_t>(size));
    m_responseDone = payload.last;
    if (!payload.last || payload.trailers == nullptr)
        return;
    Arena& arena = m_exchange->arena();
    for (const Header& field : *payload.trailers)
        m_trailers.add(arena.copy(field.name), arena.copy(field.value), field.id);
}

std::optional<Http2BodyPart> Http2Stream::bodyPart(std::size_t most)
{
    const std::size_t size = std::min(most, unsent());
    if (m_reset || (size == 0 && !m_responseDone))
        return std::nullopt;
    Http2BodyPart part{size, m_responseDone && size == unsent(), false};
    m_endAhead = !part.last;
    if (part.last && !m_trailers.empty()) {
        Http2FieldBlock& block = m_connection->context().fieldBlock;
        block.setTrailers(m_trailers);
        m_connection->session().sendTrailers(m_id, block);
        part.trailers = true;
    }
    return part;
}

void Http2Stream::appendBodyPart(std::string& out, std::size_t size)
{
    out.append(m_unsent, m_unsentStart, size);
    m_unsentStart += size;
    m_connection->unsentChanged(-static_cast<std::ptrdiff_t>(size));
    if (m_writeBy != kNever) {
        const Clock::Steady now = m_connection->context().clock.steady();
        m_reads.spend(now - m_unsentSince, size, m_connection->limits());
        waitForWindow(now);
    }
    if (unsent() > 0)
        return;
    m_unsent.clear();
    m_unsentStart = 0;
    m_writeBy = kNever;
    if (!m_responseDone)
        m_connection->touch(*this); // there is room for more
}

/// The session asks for nothing while there is no window, not even for an end without bytes.
bool Http2Stream::isOwing() const { return unsent() > 0 || (m_responseDone && m_endAhead); }

/// A byte of window before each timeout is not enough: the pace counts too.
void Http2Stream::waitForWindow(Clock::Steady now)
{
    const Limits& limits = m_connection->limits();
    m_unsentSince = now;
    m_writeBy = now + std::min<Clock::Steady::duration>(limits.writeTimeout, m_reads.left(limits));
    m_connection->armBy(m_writeBy);
}

void Http2Stream::endSent()
{
    m_endSent = true;
    m_connection->touch(*this);
}

bool Http2Stream::isCongested() const { return unsent() > 0 || m_connection->isCongested(); }

bool Http2Stream::reserve(std::size_t bytes)
{
    if (!m_connection->reserve(bytes))
        return false;
    m_reserved += bytes;
    return true;
}

void Http2Stream::dropBody()
{
    m_dropping = true;
    m_connection->session().consume(m_id, m_held.size());
    m_held.clear();
}

void Http2Stream::cut()
{
    m_responseDone = true; // as far as it goes: the exchange knows its own end
    breakOff(m_faultError);
}

void Http2Stream::breakOff(Http2Error error)
{
    if (m_closed || m_reset)
        return;
    m_reset = true;
    if (error == Http2Error::Protocol)
        m_connection->countReset();
    m_connection->session().reset(m_id, error);
    m_connection->touch(*this);
}

void Http2Stream::settle() { m_connection->settled(*this); }

} // namespace postern
