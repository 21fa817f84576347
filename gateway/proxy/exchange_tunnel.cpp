// An exchange that has become a WebSocket: bytes both ways, until one side or the gateway ends it.
#include "gateway/http/hop_by_hop.h"
#include "gateway/proxy/exchange.h"
#include "gateway/proxy/websocket_tunnel.h"
#include "gateway/proxy/worker_context.h"

#include <QRandomGenerator>

#include <bit>

namespace postern {

namespace {

std::span<char> bytesOf(std::string& text) { return {text.data(), text.size()}; }

} // namespace

/// The request is one for an upgrade that its route allows: what the upstream gets is a handshake of our own.
Refusal Exchange::prepareUpgrade()
{
    if (const Refusal refusal = checkWebSocketRequest(m_request); refusal != Refusal::None)
        return refusal;
    std::array<quint32, 4> entropy{};
    if (m_request.version == HttpVersion::Http2) // which has no key
        QRandomGenerator::system()->fillRange(entropy.data(), static_cast<qsizetype>(entropy.size()));
    writeWebSocketRequest(m_request, std::bit_cast<std::array<char, 16>>(entropy), m_arena);
    return Refusal::None;
}

/// The upstream's 101, and what came with it.
void Exchange::beginTunnel(ResponseHead& head, const Payload& payload)
{
    const auto agreement = readWebSocketAnswer(m_request, head);
    if (!agreement) {
        m_upstream.abandon();
        answer(Refusal::UpstreamUpgradeMalformed, RequestEnd::UpstreamReset);
        return;
    }
    const Limits& limits = m_configuration->compiled().limits;
    m_tunnel = std::make_unique<WebSocketTunnel>(*agreement,
                                                 static_cast<std::uint64_t>(limits.webSocketMessage.count));
    m_tunnel->goingAway = m_context.draining;
    m_stage = Stage::Responding;
    m_bodyComplete = false;
    removeHopByHop(head.headers);
    if (m_request.version == HttpVersion::Http2) { // RFC 8441 §5.1
        head.status = 200;
        head.framing = BodyFraming::UntilClose;
        head.headers.remove("Sec-WebSocket-Accept");
    } else {
        head.framing = BodyFraming::None; // the head is all of HTTP that there is
        head.headers.add(HeaderId::Upgrade, "websocket");
    }
    m_policyContext.response = &head;
    m_run.responseHead();
    m_policyContext.response = nullptr;
    m_status = head.status;
    m_stream->sendResponse(head, {});
    noteTunnelUse();
    m_context.deadlines.set(*this, m_due);
    relayFromUpstream({payload.bytes, payload.last});
}

void Exchange::noteTunnelUse()
{
    m_due = m_context.clock.steady() + m_configuration->compiled().limits.tunnelIdleTimeout;
}

void Exchange::relayFromClient(const Payload& payload)
{
    noteTunnelUse();
    const auto step = m_tunnel->fromClient.take({payload.bytes.data(), payload.bytes.size()});
    if (!step.held.empty()) {
        std::string held(step.held);
        m_upstream.send({bytesOf(held)});
    }
    if (step.good > 0 || payload.last)
        m_upstream.send({payload.bytes.first(step.good), payload.last});
    if (step.fault != WebSocketClose::None)
        closeTunnel(step.fault, RequestEnd::Refused);
    else
        closeTunnelIfGoing();
}

void Exchange::relayFromUpstream(const Payload& payload)
{
    noteTunnelUse();
    const auto step = m_tunnel->fromUpstream.take({payload.bytes.data(), payload.bytes.size()});
    m_bytesOut += step.held.size() + step.good;
    if (!step.held.empty()) {
        std::string held(step.held);
        m_stream->sendBody({bytesOf(held)});
    }
    // An end in the middle of a frame is an end all the same: the client sees that no Close frame came.
    const bool isEnd = payload.last && step.fault == WebSocketClose::None;
    if (step.good > 0 || isEnd)
        m_stream->sendBody({payload.bytes.first(step.good), isEnd});
    if (isEnd) {
        m_stage = Stage::Answered;
        return;
    }
    if (step.fault != WebSocketClose::None)
        closeTunnel(step.fault, RequestEnd::UpstreamReset);
    else
        closeTunnelIfGoing();
}

void Exchange::goAway()
{
    if (!m_tunnel || m_stage != Stage::Responding)
        return;
    m_tunnel->goingAway = true;
    closeTunnelIfGoing();
}

void Exchange::closeTunnelIfGoing()
{
    if (m_tunnel->goingAway && m_tunnel->isAtBoundary())
        closeTunnel(WebSocketClose::GoingAway, RequestEnd::Drained);
}

/// Tells both sides why, where that cuts no frame in two, and ends it.
void Exchange::closeTunnel(WebSocketClose reason, RequestEnd end)
{
    using Sender = WebSocketFrames::Sender;
    if (m_tunnel->fromClient.isAtBoundary() && !m_tunnel->fromClient.isClosed()) {
        std::string frame = webSocketCloseFrame(reason, Sender::Client);
        m_upstream.send({bytesOf(frame)});
    }
    m_upstream.abandon();
    if (!m_tunnel->fromUpstream.isAtBoundary()) {
        cut(end);
        return;
    }
    m_stage = Stage::Answered;
    m_end = end;
    std::string frame;
    // A client that has closed itself, perhaps with a code that nobody may send, waits for the end alone.
    if (!m_tunnel->fromUpstream.isClosed() && !m_tunnel->fromClient.isClosed())
        frame = webSocketCloseFrame(reason, Sender::Server);
    m_bytesOut += frame.size();
    m_stream->sendBody({bytesOf(frame), true});
}

} // namespace postern
