// What goes out. What comes back is in http1_upstream_response.cpp.
#include "gateway/proxy/http1_upstream_stream.h"

#include "gateway/http/head_writer.h"
#include "gateway/proxy/message_writer.h"
#include "gateway/proxy/worker_context.h"

#include <sys/epoll.h>

namespace postern {

Http1UpstreamStream::Http1UpstreamStream(WorkerContext& context, UpstreamStreamObserver& observer)
    : m_context(context), m_observer(observer)
{}

Http1UpstreamStream::~Http1UpstreamStream() { abandon(); }

UpstreamStream::Begun Http1UpstreamStream::begin(const WorkerUpstream& upstream, const RequestHead& request,
                                                 const ConnectionWish& wish)
{
    m_pool = upstream.pool.get();
    m_request = &request;
    m_headSent = m_requestSent = m_isTunnel = m_answeredEarly = false;
    m_interims = 0;
    const Begun begun = acquire(wish);
    // A reused connection that has ended meanwhile would fail a request that can not go out again: for those
    // one more system call looks first. Others are tried again.
    // What an upstream says unasked on an idle connection ends it as soon as its event is heard. Bytes that
    // come between that and the request are taken for its answer, as HTTP/1.1 has nothing that tells them
    // apart: a look before each request would cost a call (a fifth more than the four there are) and still
    // leave the time until the request arrives there. Nor would the events that were fetched with the
    // client's do: they say what had come before the request was read, and a search among them costs each
    // request for what no upstream does that is not broken or hostile; from one of these nothing it answers
    // can be believed.
    if (begun == Begun::Ready && m_connection->isReused() && !isIdempotent(request.method) &&
        !m_connection->socket().isQuiet()) {
        release(UpstreamPool::Reuse::No);
        ConnectionWish fresh = wish;
        fresh.freshness = Freshness::New;
        return acquire(fresh);
    }
    return begun;
}

UpstreamStream::Begun Http1UpstreamStream::acquire(const ConnectionWish& wish)
{
    const UpstreamPool::Acquired acquired = m_pool->acquire(*this, wish);
    if (acquired.connection) {
        take(*acquired.connection);
        return Begun::Ready;
    }
    m_state = acquired.failure ? State::Idle : State::Waiting;
    if (!acquired.failure)
        return Begun::Waiting;
    m_failure = attemptFailure(*acquired.failure);
    return Begun::Failed;
}

void Http1UpstreamStream::take(UpstreamConnection& connection)
{
    m_connection = &connection;
    m_sentBefore = connection.socket().sent();
    m_state = State::Open;
    m_sendBroken = m_heard = false;
    m_parser.reset();
    m_input.clear();
}

void Http1UpstreamStream::connectionReady(UpstreamConnection& connection)
{
    take(connection);
    m_observer.streamReady();
    m_observer.streamSettled();
}

void Http1UpstreamStream::connectionFailed(ConnectFailure failure)
{
    m_state = State::Idle;
    m_observer.streamFailed(attemptFailure(failure, m_pool->handshakeFailure()));
    m_observer.streamSettled();
}

UpstreamStream::Sent Http1UpstreamStream::send(const Payload& payload)
{
    if (m_state == State::Idle || m_sendBroken)
        return Sent::Taken; // the response has come early, or its absence is about to be seen
    if (m_requestSent && !m_isTunnel)
        return Sent::Taken; // whatever followed the request's end would be a request of its own
    std::string& text = m_context.scratch;
    text.clear();
    if (!m_headSent)
        appendRequestHead(text, *m_request);
    const bool chunked = m_request->framing == BodyFraming::Chunked;
    const bool isFirst = !std::exchange(m_headSent, true);
    m_requestSent = payload.last;
    const auto written = writeMessage(m_connection->socket(), text, payload,
                                      chunked ? OutgoingFraming::Chunked : OutgoingFraming::Plain);
    if (written != StreamSocket::Write::Failed) {
        if (payload.last && m_isTunnel)
            m_connection->socket().finishSending(); // a tunnel's end has no other sign
        return Sent::Taken;
    }
    if (isFirst && !m_heard && m_connection->isReused()) {
        m_state = State::Idle;
        release(UpstreamPool::Reuse::No);
        return Sent::Refused;
    }
    // The upstream may have answered and closed without reading on; that answer is worth having. On a turn of
    // its own, as we are inside the client's.
    m_sendBroken = true;
    m_connection->socket().note(EPOLLIN);
    m_connection->again();
    return Sent::Taken;
}

bool Http1UpstreamStream::isCongested() const
{
    return m_state == State::Waiting || (m_connection && m_connection->socket().hasPending());
}

void Http1UpstreamStream::resume()
{
    if (m_connection && m_connection->socket().mayRead())
        m_connection->again();
}

void Http1UpstreamStream::abandon()
{
    if (m_state == State::Waiting)
        m_pool->cancel(*this);
    if (m_connection)
        release(m_headSent ? UpstreamPool::Reuse::No : UpstreamPool::Reuse::Yes);
    m_state = State::Idle;
}

void Http1UpstreamStream::release(UpstreamPool::Reuse reuse)
{
    UpstreamConnection* connection = std::exchange(m_connection, nullptr);
    m_input.clear();
    m_pool->release(*connection, reuse);
}

} // namespace postern
