#include "models/document/effective_document.h"
#include "models/fleet/expectation.h"
#include "models/fleet/policy_decisions.h"
#include "tests/models/fleet/fleet_values.h"

#include <QTest>

using namespace postern;
using namespace postern::test;
using namespace std::chrono_literals;

namespace {

const Clock::Wall kNow(std::chrono::hours(490'900));

EffectivePolicyPtr policy(const char* name, Stage stage, Mode mode = Mode::Enforce)
{
    auto made = std::make_shared<EffectivePolicy>();
    made->entry.name = QString::fromLatin1(name);
    made->entry.type = QStringLiteral("rateLimit");
    made->entry.mode = mode;
    made->stage = stage;
    made->origin.document = QStringLiteral("payments/accounts");
    made->origin.place.file = QStringLiteral("gateway.yaml");
    made->origin.place.line = 46;
    return made;
}

/// Two routes; `fair-use` differs on the second, `callers` is on both, `request-id` on both.
EffectiveDocument document()
{
    EffectiveDocument document;
    document.id = QStringLiteral("payments/accounts");
    document.hash = QStringLiteral("aaa");
    const auto requestId = policy("request-id", Stage::Identify);
    const auto callers = policy("callers", Stage::Authenticate);
    const auto fairUse = policy("fair-use", Stage::Limit);
    const auto dearer = policy("fair-use", Stage::Limit, Mode::Shadow);
    document.policies = {requestId, callers, fairUse};
    for (const auto& [name, limit] : {std::pair("read", fairUse), std::pair("transfer", dearer)}) {
        EffectiveRoute& route = document.routes.emplace_back();
        route.route.name = QString::fromLatin1(name);
        route.policies = {requestId, callers, limit};
    }
    return document;
}

} // namespace

class tst_PolicyDecisions : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void joinsByRouteAndMode();
    void unmeasured();
    void queryIsSafe();
    void expectations();
};

void tst_PolicyDecisions::joinsByRouteAndMode()
{
    const DecisionStats stats =
        decisionStats(answerOf({{"route=read policy=callers mode=enforce decision=allow", 90},
                                {"route=read policy=callers mode=enforce decision=deny", 10},
                                {"route=transfer policy=callers mode=enforce decision=allow", 50},
                                {"route=- policy=callers mode=enforce decision=error", 5},
                                {"route=read policy=fair-use mode=enforce decision=deny", 7},
                                {"route=transfer policy=fair-use mode=shadow decision=deny", 3},
                                // Decisions under another mode are of another time.
                                {"route=transfer policy=fair-use mode=enforce decision=deny", 1000}}),
                      1h, kNow);
    const std::vector<PolicyStatus> statuses = policyStatuses(document(), &stats);
    QCOMPARE(statuses.size(), std::size_t(4));
    QCOMPARE(statuses[0].name, QStringLiteral("request-id"));
    QVERIFY(statuses[0].route.isEmpty());
    QCOMPARE(statuses[0].decisions->total(), 0.0);
    QCOMPARE(statuses[1].name, QStringLiteral("callers"));
    QCOMPARE(statuses[1].decisions->allow, 140.0);
    QCOMPARE(statuses[1].decisions->deny, 10.0);
    QCOMPARE(statuses[1].decisions->error, 5.0); // on what matched no route
    QCOMPARE(statuses[2].route, QStringLiteral("read"));
    QCOMPARE(statuses[2].decisions->deny, 7.0);
    QCOMPARE(statuses[3].route, QStringLiteral("transfer"));
    QCOMPARE(statuses[3].mode, QStringLiteral("shadow"));
    QCOMPARE(statuses[3].decisions->deny, 3.0);
    QCOMPARE(statuses[3].file, QStringLiteral("gateway.yaml"));
    QCOMPARE(statuses[3].line, 46);
    QVERIFY(statuses[1].stage < statuses[2].stage);
    QVERIFY(*statuses[1].at == kNow);
}

void tst_PolicyDecisions::unmeasured()
{
    for (const PolicyStatus& status : policyStatuses(document(), nullptr))
        QVERIFY(!status.decisions);
}

void tst_PolicyDecisions::queryIsSafe()
{
    QCOMPARE(decisionsQuery(QStringLiteral("a\"b"), 1h),
             QStringLiteral("sum by (route, policy, mode, decision) "
                            "(increase(postern_policy_decisions_total{api=\"a\\\"b\"}[1h]))"));
}

void tst_PolicyDecisions::expectations()
{
    EffectiveDocument effective = document();
    effective.api.metadata.labels = {{QStringLiteral("team"), QStringLiteral("ledger")}};
    effective.api.spec.objectives = {{.name = QStringLiteral("availability"),
                                      .target = 99.99,
                                      .threshold = {},
                                      .window = std::chrono::hours(720)},
                                     {.name = QStringLiteral("latency"),
                                      .type = ObjectiveType::Latency,
                                      .target = 99,
                                      .threshold = 250ms,
                                      .window = std::chrono::hours(168)}};
    const ApiExpectation expectation = expectationOf(effective, QStringLiteral("4f1c2a9"));
    QCOMPARE(expectation.api, QStringLiteral("payments/accounts"));
    QCOMPARE(expectation.hash, QStringLiteral("aaa"));
    QCOMPARE(expectation.revision, QStringLiteral("4f1c2a9"));
    QCOMPARE(expectation.labels.value(QStringLiteral("team")), QStringLiteral("ledger"));
    QVERIFY(qAbs(expectation.objectives[0].allowed() - 1e-4) < 1e-12);
    QVERIFY(expectation.objectives[0].window == 720h);
    QVERIFY(expectation.objectives[1].kind == slo::Objective::Kind::Latency);
    QVERIFY(expectation.objectives[1].threshold == 250ms);
}

QTEST_GUILESS_MAIN(tst_PolicyDecisions)
#include "tst_policy_decisions.moc"
