#include "gateway/proxy/upstream_exchange.h"

#include "gateway/http/head_writer.h"
#include "gateway/proxy/message_writer.h"
#include "gateway/proxy/worker_context.h"

#include <sys/epoll.h>

namespace postern {

namespace {

Refusal asRefusal(ConnectFailure failure)
{
    switch (failure) {
    case ConnectFailure::Overloaded:
    case ConnectFailure::NoEndpoints:
        return Refusal::UpstreamUnavailable;
    case ConnectFailure::Refused:
        return Refusal::UpstreamUnreachable;
    case ConnectFailure::TimedOut:
        return Refusal::UpstreamTimeout;
    }
    return Refusal::InternalError;
}

} // namespace

UpstreamExchange::UpstreamExchange(WorkerContext& context, UpstreamObserver& observer)
    : m_context(context), m_observer(observer)
{}

UpstreamExchange::~UpstreamExchange() { abandon(); }

UpstreamExchange::Begun UpstreamExchange::begin(UpstreamPool& pool, const RequestHead& request)
{
    m_pool = &pool;
    m_request = &request;
    forgetRecord();
    m_failure = Refusal::None;
    m_headSent = m_requestSent = m_retried = m_answeredEarly = false;
    m_interims = 0;
    m_held.clear();
    const Begun begun = acquire(UpstreamPool::Freshness::Any);
    // A reused connection that has ended meanwhile would fail a request that can not go out again: for those
    // one more system call looks first. Others are retried.
    if (begun == Begun::Ready && m_connection->isReused() && !isIdempotent(request.method) &&
        !m_connection->socket().isQuiet()) {
        release(UpstreamPool::Reuse::No);
        return acquire(UpstreamPool::Freshness::New);
    }
    return begun;
}

UpstreamExchange::Begun UpstreamExchange::acquire(UpstreamPool::Freshness freshness)
{
    const UpstreamPool::Acquired acquired = m_pool->acquire(*this, {.hint = {}, .freshness = freshness});
    if (acquired.connection) {
        take(*acquired.connection);
        return Begun::Ready;
    }
    m_state = acquired.failure ? State::Idle : State::Waiting;
    if (!acquired.failure)
        return Begun::Waiting;
    m_failure = asRefusal(*acquired.failure);
    return Begun::Failed;
}

void UpstreamExchange::take(UpstreamConnection& connection)
{
    m_connection = &connection;
    m_endpoint = connection.endpoint().settings().text;
    m_sentBefore = connection.socket().sent();
    m_state = State::Open;
    m_sendBroken = m_heard = false;
    m_parser.reset();
    m_input.clear();
}

void UpstreamExchange::connectionReady(UpstreamConnection& connection)
{
    take(connection);
    if (m_retried)
        sendHeld();
    else
        m_observer.upstreamReady();
    m_observer.upstreamSettled();
}

void UpstreamExchange::connectionFailed(ConnectFailure failure)
{
    m_state = State::Idle;
    m_observer.upstreamFailed(asRefusal(failure));
    m_observer.upstreamSettled();
}

void UpstreamExchange::send(const Payload& payload)
{
    if (m_state == State::Idle || m_sendBroken)
        return; // the response has come early, or its absence is about to be seen
    std::string& text = m_context.scratch;
    text.clear();
    if (!m_headSent) {
        appendRequestHead(text, *m_request);
        m_sentAt = m_context.clock.steady();
    }
    const bool chunked = m_request->framing == BodyFraming::Chunked;
    const bool isFirst = !std::exchange(m_headSent, true);
    m_requestSent = payload.last;
    const auto written = writeMessage(m_connection->socket(), text, payload,
                                      chunked ? OutgoingFraming::Chunked : OutgoingFraming::Plain);
    if (written != StreamSocket::Write::Failed)
        return;
    // Of a first message the kernel took nothing, so it may go out again whatever it is.
    const bool isWhole = payload.bytes.size() <= kSmallPayload;
    if (isFirst && isWhole) {
        m_held = text;
        if (retry(true))
            return;
        m_held.clear();
    }
    sendFailed();
}

void UpstreamExchange::sendFailed()
{
    // The upstream may have answered and closed without reading on; that answer is worth having. On a turn of
    // its own, as we are inside the client's.
    m_sendBroken = true;
    m_connection->socket().note(EPOLLIN);
    m_connection->again();
}

bool UpstreamExchange::retry(bool nothingSent)
{
    if (m_retried || m_heard || !m_connection->isReused())
        return false;
    if (!nothingSent && (!isIdempotent(m_request->method) || m_request->hasBody()))
        return false;
    m_retried = true;
    release(UpstreamPool::Reuse::No);
    switch (acquire(UpstreamPool::Freshness::New)) {
    case Begun::Ready:
        sendHeld();
        break;
    case Begun::Waiting:
        break;
    case Begun::Failed:
        m_observer.upstreamFailed(m_failure);
        break;
    }
    return true;
}

void UpstreamExchange::sendHeld()
{
    m_sentAt = m_context.clock.steady();
    if (m_held.empty())
        appendRequestHead(m_held, *m_request);
    if (m_connection->socket().send(m_held) == StreamSocket::Write::Failed)
        sendFailed();
    m_held.clear();
}

bool UpstreamExchange::isCongested() const
{
    return m_state == State::Waiting || (m_connection && m_connection->socket().hasPending());
}

void UpstreamExchange::resume()
{
    if (m_connection && m_connection->socket().mayRead())
        m_connection->again();
}

void UpstreamExchange::abandon()
{
    if (m_state == State::Waiting)
        m_pool->cancel(*this);
    if (m_connection)
        release(m_headSent ? UpstreamPool::Reuse::No : UpstreamPool::Reuse::Yes);
    m_state = State::Idle;
}

void UpstreamExchange::release(UpstreamPool::Reuse reuse)
{
    UpstreamConnection* connection = std::exchange(m_connection, nullptr);
    m_input.clear();
    m_pool->release(*connection, reuse);
}

} // namespace postern
