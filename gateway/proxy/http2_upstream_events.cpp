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
constexpr std::uint64_t kPriceOfContinuation = 20;
constexpr std::uint64_t kPriceOfSettings = 20;
constexpr std::uint64_t kPriceOfReset = 10;
constexpr std::uint64_t kPriceOfInterim = 4;
constexpr std::uint64_t kPriceOfOthers = 2;

} // namespace

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
    if (!m_gathered.stream)
        m_arena.reset(); // one read can hold thousands of heads
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
        return responseEnded(*stream, m_reader.end(stream->m_request->method, endsStream), endsStream);
    return Http2Verdict::GoOn;
}

Http2Verdict Http2UpstreamSession::responseEnded(Http2UpstreamStream& stream, Refusal refusal,
                                                 bool endsStream)
{
    if (refusal != Refusal::None) {
        malformed(stream, refusal);
        return Http2Verdict::GoOn;
    }
    if (m_head.isInterim()) {
        if (++stream.m_interims > kMostInterims) {
            malformed(stream, Refusal::UpstreamHeadMalformed);
            return Http2Verdict::GoOn;
        }
        touch(stream);
        stream.m_observer.streamHead(m_head, {});
        return spend(kPriceOfInterim);
    }
    stream.m_phase = Phase::Answering;
    stream.m_framing = m_head.framing;
    stream.m_length = m_head.contentLength;
    gather(stream);
    m_gathered.head = true;
    m_gathered.last = endsStream;
    return Http2Verdict::GoOn;
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
        if (m_state == State::Open)
            drain(); // before the streams that it refuses begin anew elsewhere
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
        failure.excuse = AttemptFailure::Excuse::StreamRefused;
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
