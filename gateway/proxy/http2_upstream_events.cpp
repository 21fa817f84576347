// Http2UpstreamSession's other half: what the upstream says, and what is said to it.
// (http2_upstream_session.cpp is the connection.)
#include "gateway/proxy/http2_upstream_pool.h"
#include "gateway/proxy/http2_upstream_session.h"
#include "gateway/proxy/http2_upstream_stream.h"
#include "gateway/proxy/worker_context.h"

#include <cstring>

namespace postern {

using Phase = Http2UpstreamStream::Phase;

namespace {

// What frames cost that move no request on, and what those that do bring back. For each message of a stream a
// gRPC server may give window twice and send a PING.
constexpr std::uint32_t kEarnedByAnswer = 20;
constexpr std::uint32_t kEarnedByData = 4;
constexpr std::uint64_t kPriceOfContinuation = 20;
constexpr std::uint64_t kPriceOfSettings = 20;
constexpr std::uint64_t kPriceOfReset = 10;
constexpr std::uint64_t kPriceOfOthers = 2;

} // namespace

bool Http2UpstreamSession::open(Http2UpstreamStream& stream)
{
    const std::string_view scheme = m_connection->socket().channel() ? "https" : "http";
    const bool isWhole = stream.m_outLast && stream.m_out.empty() && stream.m_trailers.empty();
    Http2FieldBlock& block = m_pool.fieldBlock();
    block.setRequest(*stream.m_request, scheme);
    stream.m_id = m_session->request(block, isWhole ? Http2Body::None : Http2Body::Follows, &stream);
    if (stream.m_id == 0) { // all numbers are used up
        m_state = State::Draining;
        remove(stream);
        stream.m_phase = Phase::Idle;
        return false;
    }
    stream.m_endSent = isWhole;
    wantTurn();
    return true;
}

void Http2UpstreamSession::resumeBody(Http2UpstreamStream& stream)
{
    m_session->resume(stream.m_id);
    wantTurn();
}

void Http2UpstreamSession::giveWindow(Http2UpstreamStream& stream, std::size_t size)
{
    m_session->consumeStream(stream.m_id, size);
    if (m_session->hasOutput())
        wantTurn();
}

void Http2UpstreamSession::cancelStream(Http2UpstreamStream& stream)
{
    if (stream.m_id > 0) {
        m_session->setUser(stream.m_id, nullptr);
        m_session->reset(stream.m_id, Http2Error::Cancel);
        wantTurn();
    }
    remove(stream);
}

std::optional<Http2BodyPart> Http2UpstreamSession::bodyPart(Http2StreamId id, void* user, std::size_t most)
{
    Http2UpstreamStream* const stream = asStream(user);
    if (!stream)
        return std::nullopt; // it is being reset
    Http2BodyPart part;
    part.size = std::min(most, stream->unsent());
    part.last = stream->m_outLast && part.size == stream->unsent();
    if (part.size == 0 && !part.last) {
        stream->m_deferred = true;
        return std::nullopt;
    }
    if (!part.last)
        return part;
    stream->m_endSent = true;
    if (!stream->m_trailers.empty()) {
        Headers trailers;
        for (const auto& [name, value] : stream->m_trailers)
            trailers.add(name, value);
        m_pool.fieldBlock().setTrailers(trailers);
        m_session->sendTrailers(id, m_pool.fieldBlock());
        part.trailers = true;
    }
    return part;
}

bool Http2UpstreamSession::writeBodyPart(void* user, std::string_view frameHead, std::size_t size)
{
    std::string& text = m_context.scratch;
    text.append(frameHead);
    Http2UpstreamStream& stream = *asStream(user);
    const bool wasCongested = stream.isCongested();
    stream.appendUnsent(text, size);
    if (wasCongested && !stream.isCongested())
        touch(stream); // its client may go on
    m_enough = text.size() >= kMostAtOnce;
    return !m_enough;
}

Http2Verdict Http2UpstreamSession::spend(std::uint64_t amount)
{
    if (m_budget.spend(amount, m_context.clock))
        return Http2Verdict::GoOn;
    m_session->terminate(Http2Error::EnhanceYourCalm);
    return Http2Verdict::Stop;
}

Http2Verdict Http2UpstreamSession::frameBegan(const Http2Frame& frame)
{
    return frame.type == Http2FrameType::Continuation ? spend(kPriceOfContinuation) : Http2Verdict::GoOn;
}

void Http2UpstreamSession::headBegan(Http2StreamId id, Http2HeadKind)
{
    m_headStream = asStream(m_session->user(id));
    if (!m_headStream)
        return; // cancelled: decoded, as HPACK wants it, and dropped
    if (m_gathered.stream != m_headStream)
        deliverGathered(); // its head is about to be overwritten
    if (m_headStream->m_phase == Phase::Answering)
        m_trailerReader.begin(m_trailers, m_arena, kUpstreamHeadLimits);
    else
        m_reader.begin(m_head, m_arena, kUpstreamHeadLimits);
}

Http2Verdict Http2UpstreamSession::headField(Http2StreamId, std::string_view name, std::string_view value)
{
    if (m_headStream && m_headStream->m_phase == Phase::Answering)
        m_trailerReader.field(name, value);
    else if (m_headStream)
        m_reader.field(name, value);
    return Http2Verdict::GoOn;
}

Http2Verdict Http2UpstreamSession::headEnded(Http2StreamId, Http2HeadKind, bool endsStream)
{
    Http2UpstreamStream* const stream = std::exchange(m_headStream, nullptr);
    if (!stream)
        return spend(kPriceOfOthers);
    stream->m_heard = true;
    if (stream->m_phase == Phase::Answering)
        trailersEnded(*stream, endsStream);
    else
        responseEnded(*stream, m_reader.end(stream->m_request->method, endsStream), endsStream);
    return Http2Verdict::GoOn;
}

void Http2UpstreamSession::responseEnded(Http2UpstreamStream& stream, Refusal refusal, bool endsStream)
{
    if (refusal != Refusal::None) {
        malformed(stream, refusal);
        return;
    }
    if (m_head.isInterim()) {
        if (++stream.m_interims > kMostInterims) {
            malformed(stream, Refusal::UpstreamHeadMalformed);
            return;
        }
        touch(stream);
        stream.m_observer.streamHead(m_head, {});
        return;
    }
    stream.m_phase = Phase::Answering;
    stream.m_framing = m_head.framing;
    stream.m_length = m_head.contentLength;
    gather(stream);
    m_gathered.head = true;
    m_gathered.last = endsStream;
}

void Http2UpstreamSession::trailersEnded(Http2UpstreamStream& stream, bool endsStream)
{
    const bool isRight = endsStream && !m_trailerReader.end() && stream.isBodyWhole();
    if (!isRight) {
        malformed(stream, endsStream && !stream.isBodyWhole() ? Refusal::UpstreamFraming
                                                              : Refusal::UpstreamHeadMalformed);
        return;
    }
    gather(stream);
    m_gathered.last = true;
    m_gathered.trailers = !m_trailers.empty();
}

void Http2UpstreamSession::data(Http2StreamId id, std::span<char> bytes)
{
    // Of the connection's window nothing is withheld: a slow client must not hold up the others.
    m_session->consumeConnection(bytes.size());
    Http2UpstreamStream* const stream = asStream(m_session->user(id));
    if (!stream)
        return;
    if (stream->m_phase != Phase::Answering || !stream->countBody(bytes.size())) {
        malformed(*stream, Refusal::UpstreamFraming);
        return;
    }
    gather(*stream);
    std::span<char>& body = m_gathered.body;
    if (body.empty()) {
        body = bytes;
        return;
    }
    // Both lie in the receive buffer, with a frame's head between them.
    std::memmove(body.data() + body.size(), bytes.data(), bytes.size());
    body = {body.data(), body.size() + bytes.size()};
}

Http2Verdict Http2UpstreamSession::frameReceived(const Http2Frame& frame)
{
    switch (frame.type) {
    case Http2FrameType::Data: {
        Http2UpstreamStream* const stream =
            frame.endsStream ? asStream(m_session->user(frame.stream)) : nullptr;
        if (stream && stream->m_phase == Phase::Answering && stream->isBodyWhole()) {
            gather(*stream);
            m_gathered.last = true;
        } else if (stream) {
            malformed(*stream, Refusal::UpstreamFraming);
        }
        if (frame.size == 0 && !frame.endsStream)
            return spend(kPriceOfOthers);
        m_budget.earn(kEarnedByData);
        return Http2Verdict::GoOn;
    }
    case Http2FrameType::Settings:
        if (frame.isAck)
            return Http2Verdict::GoOn;
        m_settingsHeard = true;
        m_pool.roomMade();
        return spend(kPriceOfSettings);
    case Http2FrameType::GoAway:
        m_state = State::Draining; // before the streams that it refuses begin anew elsewhere
        return Http2Verdict::GoOn;
    case Http2FrameType::ResetStream:
        return spend(kPriceOfReset);
    case Http2FrameType::WindowUpdate:
        return spend(1);
    default:
        return frame.isAck ? Http2Verdict::GoOn : spend(kPriceOfOthers);
    }
}

Http2Verdict Http2UpstreamSession::frameRefused(Http2StreamId) { return spend(kPriceOfReset); }

void Http2UpstreamSession::frameSent(const Http2Frame& frame)
{
    if (frame.type == Http2FrameType::Data)
        m_budget.earn(kEarnedByData); // it is answered with window
    else if (frame.type == Http2FrameType::Headers) {
        if (Http2UpstreamStream* stream = asStream(m_session->user(frame.stream)))
            stream->m_headSent = true;
    }
}

void Http2UpstreamSession::streamClosed(Http2StreamId, void* user, Http2Error error)
{
    Http2UpstreamStream* const stream = asStream(user);
    if (!stream)
        return; // nobody waits for it
    if (m_gathered.stream == stream) {
        deliverGathered();
        if (stream->m_session != this)
            return; // it was whole
    }
    AttemptFailure failure{.refusal = Refusal::UpstreamReset, .kind = AttemptFailure::Kind::Reset};
    if (error == Http2Error::RefusedStream || !stream->m_headSent) {
        // The upstream has not looked at it, or never got it (RFC 9113 §8.7).
        failure.refusal = Refusal::UpstreamUnavailable;
        failure.delivery = AttemptFailure::Delivery::Nothing;
        failure.idleRace = true;
    } else {
        m_endpoint->report(AttemptOutcome::Reset, m_context.clock.steady());
    }
    touch(*stream);
    remove(*stream);
    stream->m_phase = Phase::Idle;
    stream->failed(failure);
}

void Http2UpstreamSession::gather(Http2UpstreamStream& stream)
{
    if (m_gathered.stream && m_gathered.stream != &stream)
        deliverGathered();
    m_gathered.stream = &stream;
}

void Http2UpstreamSession::deliverGathered()
{
    const Gathered gathered = std::exchange(m_gathered, {});
    if (!gathered.stream)
        return;
    Http2UpstreamStream& stream = *gathered.stream;
    touch(stream);
    const Payload payload{gathered.body, gathered.last, gathered.trailers ? &m_trailers : nullptr};
    if (gathered.head) {
        stream.m_observer.streamHead(m_head, payload);
        if (stream.m_session != this)
            return; // not wanted after all
        stream.m_withheld += payload.bytes.size();
        if (stream.m_observer.takesResponse())
            stream.giveWindow();
    } else {
        stream.deliverBody(payload);
    }
    if (gathered.last)
        answered(stream);
}

/// Its response is whole; the request may not be.
void Http2UpstreamSession::answered(Http2UpstreamStream& stream)
{
    m_wasUsed = true;
    m_budget.earn(kEarnedByAnswer);
    m_session->setUser(stream.m_id, nullptr);
    if (!stream.m_endSent) {
        m_session->reset(stream.m_id, Http2Error::Cancel);
        wantTurn();
    }
    remove(stream);
    stream.m_phase = Phase::Done;
}

/// RFC 9113 §8.1.1: the stream's error, not the connection's.
void Http2UpstreamSession::malformed(Http2UpstreamStream& stream, Refusal refusal)
{
    if (m_gathered.stream == &stream)
        m_gathered.last = false; // what came before the fault may be passed on, its end may not
    deliverGathered();
    if (stream.m_session != this)
        return;
    m_endpoint->report(AttemptOutcome::Reset, m_context.clock.steady());
    m_session->setUser(stream.m_id, nullptr);
    m_session->reset(stream.m_id, Http2Error::Protocol);
    wantTurn();
    touch(stream);
    remove(stream);
    stream.m_phase = Phase::Idle;
    stream.failed({.refusal = refusal, .kind = AttemptFailure::Kind::Malformed});
}

} // namespace postern
