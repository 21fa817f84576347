// Requests in: the connection's life, heads and bodies. Responses out: http1_response.cpp.
#include "gateway/proxy/http1_connection.h"

#include "gateway/http/request_parser.h"
#include "gateway/proxy/listener_port.h"
#include "gateway/proxy/worker_context.h"

#include <sys/epoll.h>

#include <algorithm>

namespace postern {

using namespace std::chrono_literals;

namespace {

// One connection's share of a turn, so that a busy one does not keep the others waiting.
constexpr int kStepsPerTurn = 32;
constexpr int kReadsPerTurn = 4;

constexpr std::string_view kHeadEnd = "\r\n\r\n";

std::string_view text(std::span<const char> bytes) { return {bytes.data(), bytes.size()}; }

} // namespace

Http1Connection::Http1Connection(WorkerContext& context, SessionOwner& owner, ListenerPort& port,
                                 ClientSocket client)
    : m_context(context), m_owner(owner), m_port(port), m_client(std::move(client))
{}

Http1Connection::~Http1Connection() { closeNow(RequestEnd::Drained); }

Result<void> Http1Connection::start()
{
    if (auto attached = m_client.attach(m_context.dispatcher, *this); !attached)
        return failure(attached.error());
    const Clock::Steady now = m_context.clock.steady();
    m_readBy = now + limits().headerTimeout;
    if (m_context.draining) // that was found while it was being opened
        m_readBy = std::min<Clock::Steady>(m_readBy, now + kFirstRequestTime);
    if (m_socket.mayRead())
        process(); // the session before has taken the edge that says so
    else
        arm();
    return {};
}

const Limits& Http1Connection::limits() const { return m_context.configuration->compiled().limits; }

ClientConnection Http1Connection::client() const
{
    return {m_client.peer(), m_port.settings.get(), m_port.text};
}

void Http1Connection::ready(FdEvents events)
{
    m_socket.note(events);
    if (events & (EPOLLERR | EPOLLHUP)) {
        m_broken = true; // reset, or closed in both directions: nobody reads an answer
    } else if (m_socket.hasPending() && (events & EPOLLOUT)) {
        const std::size_t before = m_socket.pending();
        const auto result = m_socket.flush();
        written(result);
        if (result == StreamSocket::Write::Pending && m_socket.pending() < before)
            m_reading.tookSome(m_context.clock);
        if (result == StreamSocket::Write::Done && m_exchange)
            m_exchange->clientWritable();
    }
    process();
}

/// All that can be done now. Called at the end of every event, never inside itself.
void Http1Connection::process()
{
    if (m_processing || m_phase == Phase::Closed)
        return;
    m_processing = true;
    int steps = 0;
    while (step()) {
        if (++steps >= kStepsPerTurn) {
            m_context.dispatcher.again(m_client.token);
            break;
        }
    }
    m_processing = false;
    if (m_phase != Phase::Closed) {
        m_input.keep();
        arm();
    }
}

/// True when another step may follow at once.
bool Http1Connection::step()
{
    if (m_broken && m_phase != Phase::Closed) {
        closeNow(RequestEnd::ClientGone);
        return false;
    }
    switch (m_phase) {
    case Phase::Head:
        return readHead();
    case Phase::Exchange:
        return advanceExchange();
    case Phase::Linger:
        linger();
        return false;
    case Phase::Closed:
        return false;
    }
    return false;
}

StreamSocket::Read Http1Connection::receive()
{
    m_input.keep(); // before the receive buffer is written anew
    const auto received = m_socket.receive(*m_context.receiveBuffer);
    if (received.state == StreamSocket::Read::Data)
        m_input.add(std::span(*m_context.receiveBuffer).first(received.size));
    return received.state;
}

bool Http1Connection::readHead()
{
    if (m_input.bytes().size() == m_scanned) {
        if (!m_socket.mayRead())
            return false;
        switch (receive()) {
        case StreamSocket::Read::Data:
            break;
        case StreamSocket::Read::Nothing:
            return false;
        case StreamSocket::Read::End:
        case StreamSocket::Read::Failed:
            close();
            return false;
        }
    }
    const std::string_view bytes = text(m_input.bytes());
    const std::size_t from = m_scanned > 3 ? m_scanned - 3 : 0;
    const std::size_t end = bytes.find(kHeadEnd, from);
    if (end != std::string_view::npos)
        return takeHead(end + kHeadEnd.size());
    const bool isFirst = m_scanned == 0;
    // Judged early only where a line has ended or the limit is passed: a head in drips costs no more than
    // that.
    const bool worthALook =
        bytes.find('\n', m_scanned) != std::string_view::npos || bytes.size() > limits().headerBytes.count;
    m_scanned = static_cast<std::uint32_t>(bytes.size());
    if (const Refusal refusal = worthALook ? judgeUnfinishedHead() : Refusal::None;
        refusal != Refusal::None) {
        refuseHead(refusal);
        return true;
    }
    if (isFirst)
        m_readBy = m_context.clock.steady() + limits().headerTimeout;
    return m_socket.mayRead();
}

/// A fault that is certain before the head is complete, such as a bare line feed.
Refusal Http1Connection::judgeUnfinishedHead() const
{
    RequestParser parser;
    RequestHead head;
    Arena arena;
    const ParseResult result =
        parser.parse(text(m_input.bytes()), m_context.configuration->compiled().headLimits, arena, head);
    switch (result.state) {
    case ParseResult::State::NeedMore:
        return Refusal::None;
    case ParseResult::State::Refused:
        return result.refusal;
    case ParseResult::State::Done:
        break;
    }
    return Refusal::RequestLineMalformed; // complete without its end: not reached, and not to be trusted
}

/// The head is complete, or refused: \a size bytes, its empty line included.
bool Http1Connection::takeHead(std::size_t size)
{
    m_exchange = m_context.takeExchange();
    m_exchange->begin(*this);
    m_phase = Phase::Exchange;
    m_readBy = kNever;
    m_isFresh = false;
    m_sends.begin(limits());
    m_scanned = 0;
    // Copied once: the head must outlive the receive buffer, and everything else points into it.
    const std::string_view head = m_exchange->arena().copy(text(m_input.bytes().first(size)));
    m_input.consume(size);
    RequestParser parser;
    RequestHead& request = m_exchange->request();
    const ParseResult result =
        parser.parse(head, m_context.configuration->compiled().headLimits, m_exchange->arena(), request);
    m_version = request.version;
    m_responseDone = m_bodyBroken = m_dropping = m_cut = false;
    if (result.state != ParseResult::State::Done) {
        m_bodyBroken = true;
        m_exchange->bodyReader.start(BodyFraming::None, 0);
        m_exchange->refuse(client(), result.state == ParseResult::State::Refused
                                         ? result.refusal
                                         : Refusal::RequestLineMalformed);
        return true;
    }
    m_requestKeepAlive = request.keepAlive;
    m_exchange->bodyReader.start(request.framing, request.contentLength);
    m_exchange->start(client());
    return true;
}

/// What there is of a head is refused: what else is in the input can not be told apart from it.
void Http1Connection::refuseHead(Refusal refusal)
{
    m_exchange = m_context.takeExchange();
    m_exchange->begin(*this);
    m_exchange->request().clear();
    m_phase = Phase::Exchange;
    m_readBy = kNever;
    m_isFresh = false;
    m_sends.begin(limits());
    m_scanned = 0;
    m_version = HttpVersion::Http11;
    m_responseDone = m_dropping = m_cut = false;
    m_bodyBroken = true;
    m_exchange->bodyReader.start(BodyFraming::None, 0);
    m_input.clear();
    m_exchange->refuse(client(), refusal);
}

bool Http1Connection::advanceExchange()
{
    if (m_exchange->endsWithClient() && m_socket.peerEnded() && !m_responseDone)
        m_broken = true;
    if (!m_cut && !m_broken && (!m_responseDone || m_keepAlive))
        pumpBody();
    if (m_broken) {
        closeNow(RequestEnd::ClientGone);
        return false;
    }
    if (m_cut) {
        releaseExchange(RequestEnd::Complete); // the exchange knows its own end
        m_socket.abort();
        close();
        return false;
    }
    return endExchange();
}

void Http1Connection::pumpBody()
{
    BodyReader& body = m_exchange->bodyReader;
    int reads = 0;
    while (!body.isDone() && !m_bodyBroken && !m_broken && m_exchange->acceptsBody()) {
        if (m_input.empty()) {
            StreamSocket::Read state = StreamSocket::Read::Nothing;
            if (m_socket.mayRead()) {
                if (++reads > kReadsPerTurn) {
                    m_context.dispatcher.again(m_client.token);
                    return;
                }
                state = receive();
            }
            if (state == StreamSocket::Read::Nothing) {
                m_exchange->bodyIsLate();
                if (!body.endsAtClose())
                    waitForBody();
                return;
            }
            if (state == StreamSocket::Read::End && body.endsAtClose()) {
                body.end();
                m_exchange->requestBody({{}, true});
                break;
            }
            m_broken = state != StreamSocket::Read::Data; // its end is missing
            bodyCame(m_input.bytes().size());
        }
        if (!m_broken)
            takeBody();
    }
    m_readBy = kNever; // not waiting for the client
}

void Http1Connection::waitForBody()
{
    if (m_readBy != kNever)
        return;
    m_waitsSince = m_context.clock.steady();
    m_readBy = m_waitsSince + std::min<Clock::Steady::duration>(limits().bodyTimeout, m_sends.left(limits()));
}

void Http1Connection::bodyCame(std::size_t bytes)
{
    if (m_readBy != kNever) // else it was there already, and nobody waited
        m_sends.spend(m_context.clock.steady() - m_waitsSince, bytes, limits());
}

void Http1Connection::takeBody()
{
    m_readBy = kNever;
    const BodyReader::Piece piece = m_exchange->bodyReader.take(m_input.bytes());
    m_input.consume(piece.consumed); // before it is delivered: who drops the rest must not take it again
    if (piece.refusal != Refusal::None) {
        m_bodyBroken = true;
        m_exchange->refuseBody(piece.refusal);
        m_input.clear();
    } else if (!piece.payload.bytes.empty() || piece.payload.last) {
        m_exchange->requestBody(piece.payload);
    }
}

void Http1Connection::reached()
{
    const Clock::Steady now = m_context.clock.steady();
    if (m_reading.nextLook() <= now && !m_reading.look(now, m_socket.taken(), limits())) {
        closeNow(RequestEnd::TimedOut);
        return;
    }
    if (m_readBy > now) {
        arm();
        return;
    }
    m_readBy = kNever;
    switch (m_phase) {
    case Phase::Head:
        if (!m_input.empty()) {
            refuseHead(Refusal::HeadTimeout);
            break;
        }
        if (m_socket.isQuiet()) {
            close();
            return;
        }
        // What came this very moment is still served; its event is on the way, or was this one's.
        m_socket.note(EPOLLIN);
        m_readBy = now + limits().headerTimeout;
        break;
    case Phase::Exchange:
        m_bodyBroken = true;
        m_exchange->refuseBody(now - m_waitsSince < limits().bodyTimeout ? Refusal::BodyTooSlow
                                                                         : Refusal::BodyTimeout);
        break;
    case Phase::Linger:
        close();
        return;
    case Phase::Closed:
        return;
    }
    process();
}

void Http1Connection::arm()
{
    const Clock::Steady next = std::min(m_readBy, m_reading.nextLook());
    if (next != kNever)
        m_context.deadlines.set(*this, next);
}

} // namespace postern
