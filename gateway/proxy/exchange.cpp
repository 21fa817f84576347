// The request's way: route, policies, upstream. What goes back is in exchange_response.cpp.
#include "gateway/proxy/exchange.h"

#include "gateway/http/event_stream.h"
#include "gateway/http/grpc.h"
#include "gateway/proxy/websocket_tunnel.h"
#include "gateway/proxy/worker_context.h"

namespace postern {

Exchange::Exchange(WorkerContext& context) : m_context(context), m_upstream(context, *this) {}

Exchange::~Exchange() = default;

void Exchange::begin(ClientStream& stream)
{
    m_stream = &stream;
    m_configuration = m_context.configuration;
    m_chain = nullptr;
    m_lookup = {};
    m_upstream.forgetRecord();
    m_upstreamIndex.reset();
    m_listenerName = {};
    m_refusal = Refusal::None;
    m_bytesIn = m_bytesOut = 0;
    m_status = 0;
    m_end = RequestEnd::Complete;
    m_due = Clock::Steady::max();
    m_identified = m_dueByCaller = m_bodyComplete = m_upgrading = m_endsWithClient = false;
    m_mayEndInTrailers = false;
}

/// What counts and logs need of every request, a refused one included.
void Exchange::identify(const ClientConnection& client)
{
    m_identified = true;
    m_startedAt = m_context.clock.steady();
    m_time = m_context.clock.wall();
    m_listenerName = client.listenerName;
    m_context.telemetry.requestStarted();
    m_policyContext.identity.reset();
    m_policyContext.requestId = {};
    m_policyContext.requestBodyBytes = 0;
    m_policyContext.response = nullptr;
}

void Exchange::refuse(const ClientConnection& client, Refusal refusal)
{
    identify(client);
    m_refusal = refusal;
    // The head may be nowhere but in the receive buffer.
    m_request.methodToken = m_arena.copy(m_request.methodToken);
    m_request.target.path = m_arena.copy(m_request.target.path);
    answer(refusal, RequestEnd::Refused);
}

void Exchange::start(const ClientConnection& client)
{
    identify(client);
    m_upgrading = wantsWebSocket(m_request);
    if (m_upgrading && m_request.version == HttpVersion::Http2) {
        m_request.method = Method::Get; // as which routes and policies know it
        m_request.methodToken = "GET";
    }
    prepare(client);
    route();
    m_bodyComplete = m_upgrading || !m_request.hasBody(); // a tunnel's bytes are none
    m_stage = Stage::Deciding;
    goOn(m_run.start(*m_chain, m_policyContext, [this](PolicyRun::Outcome outcome) { resumed(outcome); }));
}

/// Takes out what only one connection, or only we, may say; from here on routes, policies and the upstream
/// see the same request.
void Exchange::prepare(const ClientConnection& client)
{
    static const IpRanges nobody;
    const IpRanges& trusted = client.listener ? client.listener->trusted : nobody;
    const Snapshot::Compiled& compiled = m_configuration->compiled();
    m_forwarding = readForwarding(m_request, client.peer, trusted, m_arena);
    m_withheld.clear();
    for (const Header& header : m_request.headers) {
        if (compiled.managed.contains(header.name))
            m_withheld.add(header.name, header.value, header.id);
    }
    prepareForUpstream(m_request, m_forwarding, compiled.managed);
    m_policyContext.request = &m_request;
    m_policyContext.withheld = &m_withheld;
    m_policyContext.arena = &m_arena;
    m_policyContext.api = compiled.api;
    m_policyContext.clientAddress = m_forwarding.clientText;
    m_policyContext.peerTrusted = client.peer.isIn(trusted);
    m_policyContext.clientCertificate = client.peer.certificate;
    m_policyContext.now = m_startedAt;
    m_policyContext.wall = m_time;
}

void Exchange::route()
{
    const Snapshot::Compiled& compiled = m_configuration->compiled();
    m_lookup = compiled.router.match(m_request.method, m_request.methodToken, m_request.target.path,
                                     m_request.headers);
    if (m_lookup.outcome != RouteLookup::Outcome::Matched) {
        m_chain = &m_configuration->chains.unmatched();
        m_policyContext.route = "-";
        m_upgrading = false;
        return;
    }
    const auto& settings = compiled.routes[m_lookup.route];
    m_chain = &m_configuration->chains.route(m_lookup.route);
    m_policyContext.route = settings.name;
    m_upstreamIndex = settings.upstream;
    m_upgrading = m_upgrading && settings.webSocket;
    m_request.wantsUpgrade = m_upgrading;
    if (settings.timeout.count() > 0)
        m_due = m_startedAt + settings.timeout;
    // A gRPC caller may want less; past its deadline nobody reads the answer.
    if (isGrpc(m_request)) {
        if (const auto timeout = grpcTimeout(m_request); timeout && m_startedAt + *timeout < m_due) {
            m_due = m_startedAt + *timeout;
            m_dueByCaller = true;
        }
    }
    if (m_due != Clock::Steady::max())
        m_context.deadlines.set(*this, m_due);
    else // nothing else would ever end it while the upstream is silent
        m_endsWithClient = m_upgrading || acceptsEventStream(m_request.headers) || isGrpc(m_request);
}

/// A policy that had paused has its answer: an event of its own.
void Exchange::resumed(PolicyRun::Outcome outcome)
{
    if (m_stage != Stage::Deciding)
        return; // the answer was given without it
    m_policyContext.now = m_context.clock.steady();
    goOn(outcome);
    m_stream->settle();
}

void Exchange::goOn(PolicyRun::Outcome outcome)
{
    switch (outcome) {
    case PolicyRun::Outcome::Paused:
        return;
    case PolicyRun::Outcome::Refused:
        answer(m_run.problem(), RequestEnd::Refused);
        return;
    case PolicyRun::Outcome::Continue:
        break;
    }
    if (m_bodyComplete && m_chain->wantsRequestBody() &&
        m_run.requestBody({}, true) == PolicyRun::Outcome::Refused) {
        answer(m_run.problem(), RequestEnd::Refused);
        return;
    }
    switch (m_lookup.outcome) {
    case RouteLookup::Outcome::NoRoute:
        answer(Refusal::NoRoute, RequestEnd::Refused);
        return;
    case RouteLookup::Outcome::MethodNotAllowed: {
        Problem problem = Problem::of(Refusal::MethodNotAllowed);
        problem.headers.emplace_back(
            "Allow", m_configuration->compiled().router.allowedMethods(m_request.target.path));
        answer(problem, RequestEnd::Refused);
        return;
    }
    case RouteLookup::Outcome::Matched:
        forward();
        return;
    }
}

void Exchange::forward()
{
    if (!m_upstreamIndex) {
        // A route without an upstream is answered by a policy; none of its policies did.
        answer(Refusal::UpstreamUnavailable, RequestEnd::UpstreamRefused);
        return;
    }
    // An extended CONNECT is nothing but an upgrade; HTTP/1.1's is a request without it.
    const bool isTunnelOnly = m_request.method == Method::Connect || !m_request.protocol.empty();
    Refusal refusal = isTunnelOnly && !m_upgrading ? Refusal::MethodRefused : Refusal::None;
    if (m_upgrading)
        refusal = prepareUpgrade();
    if (refusal != Refusal::None) {
        m_refusal = refusal;
        answer(refusal, RequestEnd::Refused);
        return;
    }
    m_stage = Stage::Connecting;
    if (const auto& key = m_configuration->compiled().upstreams[*m_upstreamIndex].hashKey)
        m_upstream.setHash(key->of(m_policyContext));
    else
        m_upstream.setHash({});
    switch (m_upstream.begin(m_configuration->upstreams[*m_upstreamIndex], m_request, m_due)) {
    case UpstreamExchange::Begun::Ready:
        upstreamReady();
        break;
    case UpstreamExchange::Begun::Waiting:
        break;
    case UpstreamExchange::Begun::Failed:
        upstreamFailed(m_upstream.failure());
        break;
    }
}

void Exchange::upstreamReady()
{
    m_stage = Stage::Forwarding;
    if (m_bodyComplete) {
        m_upstream.send({{}, true});
        return;
    }
    if (m_request.expectsContinue)
        m_stream->sendContinue();
}

bool Exchange::acceptsBody() const
{
    switch (m_stage) {
    case Stage::Idle:
    case Stage::Deciding:
    case Stage::Connecting:
        return false;
    case Stage::Forwarding:
        return !m_upgrading && !m_upstream.isCongested(); // a tunnel's bytes come after the 101
    case Stage::Responding:
        return !m_upstream.isCongested();
    case Stage::Answered:
        return true;
    }
    return false;
}

void Exchange::requestBody(const Payload& payload)
{
    m_bytesIn += payload.bytes.size();
    if (m_upgrading && !m_tunnel)
        return; // meant for a tunnel that did not come about: to the upstream it would be a request of its
                // own
    m_bodyComplete = payload.last;
    if (m_stage != Stage::Forwarding && m_stage != Stage::Responding)
        return;
    if (m_tunnel) {
        relayFromClient(payload);
        return;
    }
    m_policyContext.requestBodyBytes = m_bytesIn;
    if (m_chain->wantsRequestBody() &&
        m_run.requestBody(payload.bytes, payload.last) == PolicyRun::Outcome::Refused) {
        m_upstream.abandon();
        if (m_stage == Stage::Forwarding)
            answer(m_run.problem(), RequestEnd::Refused);
        else
            cut(RequestEnd::Refused);
        return;
    }
    sendBody(payload);
}

/// A trailer can not say what the head may not: who reads trailers often puts them among the fields.
void Exchange::sendBody(const Payload& payload)
{
    if (!payload.trailers) {
        m_upstream.send(payload);
        return;
    }
    m_trailers.clear();
    for (const Header& field : *payload.trailers) {
        if (!m_configuration->compiled().managed.contains(field.name))
            m_trailers.add(field.name, field.value, field.id);
    }
    m_run.requestTrailers(m_trailers);
    Payload allowed = payload;
    allowed.trailers = m_trailers.empty() ? nullptr : &m_trailers;
    m_upstream.send(allowed);
}

void Exchange::bodyIsLate()
{
    if (m_stage == Stage::Forwarding && !m_upstream.isHeadSent())
        m_upstream.send({});
}

void Exchange::refuseBody(Refusal refusal)
{
    m_bodyComplete = true; // nothing of it will be taken any more
    if (m_stage == Stage::Answered)
        return;
    m_refusal = refusal;
    m_upstream.abandon();
    if (m_stage == Stage::Responding)
        cut(RequestEnd::Refused);
    else
        answer(refusal, RequestEnd::Refused);
}

} // namespace postern
