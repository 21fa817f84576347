// The response's way back, the gateway's own answers, and the record. (exchange.cpp is the request's way.)
#include "gateway/http/event_stream.h"
#include "gateway/http/grpc.h"
#include "gateway/http/hop_by_hop.h"
#include "gateway/proxy/exchange.h"
#include "gateway/proxy/websocket_tunnel.h"
#include "gateway/proxy/worker_context.h"

namespace postern {

namespace {

constexpr std::string_view kGrpcType = "application/grpc";

/// How a request ends that the upstream failed.
RequestEnd endAfter(Refusal refusal)
{
    switch (refusal) {
    case Refusal::UpstreamTimeout:
        return RequestEnd::TimedOut;
    case Refusal::UpstreamUnavailable:
    case Refusal::UpstreamUnreachable:
    case Refusal::UpstreamTls:
    case Refusal::Overloaded: // its ceiling of requests
        return RequestEnd::UpstreamRefused;
    default:
        return RequestEnd::UpstreamReset;
    }
}

} // namespace

void Exchange::responseHead(ResponseHead& head, const Payload& payload)
{
    if (head.status != 101) // an upgrade's head says which
        removeHopByHop(head.headers);
    if (head.isInterim()) {
        sendInterim(head);
        return;
    }
    // As it was guessed at from the request: now the answer itself says what it is.
    m_endsWithClient = m_due == Clock::Steady::max() && (isEventStream(head.headers) || isGrpc(m_request));
    if (head.status == 101) {
        beginTunnel(head, payload);
        return;
    }
    if (m_upgrading && m_request.version == HttpVersion::Http2 && head.status < 300) {
        // To who sent CONNECT a success means that the tunnel is open (RFC 8441 §5).
        m_upstream.abandon();
        answer(Refusal::UpstreamUpgradeMalformed, RequestEnd::UpstreamReset);
        return;
    }
    if (m_upgrading)
        m_stream->dropBody(); // no tunnel: what the client sends for one has no place to go
    m_stage = Stage::Responding;
    m_policyContext.response = &head;
    m_run.responseHead();
    m_policyContext.response = nullptr; // its views die with this call
    m_status = head.status;
    m_bytesOut += payload.bytes.size();
    // A body of a known length ends there, and nowhere else.
    m_mayEndInTrailers = !payload.last && head.framing != BodyFraming::Length && isGrpc(m_request);
    m_stream->sendResponse(head, payload);
}

/// What a policy keeps from clients in the final head must not go ahead of it. So of a 103 its hints go on
/// (Link, RFC 8297 §2), as the policies leave them, and of any other the status alone.
void Exchange::sendInterim(ResponseHead& head)
{
    // The client's own 100 was sent by us, if it asked for one; HTTP/1.0 knows no interim responses.
    if (head.status == 100 || m_request.version == HttpVersion::Http10)
        return;
    const bool hasHints = head.status == 103;
    if (hasHints) {
        m_policyContext.response = &head;
        m_run.responseHead();
        m_policyContext.response = nullptr;
    }
    head.headers.removeIf(
        [hasHints](const Header& field) { return !hasHints || !equalsIgnoringCase(field.name, "Link"); });
    if (hasHints && head.headers.empty())
        return;
    m_stream->sendInterim(head);
}

void Exchange::responseBody(const Payload& payload)
{
    if (m_tunnel) {
        relayFromUpstream(payload);
        return;
    }
    m_bytesOut += payload.bytes.size();
    m_mayEndInTrailers = m_mayEndInTrailers && !payload.last;
    m_stream->sendBody(payload);
}

void Exchange::clientWritable() { m_upstream.resume(); }

void Exchange::upstreamFailed(Refusal refusal)
{
    const RequestEnd end = endAfter(refusal);
    if (m_tunnel)
        closeTunnel(WebSocketClose::BadGateway, end);
    else if (m_stage == Stage::Responding)
        cut(end);
    else
        answer(refusal, end);
}

void Exchange::reached()
{
    if (m_stage == Stage::Idle || m_stage == Stage::Answered || m_due == Clock::Steady::max())
        return; // of an exchange that is over; the sweep was not told, to save the work
    if (m_context.clock.steady() < m_due) {
        m_context.deadlines.set(*this, m_due);
        return;
    }
    if (m_tunnel)
        closeTunnel(WebSocketClose::GoingAway, RequestEnd::TimedOut);
    else
        timeOut();
    m_stream->settle();
}

void Exchange::timeOut()
{
    // Waiting for the client's own body is the client's time.
    const bool clientIsLate = !m_bodyComplete && m_stage == Stage::Forwarding && !m_upstream.isCongested();
    // A caller's own deadline says nothing of the endpoint: it may be one that nobody could keep.
    if (m_stage == Stage::Forwarding && !clientIsLate && !m_dueByCaller)
        m_upstream.timedOut();
    else
        m_upstream.abandon();
    if (m_stage == Stage::Responding) {
        // Behind what the client has not taken yet they would come when nobody waits for them any more.
        if (m_mayEndInTrailers && !m_stream->isCongested())
            endGrpcResponse(Problem::of(Refusal::UpstreamTimeout), RequestEnd::TimedOut);
        else
            cut(RequestEnd::TimedOut);
        return;
    }
    if (clientIsLate)
        m_refusal = Refusal::BodyTimeout;
    answer(clientIsLate ? Refusal::BodyTimeout : Refusal::UpstreamTimeout, RequestEnd::TimedOut);
}

void Exchange::answer(Refusal refusal, RequestEnd end)
{
    Problem problem = Problem::of(refusal);
    if (refusal == Refusal::WebSocketVersion) {
        problem.headers.emplace_back("Sec-WebSocket-Version", "13"); // RFC 6455 §4.4
        if (m_request.version != HttpVersion::Http2)
            problem.headers.emplace_back("Upgrade", "websocket"); // RFC 9110 §15.5.22
    }
    answer(problem, end);
}

void Exchange::answer(Problem& problem, RequestEnd end)
{
    m_stage = Stage::Answered;
    m_end = end;
    m_stream->dropBody();
    writeAnswer(problem);
}

void Exchange::writeAnswer(const Problem& problem)
{
    m_answerBody.clear();
    m_answer.clear();
    m_answer.status = m_status = problem.status;
    if (isGrpc(m_request)) {
        writeGrpcAnswer(problem);
    } else {
        appendProblem(m_answerBody, problem, m_policyContext.requestId);
        m_answer.headers.add(HeaderId::ContentType, kProblemType);
        m_answer.contentLength = m_answerBody.size();
        m_answer.hasLength = true;
        m_answer.framing = m_request.method == Method::Head ? BodyFraming::None : BodyFraming::Length;
    }
    for (const auto& [name, value] : problem.headers) {
        if (isFieldName(name) && isFieldValue(value))
            m_answer.headers.add(name, value);
    }
    m_policyContext.response = &m_answer;
    m_run.responseHead();
    m_policyContext.response = nullptr;
    Payload payload{{}, true};
    if (m_answer.framing == BodyFraming::Length)
        payload.bytes = m_answerBody;
    m_bytesOut += payload.bytes.size();
    m_stream->sendResponse(m_answer, payload);
}

/// "Trailers-Only", as a gRPC server refuses: 200, and the fields that are trailers otherwise. What is
/// counted and logged stays the status that others get, as it says what happened.
void Exchange::writeGrpcAnswer(const Problem& problem)
{
    m_answer.status = 200;
    m_answer.framing = BodyFraming::None;
    m_answer.headers.add(HeaderId::ContentType, kGrpcType);
    addGrpcStatus(problem);
}

void Exchange::addGrpcStatus(const Problem& problem)
{
    m_answer.headers.add("grpc-status", grpcStatus(problem.status));
    appendGrpcMessage(m_answerBody, problem.detail);
    m_answer.headers.add("grpc-message", m_answerBody);
}

/// A gRPC response that has begun says in its trailers how it ended.
void Exchange::endGrpcResponse(const Problem& problem, RequestEnd end)
{
    m_stage = Stage::Answered;
    m_end = end;
    m_stream->dropBody();
    m_answer.clear();
    m_answerBody.clear();
    addGrpcStatus(problem);
    m_stream->sendBody({{}, true, &m_answer.headers});
}

void Exchange::cut(RequestEnd end)
{
    m_stage = Stage::Answered;
    m_end = end;
    m_stream->cut();
}

Clock::Steady Exchange::finish(RequestEnd end)
{
    if (end != RequestEnd::Complete && m_end == RequestEnd::Complete)
        m_end = end;
    m_upstream.abandon();
    // A head that never came to its end was no request: what is here of one is the former's.
    const Clock::Steady endedAt = m_identified ? record(end) : m_context.clock.steady();

    m_stage = Stage::Idle;
    m_stream = nullptr;
    m_tunnel.reset();
    m_policyContext.identity.reset();
    m_policyContext.requestId = {};
    m_configuration.reset(); // last: it may own what the lines above used
    m_arena.reset();
    return endedAt;
}

/// Counts and logs. \returns the moment.
Clock::Steady Exchange::record(RequestEnd end)
{
    if (end == RequestEnd::ClientGone && m_status == 0)
        m_status = 499;
    if (end == RequestEnd::Drained && m_status == 0)
        m_status = 503;
    RequestRecord record;
    fillRecord(record);
    m_configuration->telemetry->record(record);
    m_context.telemetry.requestEnded();
    return m_startedAt + record.duration;
}

void Exchange::fillRecord(RequestRecord& record)
{
    m_outcomes.clear();
    m_run.finish(this);
    record.time = m_time;
    record.duration = m_context.clock.steady() - m_startedAt;
    if (m_lookup.outcome == RouteLookup::Outcome::Matched)
        record.route = m_lookup.route;
    record.method = m_request.methodToken;
    record.path = m_request.target.path;
    record.code = m_status;
    record.end = m_end;
    if (m_refusal != Refusal::None) {
        record.refusal = refusalToken(m_refusal);
        record.listener = m_listenerName;
    }
    record.upgraded = m_tunnel != nullptr;
    record.bytesIn = m_bytesIn;
    record.bytesOut = m_bytesOut;
    if (m_upstreamIndex && !m_upstream.endpoint().empty()) {
        record.upstream = *m_upstreamIndex;
        record.endpoint = m_upstream.endpoint();
        if (!m_tunnel) // whose time says nothing of the upstream
            record.upstreamDuration = m_upstream.duration();
    }
    if (const HandshakeFailure why = m_upstream.handshakeFailure(); why != HandshakeFailure::None) {
        record.upstream = m_upstreamIndex.value_or(RequestRecord::none);
        record.upstreamTls = tokenOf(why);
    }
    record.attempts = m_upstream.attempts();
    record.requestId = m_policyContext.requestId;
    if (m_policyContext.identity)
        record.caller = m_policyContext.identity->caller;
    record.policies = m_outcomes;
}

void Exchange::decided(const ChainLink& link, Kind kind)
{
    const auto outcome = kind == Kind::Allow  ? PolicyOutcome::Kind::Allow
                         : kind == Kind::Deny ? PolicyOutcome::Kind::Deny
                                              : PolicyOutcome::Kind::Error;
    m_outcomes.push_back({static_cast<std::uint32_t>(link.index), outcome});
}

} // namespace postern
