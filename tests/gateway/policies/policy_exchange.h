#pragma once

#include "gateway/http/arena.h"
#include "gateway/http/request_parser.h"
#include "gateway/http/response_head.h"
#include "gateway/policies/registry.h"
#include "gateway/policy/policy_run.h"
#include "models/document/effective_document.h"
#include "models/schema/yaml_reader.h"
#include "tests/support/fake_clock.h"

#include <QTest>

namespace postern::test {

/// An entry as a loaded document would hold it. \a files: what the config names → contents.
inline EffectivePolicy effectivePolicy(const QString& type, const QByteArray& yaml,
                                       std::vector<NamedFile> files = {}, Mode mode = Mode::Enforce)
{
    EffectivePolicy policy;
    policy.entry.name = QStringLiteral("under-test");
    policy.entry.type = type;
    policy.entry.mode = mode;
    Findings findings;
    if (auto nodes = readYaml(yaml, findings); !nodes.empty())
        policy.entry.config = nodes.front();
    policy.files = std::move(files);
    return policy;
}

/// Policies, one as a rule, on one request, without sockets: the chain, a context, a clock.
class PolicyExchange
{
public:
    explicit PolicyExchange(const EffectivePolicy& policy, std::shared_ptr<SharedState> previous = nullptr)
        : PolicyExchange(std::vector{policy}, std::move(previous))
    {}
    explicit PolicyExchange(const std::vector<EffectivePolicy>& policies,
                            std::shared_ptr<SharedState> previous = nullptr)
    {
        std::vector<ChainLink> links;
        for (const EffectivePolicy& policy : policies) {
            auto compiled = builtPolicies().compile(policy, {QStringLiteral("payments/accounts"), previous});
            if (!compiled)
                qFatal("%s", qPrintable(compiled.error().text()));
            m_compiled.push_back(*compiled);
            if (const auto state = (*compiled)->sharedState())
                state->inForce(clock.steady());
            m_policies.push_back((*compiled)->createForWorker());
            links.push_back({m_policies.back().get(), policy.entry.mode == Mode::Enforce, "under-test",
                             policy.entry.type.toStdString(), links.size()});
        }
        m_chain = PolicyChain(std::move(links));
    }

    /// Lets the policy see a request of these field lines (`Name: value\r\n` each).
    PolicyRun::Outcome request(const QByteArray& fields,
                               const QByteArray& line = "GET /v1/accounts/1 HTTP/1.1")
    {
        m_run.finish(nullptr);
        m_arena.reset();
        m_text = line + "\r\nHost: accounts\r\n" + fields + "\r\n";
        RequestParser parser;
        const auto parsed = parser.parse({m_text.constData(), std::size_t(m_text.size())}, {}, m_arena, head);
        if (parsed.state != ParseResult::State::Done)
            qFatal("the test's request does not parse");
        context = PolicyContext();
        context.request = &head;
        context.withheld = &withheld;
        context.arena = &m_arena;
        context.api = "payments/accounts";
        context.route = "read-account";
        context.clientAddress = "192.0.2.7";
        context.peerTrusted = peerTrusted;
        context.now = clock.steady();
        context.wall = clock.wall();
        return m_run.start(m_chain, context, {});
    }
    PolicyRun::Outcome body(const QByteArray& piece, bool last)
    {
        context.requestBodyBytes += std::uint64_t(piece.size());
        return m_run.requestBody({piece.constData(), std::size_t(piece.size())}, last);
    }
    /// Of the policies that decided; ends the exchange.
    std::vector<DecisionObserver::Kind> decisions()
    {
        struct Told final : DecisionObserver
        {
            void decided(const ChainLink&, Kind kind) override { kinds.push_back(kind); }
            std::vector<Kind> kinds;
        };
        Told told;
        m_run.finish(&told);
        return told.kinds;
    }
    void answer()
    {
        context.response = &response;
        m_run.responseHead();
    }
    Problem& problem() { return m_run.problem(); }
    QByteArray problemHeader(std::string_view name)
    {
        for (const auto& [key, value] : problem().headers)
            if (key == name)
                return QByteArray::fromStdString(value);
        return {};
    }
    QByteArray field(std::string_view name) const
    {
        const std::string_view value = head.headers.value(name);
        return {value.data(), qsizetype(value.size())};
    }
    const CompiledPolicy& compiled() const { return *m_compiled.front(); }

    RequestHead head;
    ResponseHead response;
    Headers withheld;
    PolicyContext context;
    FakeClock clock;
    bool peerTrusted = false;

private:
    std::vector<std::shared_ptr<const CompiledPolicy>> m_compiled;
    std::vector<std::unique_ptr<Policy>> m_policies;
    PolicyChain m_chain;
    PolicyRun m_run;
    Arena m_arena;
    QByteArray m_text;
};

} // namespace postern::test
