#include "gateway/server/explanation.h"

#include "gateway/http/chunked_decoder.h"
#include "gateway/http/forwarding.h"
#include "gateway/http/head_writer.h"
#include "gateway/http/request_parser.h"
#include "gateway/policy/policy_run.h"
#include "gateway/proxy/compiled_snapshot.h"
#include "gateway/server/configuration_report.h"

namespace postern {

namespace {

QString text(std::string_view bytes)
{
    return QString::fromUtf8(bytes.data(), static_cast<qsizetype>(bytes.size()));
}

/// As a client would send it: people write requests in editors, whose lines end in LF.
QByteArray onTheWire(QByteArray request)
{
    if (!request.contains('\r')) {
        const qsizetype end = request.indexOf("\n\n");
        QByteArray head = end < 0 ? request.trimmed() + "\n\n" : request.left(end + 2);
        const QByteArray body = end < 0 ? QByteArray() : request.mid(end + 2);
        return head.replace("\n", "\r\n") + body;
    }
    return request;
}

/// One request on its way; everything views point into lives as long as this.
class Walk
{
public:
    Walk(const Snapshot& snapshot, const Clock& clock)
        : m_compiled(snapshot.compiled())
        , m_document(snapshot.document())
        , m_chains(m_compiled.policies->forWorker())
        , m_clock(clock)
    {}

    Result<Explanation> run(QByteArray request, const HostAddress& client)
    {
        m_bytes = onTheWire(std::move(request));
        m_result.api = m_document.id;
        m_result.hash = m_document.hash;
        const std::string_view bytes(m_bytes.constData(), static_cast<std::size_t>(m_bytes.size()));
        const ParseResult parsed = m_parser.parse(bytes, m_compiled.headLimits, m_arena, m_request);
        if (parsed.state == ParseResult::State::NeedMore)
            return failure(
                Error::invalid(QStringLiteral("the request has no end: a head ends with an empty line")));
        if (parsed.state == ParseResult::State::Refused) {
            refuse(Problem::of(parsed.refusal), {});
            return m_result;
        }
        prepare(client);
        route();
        decide();
        if (m_result.status == 0)
            judgeBody(bytes.substr(parsed.consumed));
        if (m_result.status == 0)
            forward();
        return m_result;
    }

private:
    void prepare(const HostAddress& client)
    {
        const std::string address = client.text();
        const IpRanges nobody;
        const IpRanges& trusted =
            m_compiled.listeners.empty() ? nobody : m_compiled.listeners.front()->trusted;
        const Peer peer{client, m_arena.copy(address), false};
        m_forwarding = readForwarding(m_request, peer, trusted, m_arena);
        for (const Header& header : m_request.headers)
            if (m_compiled.managed.contains(header.name))
                m_withheld.add(header.name, header.value, header.id);
        prepareForUpstream(m_request, m_forwarding, m_compiled.managed);
        m_context.request = &m_request;
        m_context.withheld = &m_withheld;
        m_context.arena = &m_arena;
        m_context.api = m_compiled.api;
        m_context.clientAddress = m_forwarding.clientText;
        m_context.peerTrusted = peer.isIn(trusted);
        m_context.now = m_clock.steady();
        m_context.wall = m_clock.wall();
        m_context.run = &m_run;
        m_result.method = text(m_request.methodToken);
        m_result.path = text(m_request.target.path);
        m_result.client = text(m_forwarding.clientText);
    }

    void route()
    {
        m_lookup = m_compiled.router.match(m_request.method, m_request.methodToken, m_request.target.path,
                                           m_request.headers);
        const bool matched = m_lookup.outcome == RouteLookup::Outcome::Matched;
        m_context.route = matched ? std::string_view(m_compiled.routes[m_lookup.route].name) : "-";
        m_chain = matched ? &m_chains.route(m_lookup.route) : &m_chains.unmatched();
        m_result.route = text(m_context.route);
        for (const EffectivePolicyPtr& policy :
             matched ? m_document.routes[m_lookup.route].policies : m_document.policies) {
            const bool off = policy->entry.mode == Mode::Off;
            m_result.policies.push_back(
                {.policy = policy,
                 .verdict = off ? ExplainedPolicy::Verdict::Off : ExplainedPolicy::Verdict::NotReached,
                 .reason = {},
                 .why = {}});
        }
    }

    void decide()
    {
        for (const ChainLink& link : m_chain->links()) {
            const Policy::Phases phases = link.policy->phases();
            std::string why;
            m_context.explanation = &why;
            Decision decision =
                phases.testFlag(Policy::Phase::Decide) ? link.policy->decide(m_context) : Decision::allow();
            if (!take(link, decision, text(why)))
                return;
            if (link.enforced && phases.testFlag(Policy::Phase::Apply))
                link.policy->apply(m_context);
        }
    }

    /// Whether the request goes on.
    bool take(const ChainLink& link, Decision& decision, const QString& why)
    {
        ExplainedPolicy& explained = m_result.policies[link.index];
        explained.why = why;
        if (decision.verdict() == Decision::Verdict::Pause) {
            explained.verdict = ExplainedPolicy::Verdict::Waits;
            return true;
        }
        const bool denies = decision.verdict() == Decision::Verdict::Deny;
        explained.verdict = decision.undecided() ? ExplainedPolicy::Verdict::Undecided
                            : denies             ? ExplainedPolicy::Verdict::Deny
                                                 : ExplainedPolicy::Verdict::Allow;
        if (!denies)
            return true;
        explained.status = decision.problem().status;
        explained.reason = text(decision.problem().reason);
        if (explained.why.isEmpty())
            explained.why = QString::fromStdString(decision.problem().detail);
        if (!link.enforced)
            return true;
        refuse(decision.problem(), QString::fromStdString(link.name));
        return false;
    }

    void judgeBody(std::string_view bytes)
    {
        const auto body = payload(bytes);
        if (!body)
            return;
        m_context.requestBodyBytes = body->size();
        for (const std::size_t position : m_chain->bodyLinks()) {
            const ChainLink& link = m_chain->links()[position];
            std::string why;
            m_context.explanation = &why;
            Decision decision = link.policy->requestBody(m_context, {body->data(), body->size()}, true);
            if (decision.verdict() == Decision::Verdict::Deny && !take(link, decision, text(why)))
                return;
        }
    }

    /// The body without its framing; nothing, and a refusal, where its chunks are wrong.
    std::optional<std::string> payload(std::string_view bytes)
    {
        if (m_request.framing != BodyFraming::Chunked)
            return std::string(bytes.substr(0, m_request.framing == BodyFraming::Length
                                                   ? static_cast<std::size_t>(m_request.contentLength)
                                                   : 0));
        std::string body;
        ChunkedDecoder decoder;
        for (;;) {
            const ChunkedDecoder::Step step = decoder.next(bytes);
            body += step.data;
            bytes.remove_prefix(step.consumed);
            if (step.outcome == ChunkedDecoder::Outcome::Refused) {
                refuse(Problem::of(step.refusal), {});
                return std::nullopt;
            }
            if (step.outcome != ChunkedDecoder::Outcome::Data)
                return body;
        }
    }

    void forward()
    {
        if (m_lookup.outcome == RouteLookup::Outcome::NoRoute)
            return refuse(Problem::of(Refusal::NoRoute), {});
        if (m_lookup.outcome == RouteLookup::Outcome::MethodNotAllowed)
            return refuse(Problem::of(Refusal::MethodNotAllowed), {});
        m_result.upstream = m_document.routes[m_lookup.route].route.upstream;
        std::vector<std::string_view> credentials;
        for (const Header& header : m_request.headers)
            if (namesACredential(text(header.name)))
                credentials.push_back(header.name);
        for (const std::string_view name : credentials)
            m_request.headers.set(name, "[redacted]");
        std::string head;
        appendRequestHead(head, m_request);
        m_result.forwarded = text(head).replace(QStringLiteral("\r\n"), QStringLiteral("\n")).trimmed();
    }

    void refuse(const Problem& problem, const QString& policy)
    {
        m_result.status = problem.status;
        m_result.reason = text(problem.reason);
        m_result.detail = QString::fromStdString(problem.detail);
        m_result.decidedBy = policy;
    }

    const Snapshot::Compiled& m_compiled;
    const EffectiveDocument& m_document;
    PolicyChains m_chains;
    const Clock& m_clock;
    QByteArray m_bytes;
    Arena m_arena;
    RequestParser m_parser;
    RequestHead m_request;
    Headers m_withheld;
    Forwarding m_forwarding;
    PolicyRun m_run;
    PolicyContext m_context;
    RouteLookup m_lookup;
    const PolicyChain* m_chain = nullptr;
    Explanation m_result;
};

} // namespace

Result<Explanation> explainRequest(const std::shared_ptr<const EffectiveDocument>& document,
                                   const PolicyRegistry& policies, const QByteArray& request,
                                   const HostAddress& client, const Clock& clock)
{
    const auto snapshot = Snapshot::create(document, policies);
    if (!snapshot)
        return failure(snapshot.error());
    return Walk(**snapshot, clock).run(request, client);
}

} // namespace postern
