#include "gateway/proxy/upstream_exchange.h"

#include "gateway/proxy/message_writer.h"
#include "gateway/proxy/worker_context.h"

namespace postern {

UpstreamExchange::UpstreamExchange(WorkerContext& context, UpstreamObserver& observer)
    : m_context(context), m_observer(observer), m_http1(context, *this)
{}

UpstreamExchange::~UpstreamExchange() = default;

void UpstreamExchange::forgetRecord()
{
    m_endpoint.clear();
    m_duration.reset();
}

UpstreamExchange::Begun UpstreamExchange::begin(UpstreamPool& pool, const RequestHead& request)
{
    m_pool = &pool;
    m_request = &request;
    forgetRecord();
    m_headSent = m_requestSent = m_bodySent = m_retried = false;
    m_held.clear();
    const Begun begun = m_stream->begin(pool, request, {});
    if (begun == Begun::Ready)
        noteEndpoint();
    return begun;
}

void UpstreamExchange::noteEndpoint() { m_endpoint.assign(m_stream->endpoint()->settings().text); }

void UpstreamExchange::timedOut()
{
    if (UpstreamEndpoint* endpoint = m_stream->endpoint())
        endpoint->report(AttemptOutcome::Timeout, m_context.clock.steady());
    abandon();
}

void UpstreamExchange::streamReady()
{
    noteEndpoint();
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
    if (m_stream->send(payload) == UpstreamStream::Sent::Taken) {
        m_bodySent = m_bodySent || !payload.bytes.empty();
        return;
    }
    // Nothing of it is gone, so it may go out again whatever it is, if it can be held until then.
    if (m_retried || payload.bytes.size() > kSmallPayload || payload.trailers) {
        m_observer.upstreamFailed(Refusal::UpstreamReset);
        return;
    }
    m_held.assign(payload.bytes.data(), payload.bytes.size());
    attemptAgain();
}

/// Whether \a failure is the keep-alive race, and the request one that may be repeated.
bool UpstreamExchange::mayGoAgain(const AttemptFailure& failure) const
{
    if (m_retried || !failure.idleRace || m_bodySent)
        return false;
    return failure.delivery == AttemptFailure::Delivery::Nothing || isIdempotent(m_request->method);
}

void UpstreamExchange::attemptAgain()
{
    m_retried = true;
    switch (m_stream->begin(*m_pool, *m_request, {.hint = {}, .freshness = Freshness::New})) {
    case Begun::Ready:
        noteEndpoint();
        replay();
        break;
    case Begun::Waiting:
        break;
    case Begun::Failed:
        m_observer.upstreamFailed(m_stream->failure().refusal);
        break;
    }
}

void UpstreamExchange::replay()
{
    m_sentAt = m_context.clock.steady();
    m_bodySent = !m_held.empty();
    m_stream->send({m_held, m_requestSent});
    m_held.clear();
}

void UpstreamExchange::streamHead(ResponseHead& head, const Payload& payload)
{
    if (!head.isInterim()) {
        const Clock::Steady now = m_context.clock.steady();
        const bool isGood = head.status < 500;
        m_stream->endpoint()->report(isGood ? AttemptOutcome::Success : AttemptOutcome::ServerError, now);
        if (payload.last)
            m_duration = now - m_sentAt;
    }
    m_observer.responseHead(head, payload);
}

void UpstreamExchange::streamBody(const Payload& payload)
{
    if (payload.last)
        m_duration = m_context.clock.steady() - m_sentAt;
    m_observer.responseBody(payload);
}

void UpstreamExchange::streamFailed(const AttemptFailure& failure)
{
    if (mayGoAgain(failure))
        attemptAgain();
    else
        m_observer.upstreamFailed(failure.refusal);
}

} // namespace postern
