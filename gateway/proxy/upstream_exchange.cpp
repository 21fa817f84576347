// The attempts. Whether there is another one is decided in upstream_retry.cpp.
#include "gateway/proxy/upstream_exchange.h"

#include "gateway/proxy/http2_upstream_stream.h"
#include "gateway/proxy/message_writer.h"
#include "gateway/proxy/worker_context.h"

namespace postern {

namespace {
// Of a body, for a request that may be tried again: what is larger goes out once.
constexpr std::size_t kMostHeld = 64 * 1024;
// Its connection had ended before it was used: nobody's fault.
constexpr AttemptFailure kRaceLost{.refusal = Refusal::UpstreamReset,
                                   .kind = AttemptFailure::Kind::Reset,
                                   .delivery = AttemptFailure::Delivery::Nothing,
                                   .excuse = AttemptFailure::Excuse::IdleRace};
} // namespace

UpstreamExchange::UpstreamExchange(WorkerContext& context, UpstreamObserver& observer)
    : m_context(context), m_observer(observer), m_http1(context, *this)
{}

UpstreamExchange::~UpstreamExchange() = default;

void UpstreamExchange::forgetRecord()
{
    m_endpoint.clear();
    m_handshakeFailure = HandshakeFailure::None;
    m_attempts = 0;
    m_duration.reset();
}

UpstreamExchange::Begun UpstreamExchange::begin(const WorkerUpstream& upstream, const RequestHead& request,
                                                Clock::Steady due)
{
    m_upstream = &upstream;
    m_request = &request;
    m_due = due;
    forgetRecord();
    if (!m_place.take(*upstream.ceiling, upstream.pool->settings().maxRequests)) {
        m_failure = Refusal::Overloaded;
        return Begun::Failed;
    }
    m_tried.clear();
    m_endpointId.reset();
    m_held.clear();
    if (upstream.http2 && !m_http2)
        m_http2 =
            std::make_unique<Http2UpstreamStream>(m_context, static_cast<UpstreamStreamObserver&>(*this));
    m_stream = upstream.http2 ? m_http2.get() : &m_http1;
    const bool mayRepeat =
        upstream.retries && upstream.retries->attempts() > 0 && isIdempotent(request.method);
    // In HTTP/2 the upstream may say of any request that it did not look at it.
    m_mostHeld = mayRepeat || upstream.http2 ? kMostHeld : 0;
    m_retries = 0;
    m_headSent = m_requestSent = m_wasExcused = false;
    m_holdsAll = true;
    if (upstream.retries)
        upstream.budget->requestBegan(m_context.clock.steady());
    const Begun begun = attempt(Freshness::Any);
    if (begun != Begun::Failed)
        return begun;
    const AttemptFailure failure = m_stream->failure();
    if (goesAgain(failure))
        return Begun::Waiting;
    m_state = State::Idle;
    m_place.giveBack();
    m_failure = failure.refusal;
    return Begun::Failed;
}

UpstreamExchange::Begun UpstreamExchange::attempt(Freshness freshness)
{
    m_state = State::Attempting;
    ++m_attempts;
    if (m_upstream->retries && m_upstream->retries->perTryTimeout()) {
        m_wakeAt = m_context.clock.steady() + *m_upstream->retries->perTryTimeout();
        m_context.deadlines.set(*this, m_wakeAt);
    }
    const ConnectionWish wish{.hint = {.hash = m_hash, .avoid = m_tried}, .freshness = freshness};
    const Begun begun = m_stream->begin(*m_upstream, *m_request, wish);
    if (begun == Begun::Ready)
        noteReady();
    return begun;
}

void UpstreamExchange::attemptAgain(Freshness freshness)
{
    switch (attempt(freshness)) {
    case Begun::Ready:
        if (m_headSent)
            replay();
        else
            m_observer.upstreamReady();
        break;
    case Begun::Waiting:
        break;
    case Begun::Failed:
        streamFailed(m_stream->failure());
        break;
    }
}

void UpstreamExchange::noteReady()
{
    const UpstreamEndpoint& endpoint = *m_stream->endpoint();
    m_endpoint.assign(endpoint.settings().text);
    m_endpointId = endpoint.id();
}

void UpstreamExchange::streamReady()
{
    noteReady();
    if (m_headSent)
        replay();
    else
        m_observer.upstreamReady();
}

void UpstreamExchange::send(const Payload& payload)
{
    if (!std::exchange(m_headSent, true))
        m_sentAt = m_context.clock.steady();
    m_requestSent = payload.last;
    const bool taken = m_stream->send(payload) == UpstreamStream::Sent::Taken;
    if (m_state != State::Attempting)
        return;
    if (!taken) {
        // None of it is gone: it may go out again whatever it is, if it can be held until then.
        hold(payload, kMostHeld);
        streamFailed(kRaceLost);
        return;
    }
    hold(payload, m_mostHeld);
    if (m_requestSent && isSet()) // from here on it is the upstream's time alone
        m_wakeAt = m_context.clock.steady() + *m_upstream->retries->perTryTimeout();
}

/// Keeps what went out for as long as it may have to go out again.
void UpstreamExchange::hold(const Payload& payload, std::size_t most)
{
    if (!m_holdsAll)
        return;
    m_holdsAll = !payload.trailers && m_held.size() + payload.bytes.size() <= most;
    if (m_holdsAll)
        m_held.append(payload.bytes.data(), payload.bytes.size());
    else
        letGo();
}

void UpstreamExchange::letGo()
{
    if (m_held.capacity() > kSmallPayload)
        std::string().swap(m_held); // warm exchanges are many
    m_held.clear();
}

void UpstreamExchange::replay()
{
    m_sentAt = m_context.clock.steady();
    if (m_stream->send({m_held, m_requestSent}) == UpstreamStream::Sent::Refused)
        streamFailed(kRaceLost);
}

bool UpstreamExchange::isCongested() const { return m_state == State::Paused || m_stream->isCongested(); }

void UpstreamExchange::abandon()
{
    m_stream->abandon();
    m_state = State::Idle;
    m_place.giveBack();
    if (isSet())
        cancel();
    letGo();
}

void UpstreamExchange::timedOut()
{
    if (UpstreamEndpoint* endpoint = m_stream->endpoint())
        endpoint->report(AttemptOutcome::Timeout, m_context.clock.steady());
    abandon();
}

void UpstreamExchange::streamHead(ResponseHead& head, const Payload& payload)
{
    if (head.isInterim()) {
        m_observer.responseHead(head, payload);
        return;
    }
    const Clock::Steady now = m_context.clock.steady();
    const bool isGood = head.status < 500;
    m_stream->endpoint()->report(isGood ? AttemptOutcome::Success : AttemptOutcome::ServerError, now);
    if (m_upstream->retries && goesAgain(head)) {
        if (!payload.last) // what follows of it is of no use; a whole one leaves its connection as good as it
                           // was
            m_stream->abandon();
        return;
    }
    m_state = State::Passing;
    if (isSet())
        cancel();
    letGo();
    if (payload.last)
        noteEnd();
    m_observer.responseHead(head, payload);
}

void UpstreamExchange::streamBody(const Payload& payload)
{
    if (m_state == State::Paused)
        return;
    if (payload.last)
        noteEnd();
    m_observer.responseBody(payload);
}

/// The response's last byte is here: whatever its client still has to read, the upstream is done with it.
void UpstreamExchange::noteEnd()
{
    m_duration = m_context.clock.steady() - m_sentAt;
    m_place.giveBack();
}

void UpstreamExchange::streamFailed(const AttemptFailure& failure)
{
    if (goesAgain(failure))
        return;
    m_state = State::Idle;
    m_place.giveBack();
    if (isSet())
        cancel();
    m_handshakeFailure = failure.handshake;
    m_observer.upstreamFailed(failure.refusal);
}

/// The pause is over, or the attempt has had its time.
void UpstreamExchange::reached()
{
    const Clock::Steady now = m_context.clock.steady();
    if (now < m_wakeAt) {
        m_context.deadlines.set(*this, m_wakeAt);
        return;
    }
    if (m_state == State::Paused)
        attemptAgain(Freshness::Any);
    else if (m_state == State::Attempting)
        tryTimedOut(now);
    else
        return;
    m_observer.upstreamSettled();
}

void UpstreamExchange::tryTimedOut(Clock::Steady now)
{
    if (!m_requestSent &&
        !m_stream->isCongested()) { // waiting for the client's own body is the client's time
        m_wakeAt = now + *m_upstream->retries->perTryTimeout();
        m_context.deadlines.set(*this, m_wakeAt);
        return;
    }
    using Delivery = AttemptFailure::Delivery;
    UpstreamEndpoint* endpoint = m_stream->endpoint();
    if (endpoint)
        endpoint->report(AttemptOutcome::Timeout, now);
    m_stream->abandon();
    streamFailed({.refusal = Refusal::UpstreamTimeout,
                  .kind = AttemptFailure::Kind::Timeout,
                  .delivery = endpoint ? Delivery::Unknown : Delivery::Nothing});
}

} // namespace postern
