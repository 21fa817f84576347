#include "models/fleet/fleet_join.h"
#include "models/fleet/fleet_question.h"
#include "models/fleet/policy_decisions.h"
#include "models/prometheus/client.h"
#include "tests/models/fleet/fleet_values.h"
#include "tests/support/open_metrics.h"
#include "tests/support/prometheus_process.h"

#include <QTest>

#include <set>

using namespace postern;
using namespace postern::test;
using namespace std::chrono_literals;
using Kind = FleetQuestion::Kind;
using std::chrono::seconds;

namespace {

/// On a whole hour, so that subqueries' steps fall on the samples.
const Clock::Wall kNow(std::chrono::hours(490'900));
constexpr seconds kMonth = 720h;
const Clock::Wall kMonthAgo = kNow - kMonth;
const QString kAccounts = QStringLiteral("payments/accounts");
const QString kCards = QStringLiteral("payments/cards");

/// One sample an hour for a month, and one every 15 s in the last seven hours.
void monthOf(OpenMetrics& metrics, const char* name, const QByteArray& labels,
             const OpenMetrics::Value& value)
{
    const Clock::Wall dense = kNow - 7h;
    metrics.series(name, labels, kMonthAgo, dense - 1h, 3600s, value);
    metrics.series(name, labels, dense, kNow, 15s, value);
}

QByteArray request(const char* route, const char* code)
{
    return QByteArray("api=\"payments/accounts\",instance=\"i1:1\",job=\"postern\",method=\"GET\",route=\"") +
           route + "\",code=\"" + code + '"';
}

/// Grows at \a rate, but starts anew from zero at \a reset.
OpenMetrics::Value resetting(double rate, Clock::Wall reset)
{
    return [=](Clock::Wall at) {
        return rate * std::chrono::duration<double>(at - (at < reset ? kMonthAgo : reset)).count();
    };
}

/// \a count bad ones at an even pace during the hour that ends at \a until.
OpenMetrics::Value burst(double count, Clock::Wall until)
{
    return [=](Clock::Wall at) {
        const double done = 1.0 - std::chrono::duration<double>(until - at).count() / 3600.0;
        return count * std::clamp(done, 0.0, 1.0);
    };
}

void accounts(OpenMetrics& metrics)
{
    const char* requests = "postern_requests_total";
    monthOf(metrics, requests, request("read", "200"), growing(10.0, kMonthAgo));
    // The second route's process restarted two days ago: its last hour before is lost, nothing else.
    monthOf(metrics, requests, request("transfer", "201"), resetting(5.0, kNow - 48h));
    monthOf(metrics, requests, request("read", "503"), burst(3600, kNow - 240h));
    monthOf(metrics, requests, request("transfer", "500"), burst(360, kNow));
    // None of these counts, neither as bad nor in the total.
    monthOf(metrics, requests, request("read", "404"), growing(7.0, kMonthAgo));
    monthOf(metrics, requests, request("read", "429"), growing(3.0, kMonthAgo));
    monthOf(metrics, requests, request("read", "499"), growing(2.0, kMonthAgo));
    monthOf(metrics, requests, request("-", "404"), growing(4.0, kMonthAgo));
    monthOf(metrics, requests, request("-", "503"), growing(1.0, kMonthAgo));
}

void latencies(OpenMetrics& metrics)
{
    const auto labels = [](const char* route, const char* outcome, const char* le) {
        return QByteArray("api=\"payments/accounts\",instance=\"i1:1\",job=\"postern\",route=\"") + route +
               "\",outcome=\"" + outcome + (*le ? QByteArray("\",le=\"") + le : QByteArray()) + '"';
    };
    const char* bucket = "postern_request_duration_seconds_bucket";
    monthOf(metrics, bucket, labels("read", "ok", "0.1"), growing(98.0, kMonthAgo));
    monthOf(metrics, bucket, labels("read", "ok", "0.25"), growing(99.5, kMonthAgo));
    monthOf(metrics, bucket, labels("read", "ok", "1.0"), growing(100.0, kMonthAgo));
    monthOf(metrics, bucket, labels("read", "ok", "+Inf"), growing(100.0, kMonthAgo));
    // Failed and unrouted requests are slow, and no part of a latency.
    monthOf(metrics, bucket, labels("read", "server_error", "+Inf"), growing(50.0, kMonthAgo));
    monthOf(metrics, bucket, labels("-", "ok", "+Inf"), growing(50.0, kMonthAgo));
    const char* count = "postern_request_duration_seconds_count";
    monthOf(metrics, count, labels("read", "ok", ""), growing(100.0, kMonthAgo));
    monthOf(metrics, count, labels("read", "server_error", ""), growing(50.0, kMonthAgo));
    monthOf(metrics, count, labels("-", "ok", ""), growing(50.0, kMonthAgo));
}

/// An API that is half an hour old, and another gateway of accounts that is down.
void others(OpenMetrics& metrics)
{
    const Clock::Wall born = kNow - 30min;
    metrics.series(
        "postern_requests_total",
        "api=\"payments/cards\",instance=\"c1:1\",job=\"postern\",method=\"GET\",route=\"r\",code=\"200\"",
        born, kNow, 15s, growing(2.0, born));
    const QByteArray info =
        "api=\"payments/cards\",instance=\"c1:1\",job=\"postern\",hash=\"ccc\",revision=\"\"";
    metrics.series("postern_config_info", info, born, kNow, 15s, constant(1));
    monthOf(metrics, "postern_config_info",
            "api=\"payments/accounts\",instance=\"i1:1\",job=\"postern\",hash=\"aaa\",revision=\"4f1c2a9\"",
            constant(1));
    metrics.series("up", "instance=\"i1:1\",job=\"postern\"", kNow - 1h, kNow, 15s, constant(1));
    metrics.series("up", "instance=\"i2:1\",job=\"postern\"", kNow - 1h, kNow, 15s, constant(0));
    metrics.series("up", "instance=\"c1:1\",job=\"postern\"", kNow - 1h, kNow, 15s, constant(1));
    metrics.series("process_resident_memory_bytes", "instance=\"i1:1\",job=\"postern\"", kNow - 1h, kNow, 15s,
                   constant(43'000'000));
    metrics.series("process_resident_memory_bytes", "instance=\"db:1\",job=\"other\"", kNow - 1h, kNow, 15s,
                   constant(9e9));
    metrics.series(
        "postern_governance_findings",
        "api=\"payments/accounts\",instance=\"i1:1\",job=\"postern\",baseline=\"pci\",requirement=\"waf\","
        "state=\"missing\"",
        kNow - 1h, kNow, 15s, constant(1));
    const auto decision = [](const char* what) {
        return QByteArray("api=\"payments/"
                          "accounts\",instance=\"i1:1\",job=\"postern\",route=\"read\",policy=\"fair-use\","
                          "type=\"rateLimit\",mode=\"enforce\",decision=\"") +
               what + '"';
    };
    metrics.series("postern_policy_decisions_total", decision("allow"), kNow - 1h, kNow, 15s,
                   growing(1.0, kNow - 1h));
    metrics.series("postern_policy_decisions_total", decision("deny"), kNow - 1h, kNow, 15s,
                   growing(0.25, kNow - 1h));
}

slo::Objective objective(slo::Objective::Kind kind, double target, std::chrono::milliseconds threshold = 0ms)
{
    return {.name = QStringLiteral("one"),
            .kind = kind,
            .target = target,
            .threshold = threshold,
            .window = kMonth};
}

} // namespace

class tst_FleetQuestions : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void numberIsIndependentOfApis();
    void rates();
    void latencies();
    void availabilityBudget();
    void latencyBudget();
    void burns_data();
    void burns();
    void youngApi();
    void instances();
    void decisions();

private:
    [[nodiscard]] const ApiStatus& status(const QString& api) const { return *m_snapshot.find(api); }

    PrometheusProcess m_prometheus;
    std::unique_ptr<PrometheusClient> m_client;
    FleetSnapshot m_snapshot;
};

void tst_FleetQuestions::initTestCase()
{
    QVERIFY2(PrometheusProcess::available(), "Debian's package prometheus is missing");
    OpenMetrics metrics;
    accounts(metrics);
    ::latencies(metrics);
    others(metrics);
    QVERIFY2(m_prometheus.start({.openMetrics = metrics.text(), .targets = {}, .arguments = {}}),
             qPrintable(m_prometheus.error()));
    PrometheusEndpoint endpoint;
    endpoint.url = m_prometheus.url();
    m_client = std::move(*PrometheusClient::create(endpoint));

    using ObjectiveKind = slo::Objective::Kind;
    const std::vector<slo::Objective> objectives{objective(ObjectiveKind::Availability, 0.9999),
                                                 objective(ObjectiveKind::Latency, 0.99, 250ms),
                                                 objective(ObjectiveKind::Latency, 0.999, 1s)};
    FleetFigures figures;
    const FleetScope scope{.scrapeInterval = 15s, .range = 6h, .objectives = objectives};
    for (const FleetQuestion& question : fleetQuestions(scope)) {
        std::optional<Result<PrometheusAnswer>> answer;
        const auto take = [&answer](Result<PrometheusAnswer> got) { answer = std::move(got); };
        if (question.kind == Kind::Traffic)
            m_client->queryRange(question.promql, kNow - question.window, kNow, question.step, this, take);
        else
            m_client->query(question.promql, kNow, this, take);
        QTRY_VERIFY_WITH_TIMEOUT(answer, 30'000);
        QVERIFY2(*answer, *answer ? "" : qPrintable(question.name() + answer->error().text()));
        figures.take(question, **answer, kNow);
    }
    FleetMemory memory;
    const std::vector<GatewayInstance> gateways{gatewayOf("payments/accounts", "i1:1"),
                                                gatewayOf("payments/accounts", "i2:1"),
                                                gatewayOf("payments/cards", "c1:1")};
    const std::vector<ApiExpectation> expectations{
        {.api = kAccounts,
         .hash = QStringLiteral("aaa"),
         .revision = {},
         .labels = {},
         .objectives = objectives},
        {.api = kCards, .hash = {}, .revision = {}, .labels = {}, .objectives = {objectives[0]}}};
    m_snapshot = joinFleet(
        {.figures = figures, .instances = gateways, .expectations = expectations, .now = kNow}, memory);
}

void tst_FleetQuestions::numberIsIndependentOfApis()
{
    FleetScope scope{.scrapeInterval = 15s, .range = 6h, .objectives = {}};
    const auto without = fleetQuestions(scope).size();
    for (int i = 0; i < 1000; ++i)
        scope.objectives.push_back(objective(slo::Objective::Kind::Availability, 0.99 + i * 1e-6));
    const auto questions = fleetQuestions(scope);
    // Seven burn windows, the objectives' own, and its coverage.
    QCOMPARE(questions.size(), without + 9);
    std::set<QString> names;
    for (const FleetQuestion& question : questions)
        names.insert(question.name());
    QCOMPARE(names.size(), questions.size());
}

void tst_FleetQuestions::rates()
{
    const ApiStatus& api = status(kAccounts);
    // All codes and routes: 10 + 5 + 0.1 of the burst + 7 + 3 + 2 + 4 + 1.
    QVERIFY(qAbs(api.requestsPerSecond.value - 32.1) < 1e-6);
    QVERIFY(qAbs(api.errorRatio.value - 0.1 / 15.1) < 1e-9);
    QCOMPARE(status(kCards).errorRatio.value, 0.0);
    QCOMPARE(api.traffic.values.size(), std::size_t(73));
    QVERIFY(qAbs(api.traffic.values.back() - 32.1) < 1e-6);
    QVERIFY(std::isnan(status(kCards).traffic.values.front()));
    QVERIFY(qAbs(m_snapshot.totals.requestsLastHour.value - (32.0 * 3600 + 360 + 2.0 * 1800)) < 40);
}

/// Rank 99 of 100 lies in (0.1, 0.25], which holds 98 to 99.5; rank 50 in (0, 0.1].
void tst_FleetQuestions::latencies()
{
    QVERIFY(qAbs(status(kAccounts).p99.value - (0.1 + 0.15 * (99 - 98) / 1.5)) < 1e-9);
    QVERIFY(qAbs(status(kAccounts).p50.value - 0.1 * 50 / 98) < 1e-9);
    QVERIFY(!status(kCards).p99.known());
}

void tst_FleetQuestions::availabilityBudget()
{
    const slo::BudgetStatus& budget = status(kAccounts).budgets[0];
    const double bad = 3600 + 360;
    const double total = 10.0 * 2'592'000 + 5.0 * (2'592'000 - 3600) + bad;
    QVERIFY(qAbs(budget.events.bad - bad) < 1e-6);
    QVERIFY(qAbs(budget.events.total - total) < 1e-3);
    QVERIFY(qAbs(*budget.left - (1 - bad / (total * 1e-4))) < 1e-6);
    QCOMPARE(budget.covered.count(), kMonth.count());
    QVERIFY(!budget.isPartial());
}

void tst_FleetQuestions::latencyBudget()
{
    // 0.5 of 100 are slower than 250 ms, of which 1 may be; none is slower than a second (`le="1.0"`).
    QVERIFY(qAbs(*status(kAccounts).budgets[1].left - 0.5) < 1e-9);
    QVERIFY(qAbs(status(kAccounts).budgets[1].events.total - 100.0 * 2'592'000) < 1e-3);
    QVERIFY(qAbs(*status(kAccounts).budgets[2].left - 1.0) < 1e-9);
}

void tst_FleetQuestions::burns_data()
{
    QTest::addColumn<int>("seconds");
    QTest::addColumn<double>("bad");
    QTest::addColumn<double>("total");
    QTest::newRow("5 min") << 300 << 30.0 << 4530.0;
    QTest::newRow("30 min") << 1800 << 180.0 << 27'180.0;
    QTest::newRow("1 h") << 3600 << 360.0 << 54'360.0;
    QTest::newRow("2 h") << 7200 << 360.0 << 108'360.0;
    QTest::newRow("6 h") << 21'600 << 360.0 << 324'360.0;
    QTest::newRow("1 d") << 86'400 << 360.0 << 1'296'360.0;
    // The restart lies in the last three days.
    QTest::newRow("3 d") << 259'200 << 360.0 << 10.0 * 259'200 + 5.0 * (259'200 - 3600) + 360;
}

void tst_FleetQuestions::burns()
{
    QFETCH(int, seconds);
    QFETCH(double, bad);
    QFETCH(double, total);
    const auto burn = status(kAccounts).budgets[0].burn(std::chrono::seconds(seconds));
    QVERIFY(burn);
    const double expected = bad / total / 1e-4;
    QVERIFY2(qAbs(*burn - expected) < 1e-6 * expected,
             qPrintable(QStringLiteral("%1 is not %2").arg(*burn).arg(expected)));
}

void tst_FleetQuestions::youngApi()
{
    const slo::BudgetStatus& budget = status(kCards).budgets[0];
    QVERIFY(budget.isPartial());
    QVERIFY(qAbs(budget.covered.count() - 1800) <= 15);
    QVERIFY(qAbs(budget.events.total - 3600) < 40); // half an interval is extrapolated at its birth
    QCOMPARE(*budget.left, 1.0);
    QCOMPARE(budget.verdict, slo::Verdict::TooFewRequests);
}

void tst_FleetQuestions::instances()
{
    const ApiStatus& api = status(kAccounts);
    QCOMPARE(api.instances.size(), std::size_t(2));
    QCOMPARE(api.instances[0].state, InstanceStatus::State::Up);
    QCOMPARE(api.instances[0].hash, QStringLiteral("aaa"));
    QCOMPARE(api.instances[0].revision, QStringLiteral("4f1c2a9"));
    QCOMPARE(api.instances[0].asExpected.value_or(false), true);
    QCOMPARE(api.instances[0].memoryBytes.value, 43e6);
    QVERIFY(*api.instances[0].lastScrape == kNow);
    QCOMPARE(api.instances[1].state, InstanceStatus::State::Down);
    QVERIFY(!api.instances[1].asExpected);
    QCOMPARE(api.governance.size(), std::size_t(1));
    QCOMPARE(api.governance[0].requirement, QStringLiteral("waf"));
}

void tst_FleetQuestions::decisions()
{
    std::optional<Result<PrometheusAnswer>> answer;
    m_client->query(decisionsQuery(kAccounts, 1h), kNow, this,
                    [&answer](Result<PrometheusAnswer> got) { answer = std::move(got); });
    QTRY_VERIFY(answer);
    QVERIFY(*answer);
    const DecisionStats stats = decisionStats(**answer, 1h, kNow);
    const DecisionCounts counts = stats.counts.value({.route = QStringLiteral("read"),
                                                      .policy = QStringLiteral("fair-use"),
                                                      .mode = QStringLiteral("enforce")});
    QVERIFY(qAbs(counts.allow - 3600) < 1e-6);
    QVERIFY(qAbs(counts.deny - 900) < 1e-6);
    QCOMPARE(counts.error, 0.0);
}

QTEST_GUILESS_MAIN(tst_FleetQuestions)
#include "tst_fleet_questions.moc"
