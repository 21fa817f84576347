// Http1Connection's other half: responses, and how a connection ends.
#include "gateway/http/head_writer.h"
#include "gateway/proxy/http1_connection.h"
#include "gateway/proxy/listener_port.h"
#include "gateway/proxy/message_writer.h"
#include "gateway/proxy/worker_context.h"

namespace postern {

using namespace std::chrono_literals;

namespace {

// What a client may still send after its answer was given without its whole body: enough for an upload in
// flight to reach its end, so that the client gets to read; then the connection is closed under it.
constexpr std::uint32_t kMostLingerBytes = 1024 * 1024;
constexpr auto kLingerTime = 2s;
// A refused body that is announced to be this small is waited for, so that the connection lives on.
constexpr std::uint64_t kSmallBody = 64 * 1024;

} // namespace

void Http1Connection::sendContinue()
{
    // Not where the body is coming already (RFC 9110 §10.1.1).
    if (m_version != HttpVersion::Http10 && m_input.empty())
        written(m_socket.send(kContinue));
}

void Http1Connection::sendInterim(const ResponseHead& head)
{
    std::string& message = m_context.scratch;
    message.clear();
    appendResponseHead(message, head, {m_version, true, {}});
    written(m_socket.send(message));
}

void Http1Connection::sendResponse(ResponseHead& head, const Payload& payload)
{
    m_keepAlive = mayStayAlive();
    if (head.status == 101) {
        m_keepAlive = false;
        m_exchange->bodyReader.start(BodyFraming::UntilClose, 0); // no more HTTP on this connection
    }
    const bool isModern = m_version != HttpVersion::Http10;
    if (head.framing == BodyFraming::UntilClose || (head.framing == BodyFraming::Chunked && !isModern)) {
        if (payload.last) {
            head.framing = BodyFraming::Length;
            head.contentLength = payload.bytes.size();
        } else if (isModern) {
            head.framing = BodyFraming::Chunked; // tells a whole response from a broken one
        } else {
            head.framing = BodyFraming::UntilClose;
            m_keepAlive = false;
        }
    }
    m_chunked = head.framing == BodyFraming::Chunked;
    std::string& message = m_context.scratch;
    message.clear();
    appendResponseHead(message, head, {m_version, m_keepAlive, m_context.date.at(m_context.clock.wall())});
    written(writeMessage(m_socket, message, payload,
                         m_chunked ? OutgoingFraming::Chunked : OutgoingFraming::Plain));
    m_responseDone = payload.last;
}

void Http1Connection::sendBody(const Payload& payload)
{
    std::string& message = m_context.scratch;
    message.clear();
    written(writeMessage(m_socket, message, payload,
                         m_chunked ? OutgoingFraming::Chunked : OutgoingFraming::Plain));
    m_responseDone = payload.last;
}

/// Whether another request may follow this one: only where it is certain where this one ends.
bool Http1Connection::mayStayAlive() const
{
    if (!m_requestKeepAlive || m_bodyBroken || m_context.closing)
        return false;
    const BodyReader& body = m_exchange->bodyReader;
    if (body.isDone())
        return true;
    // A client that waits for 100 may never send the body it announced.
    return m_dropping && !m_exchange->request().expectsContinue &&
           body.remaining().value_or(kSmallBody + 1) <= kSmallBody;
}

void Http1Connection::dropBody()
{
    m_dropping = true;
    BodyReader& body = m_exchange->bodyReader;
    while (!m_bodyBroken && !body.isDone() && !m_input.empty()) {
        const BodyReader::Piece piece = body.take(m_input.bytes());
        m_bodyBroken = piece.refusal != Refusal::None;
        m_input.consume(piece.consumed);
    }
}

void Http1Connection::written(StreamSocket::Write result)
{
    switch (result) {
    case StreamSocket::Write::Done:
        m_reading.pause();
        break;
    case StreamSocket::Write::Failed:
        m_broken = true;
        break;
    case StreamSocket::Write::Pending:
        m_reading.begin(m_context.clock, limits());
        break;
    }
}

/// True when the response is out and the next request may be read.
bool Http1Connection::endExchange()
{
    if (!m_responseDone || m_socket.hasPending())
        return false;
    const bool bodyIsDone = m_exchange->bodyReader.isDone();
    if (m_keepAlive && !bodyIsDone && !m_bodyBroken)
        return false; // a small body that is being dropped
    const Clock::Steady now = m_exchange->finish(RequestEnd::Complete);
    m_context.giveBack(std::move(m_exchange));
    m_reading.end();
    if (m_keepAlive && bodyIsDone) {
        m_phase = Phase::Head;
        m_readBy = now + idleTime();
        return !m_input.empty() || m_socket.mayRead();
    }
    if (m_socket.peerEnded() && !m_socket.mayRead()) {
        close();
        return false;
    }
    // Closing with unread bytes would reset the connection, and the reset could overtake the answer.
    m_socket.finishSending();
    m_phase = Phase::Linger;
    m_input.clear();
    m_scanned = 0;
    m_readBy = now + kLingerTime;
    return true;
}

/// A drain looks for idle connections once, at its beginning; later ones have little time left.
Clock::Steady::duration Http1Connection::idleTime() const
{
    const Clock::Steady::duration time = limits().idleTimeout;
    return m_context.draining ? std::min<Clock::Steady::duration>(time, kFirstRequestTime) : time;
}

void Http1Connection::linger()
{
    while (m_socket.mayRead()) {
        const auto received = m_socket.receive(*m_context.receiveBuffer);
        if (received.state == StreamSocket::Read::Nothing)
            return;
        m_scanned += static_cast<std::uint32_t>(received.size);
        if (received.state != StreamSocket::Read::Data || m_scanned > kMostLingerBytes) {
            close();
            return;
        }
    }
}

void Http1Connection::releaseExchange(RequestEnd end)
{
    m_exchange->finish(end);
    m_context.giveBack(std::move(m_exchange));
}

void Http1Connection::closeIfIdle()
{
    if (m_exchange) {
        m_exchange->goAway();
        process();
        return;
    }
    if (m_phase != Phase::Head || !m_input.empty())
        return;
    // What came this very moment is still served.
    if (!m_socket.isQuiet())
        return;
    if (!m_isFresh) {
        close();
        return;
    }
    // Who has only just come in has a request on the way, as a rule.
    m_readBy = std::min(m_readBy, m_context.clock.steady() + kFirstRequestTime);
    arm();
}

void Http1Connection::closeNow(RequestEnd end)
{
    if (m_phase == Phase::Closed)
        return;
    if (m_exchange) {
        releaseExchange(end);
        m_socket.abort();
    }
    close();
}

void Http1Connection::close()
{
    if (m_phase == Phase::Closed)
        return;
    m_phase = Phase::Closed;
    cancel();
    m_context.dispatcher.forget(m_client.token);
    m_socket.close();
    m_owner.sessionClosed(*this);
}

} // namespace postern
