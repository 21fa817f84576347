// UpstreamExchange's other half: what comes back. (upstream_exchange.cpp is what goes out.)
#include "gateway/proxy/upstream_exchange.h"
#include "gateway/proxy/worker_context.h"

namespace postern {

namespace {

// Larger than for requests: an upstream is configured, not anybody, and its cookies are many.
constexpr HeadLimits kResponseLimits{.headerBytes = 64 * 1024, .headers = 256};
constexpr int kMostInterims = 16;
// Reads for one connection before the others have their turn.
constexpr int kReadsPerTurn = 4;

} // namespace

void UpstreamExchange::connectionEvent()
{
    StreamSocket& socket = m_connection->socket();
    if (socket.hasPending()) {
        if (socket.flush() == StreamSocket::Write::Failed)
            m_sendBroken = true; // reading says the rest
    }
    read();
    m_observer.upstreamSettled();
}

void UpstreamExchange::read()
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

void UpstreamExchange::parse()
{
    while (m_state == State::Open && !m_input.empty()) {
        if (!parseHead())
            return;
    }
    if (m_state == State::Body && !m_input.empty())
        parseBody();
}

/// False when there is nothing more to do now: more bytes are needed, or it is over.
bool UpstreamExchange::parseHead()
{
    const std::span<char> bytes = m_input.bytes();
    const ParseResult result =
        m_parser.parse({bytes.data(), bytes.size()}, kResponseLimits, m_request->method, m_response);
    if (result.state == ParseResult::State::NeedMore)
        return false;
    // A switch of protocols was not asked for; bytes before the request was sent answer no request.
    if (result.state == ParseResult::State::Refused || m_response.status == 101 || !m_headSent) {
        fail(result.state == ParseResult::State::Refused ? result.refusal : Refusal::UpstreamHeadMalformed);
        return false;
    }
    m_parser.reset();
    if (!m_response.isInterim()) {
        deliverHead(result.consumed);
        return false;
    }
    if (++m_interims > kMostInterims) {
        fail(Refusal::UpstreamHeadMalformed);
        return false;
    }
    m_observer.responseHead(m_response, {});
    m_input.consume(result.consumed);
    return m_state == State::Open;
}

void UpstreamExchange::deliverHead(std::size_t headSize)
{
    // The head's views point into the input, which therefore stays until the head is delivered.
    const std::span<char> bytes = m_input.bytes();
    m_body.start(m_response.framing, m_response.contentLength);
    const BodyReader::Piece piece = m_body.take(bytes.subspan(headSize));
    if (piece.refusal != Refusal::None) {
        fail(Refusal::UpstreamChunkMalformed);
        return;
    }
    const std::size_t used = headSize + piece.consumed;
    if (m_body.isDone() && used < bytes.size()) {
        fail(Refusal::UpstreamFraming); // more than was announced: which of it is the answer?
        return;
    }
    m_state = State::Body;
    m_answeredEarly = !m_requestSent;
    Payload payload = piece.payload;
    payload.last = m_body.isDone();
    m_observer.responseHead(m_response, payload);
    if (m_state != State::Body)
        return;
    m_input.consume(used);
    if (m_body.isDone())
        complete();
}

void UpstreamExchange::parseBody()
{
    const BodyReader::Piece piece = m_body.take(m_input.bytes());
    if (piece.refusal != Refusal::None) {
        fail(Refusal::UpstreamChunkMalformed);
        return;
    }
    if (!piece.payload.bytes.empty() || piece.payload.last)
        m_observer.responseBody(piece.payload);
    if (m_state != State::Body)
        return;
    m_input.consume(piece.consumed);
    if (m_body.isDone())
        complete();
}

void UpstreamExchange::ended()
{
    if (m_state == State::Body && m_body.endsAtClose() && m_connection->socket().error() == 0) {
        m_observer.responseBody({{}, true});
        if (m_state == State::Body)
            complete();
        return;
    }
    if (m_state == State::Open && !m_heard &&
        retry(m_connection->socket().sent() == m_sentBefore && !m_request->hasBody()))
        return;
    fail(Refusal::UpstreamReset);
}

void UpstreamExchange::complete()
{
    m_duration = m_context.clock.steady() - m_sentAt;
    m_state = State::Idle;
    // An answer that came before the request's end leaves the rest of the request in doubt.
    const bool clean =
        m_response.keepAlive && m_requestSent && !m_sendBroken && !m_answeredEarly && m_input.empty();
    release(clean ? UpstreamPool::Reuse::Yes : UpstreamPool::Reuse::No);
}

void UpstreamExchange::fail(Refusal refusal)
{
    m_state = State::Idle;
    release(UpstreamPool::Reuse::No);
    m_observer.upstreamFailed(refusal);
}

} // namespace postern
