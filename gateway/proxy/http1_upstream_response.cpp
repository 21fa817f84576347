// Http1UpstreamStream's other half: what comes back. (http1_upstream_stream.cpp is what goes out.)
#include "gateway/http/keep_alive.h"
#include "gateway/proxy/http1_upstream_stream.h"
#include "gateway/proxy/worker_context.h"

namespace postern {

namespace {

// Reads for one connection before the others have their turn.
constexpr int kReadsPerTurn = 4;

} // namespace

void Http1UpstreamStream::connectionEvent()
{
    StreamSocket& socket = m_connection->socket();
    if (socket.hasPending()) {
        if (socket.flush() == StreamSocket::Write::Failed)
            m_sendBroken = true; // reading says the rest
    }
    read();
    m_observer.streamSettled();
}

void Http1UpstreamStream::read()
{
    int reads = 0;
    while (m_connection && m_connection->socket().mayRead() && m_observer.takesResponse()) {
        if (++reads > kReadsPerTurn) {
            m_connection->again();
            break;
        }
        m_input.keep(); // before the receive buffer is written anew
        const auto received = m_connection->socket().receive(*m_context.receiveBuffer);
        if (received.state == StreamSocket::Read::Nothing)
            break;
        if (received.state != StreamSocket::Read::Data) {
            ended();
            return;
        }
        m_heard = true;
        m_input.add(std::span(*m_context.receiveBuffer).first(received.size));
        parse();
    }
    m_input.keep();
}

void Http1UpstreamStream::parse()
{
    while (m_state == State::Open && !m_input.empty()) {
        if (!parseHead())
            return;
    }
    if (m_state == State::Body && !m_input.empty())
        parseBody();
}

/// False when there is nothing more to do now: more bytes are needed, or it is over.
bool Http1UpstreamStream::parseHead()
{
    const std::span<char> bytes = m_input.bytes();
    const ParseResult result =
        m_parser.parse({bytes.data(), bytes.size()}, kUpstreamHeadLimits, m_request->method, m_response);
    if (result.state == ParseResult::State::NeedMore)
        return false;
    // A switch of protocols must have been asked for; bytes before the request was sent answer no request.
    if (result.state == ParseResult::State::Refused || !m_headSent ||
        (m_response.status == 101 && !m_request->wantsUpgrade)) {
        failMalformed(result.state == ParseResult::State::Refused ? result.refusal
                                                                  : Refusal::UpstreamHeadMalformed);
        return false;
    }
    m_parser.reset();
    if (!m_response.isInterim()) {
        deliverHead(result.consumed);
        return false;
    }
    if (++m_interims > kMostInterims) {
        failMalformed(Refusal::UpstreamHeadMalformed);
        return false;
    }
    m_observer.streamHead(m_response, {});
    m_input.consume(result.consumed);
    return m_state == State::Open;
}

void Http1UpstreamStream::deliverHead(std::size_t headSize)
{
    // The head's views point into the input, which therefore stays until the head is delivered.
    const std::span<char> bytes = m_input.bytes();
    m_isTunnel = m_response.status == 101;
    if (m_isTunnel) // what follows is the other protocol's
        m_response.framing = BodyFraming::UntilClose;
    m_body.start(m_response.framing, m_response.contentLength);
    if (const auto theirs = keepAliveTimeout(m_response.headers))
        m_connection->limitIdle(*theirs);
    const BodyReader::Piece piece = m_body.take(bytes.subspan(headSize));
    if (piece.refusal != Refusal::None) {
        failMalformed(Refusal::UpstreamChunkMalformed);
        return;
    }
    const std::size_t used = headSize + piece.consumed;
    if (m_body.isDone() && used < bytes.size()) {
        failMalformed(Refusal::UpstreamFraming); // more than was announced: which of it is the answer?
        return;
    }
    m_state = State::Body;
    m_answeredEarly = !m_requestSent;
    Payload payload = piece.payload;
    payload.last = m_body.isDone();
    m_observer.streamHead(m_response, payload);
    if (m_state != State::Body)
        return;
    m_input.consume(used);
    if (m_body.isDone())
        complete();
}

void Http1UpstreamStream::parseBody()
{
    const BodyReader::Piece piece = m_body.take(m_input.bytes());
    if (piece.refusal != Refusal::None) {
        failMalformed(Refusal::UpstreamChunkMalformed);
        return;
    }
    if (!piece.payload.bytes.empty() || piece.payload.last)
        m_observer.streamBody(piece.payload);
    if (m_state != State::Body)
        return;
    m_input.consume(piece.consumed);
    if (m_body.isDone())
        complete();
}

void Http1UpstreamStream::ended()
{
    if (m_state == State::Body && m_body.endsAtClose() && m_connection->socket().error() == 0) {
        m_observer.streamBody({{}, true});
        if (m_state == State::Body)
            complete();
        return;
    }
    using Delivery = AttemptFailure::Delivery;
    using Excuse = AttemptFailure::Excuse;
    const bool unheard = m_state == State::Open && !m_heard;
    const bool nothingSent = unheard && m_connection->socket().sent() == m_sentBefore;
    fail({.refusal = Refusal::UpstreamReset,
          .kind = AttemptFailure::Kind::Reset,
          .delivery = nothingSent ? Delivery::Nothing : Delivery::Unknown,
          .excuse = unheard && m_connection->isReused() ? Excuse::IdleRace : Excuse::None});
}

void Http1UpstreamStream::complete()
{
    m_state = State::Idle;
    // An answer that came before the request's end leaves the rest of the request in doubt.
    const bool clean =
        m_response.keepAlive && m_requestSent && !m_sendBroken && !m_answeredEarly && m_input.empty();
    release(clean ? UpstreamPool::Reuse::Yes : UpstreamPool::Reuse::No);
}

void Http1UpstreamStream::fail(const AttemptFailure& failure)
{
    m_state = State::Idle;
    if (failure.excuse == AttemptFailure::Excuse::None)
        m_connection->endpoint().report(AttemptOutcome::Reset, m_context.clock.steady());
    release(UpstreamPool::Reuse::No);
    m_observer.streamFailed(failure);
}

void Http1UpstreamStream::failMalformed(Refusal refusal)
{
    fail({.refusal = refusal, .kind = AttemptFailure::Kind::Malformed});
}

} // namespace postern
