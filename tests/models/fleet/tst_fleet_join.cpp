#include "models/fleet/drift.h"
#include "models/fleet/fleet_join.h"
#include "tests/models/fleet/fleet_values.h"

#include <QTest>

using namespace postern;
using namespace postern::test;
using namespace std::chrono_literals;
using Kind = FleetQuestion::Kind;
using Reason = HealthReason::Kind;
using std::chrono::seconds;

namespace {

const Clock::Wall kNow(std::chrono::hours(100'000));
const QString kAccounts = QStringLiteral("payments/accounts");

slo::Objective availability()
{
    return {.name = QStringLiteral("availability"), .target = 0.999, .window = 720h};
}

slo::Objective latency()
{
    return {.name = QStringLiteral("latency"),
            .kind = slo::Objective::Kind::Latency,
            .target = 0.99,
            .threshold = 250ms,
            .window = 720h};
}

/// Two gateways of accounts, both up and on configuration `aaa`, as Git expects.
struct World
{
    FleetFigures figures;
    FleetMemory memory;
    std::vector<GatewayInstance> instances{gatewayOf("payments/accounts", "i1:1"),
                                           gatewayOf("payments/accounts", "i2:1")};
    std::vector<ApiExpectation> expectations{{.api = kAccounts,
                                              .hash = QStringLiteral("aaa"),
                                              .revision = QStringLiteral("r1"),
                                              .labels = {{QStringLiteral("team"), QStringLiteral("Ledger")}},
                                              .objectives = {availability(), latency()}}};
    Clock::Wall now = kNow;

    World()
    {
        take(Kind::Up, {{"instance=i1:1", 1}, {"instance=i2:1", 1}});
        runs("aaa", "aaa");
    }
    void take(Kind kind, std::initializer_list<std::pair<const char*, double>> rows, seconds window = {})
    {
        figures.take(questionOf(kind, window, 3600s, 30s), answerOf(rows, now), now);
    }
    void runs(const char* first, const char* second)
    {
        const std::string one = std::string("api=payments/accounts instance=i1:1 revision=r1 hash=") + first;
        const std::string two = std::string("api=payments/accounts instance=i2:1 revision=r1 hash=") + second;
        take(Kind::Configurations,
             {{one.c_str(), unixSeconds(now - 2s)}, {two.c_str(), unixSeconds(now - 5s)}});
    }
    FleetSnapshot join()
    {
        return joinFleet(
            {.figures = figures, .instances = instances, .expectations = expectations, .now = now}, memory);
    }
    ApiStatus accounts() { return *join().find(kAccounts); }
};

const HealthReason* reasonOf(const ApiStatus& status, Reason kind)
{
    const auto found = std::find_if(status.reasons.begin(), status.reasons.end(),
                                    [kind](const HealthReason& reason) { return reason.kind == kind; });
    return found == status.reasons.end() ? nullptr : &*found;
}

} // namespace

class tst_FleetJoin : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void healthy();
    void figuresByApi();
    void errorRatios_data();
    void errorRatios();
    void budgets();
    void youngBudgets();
    void nothingAnsweredYet();
    void noMetrics();
    void instancesDown();
    void drift();
    void mixedWithoutGit();
    void governance();
    void unlistedInstances();
    void vanishedFiguresVanish();
    void reloadShowsNewest();
    void attentionRanks();
    void totals();
    void traffic();
};

void tst_FleetJoin::healthy()
{
    World world;
    const ApiStatus status = world.accounts();
    QCOMPARE(status.health, Health::Good);
    QVERIFY(status.reasons.empty());
    QCOMPARE(status.instancesUp(), 2);
    QCOMPARE(status.instancesAsExpected().value_or(-1), 2);
    QCOMPARE(status.configurations.size(), std::size_t(1));
    QCOMPARE(status.configurations[0].instances, 2);
    QCOMPARE(status.labels.value(QStringLiteral("team")), QStringLiteral("Ledger"));
    QCOMPARE(status.nameSpace(), QStringLiteral("payments"));
    QCOMPARE(status.name(), QStringLiteral("accounts"));
    QVERIFY(*status.lastScrape == kNow - 2s); // the newest of its instances'
    QVERIFY(!world.join().find(u"payments/cards"));
}

void tst_FleetJoin::figuresByApi()
{
    World world;
    world.take(Kind::InstanceRates,
               {{"api=payments/accounts instance=i1:1", 10.5}, {"api=payments/accounts instance=i2:1", 9.5}});
    world.take(Kind::P50, {{"api=payments/accounts", 0.012}});
    world.take(Kind::P99, {{"api=payments/accounts", std::numeric_limits<double>::quiet_NaN()}});
    world.take(Kind::Memory, {{"instance=i1:1", 43e6}});
    const ApiStatus status = world.accounts();
    QCOMPARE(status.requestsPerSecond.value, 20.0);
    QVERIFY(status.requestsPerSecond.at == kNow);
    QCOMPARE(status.p50.value, 0.012);
    QVERIFY(!status.p99.known()); // no request: no quantile, never zero
    QCOMPARE(status.instances[0].requestsPerSecond.value, 10.5);
    QCOMPARE(status.instances[0].memoryBytes.value, 43e6);
    QVERIFY(!status.instances[1].memoryBytes.known());
}

void tst_FleetJoin::errorRatios_data()
{
    QTest::addColumn<double>("bad");
    QTest::addColumn<double>("total");
    QTest::addColumn<double>("ratio");
    constexpr double none = std::numeric_limits<double>::quiet_NaN();
    QTest::newRow("some bad") << 0.5 << 100.0 << 0.005;
    QTest::newRow("no series of bad ones") << none << 100.0 << 0.0;
    QTest::newRow("no request") << 0.0 << 0.0 << none;
    QTest::newRow("no series at all") << none << none << none;
}

void tst_FleetJoin::errorRatios()
{
    QFETCH(double, bad);
    QFETCH(double, total);
    QFETCH(double, ratio);
    World world;
    PrometheusAnswer answer =
        answerOf({{"api=payments/accounts part=bad", bad}, {"api=payments/accounts part=total", total}});
    std::erase_if(answer.series, [](const PrometheusSeries& series) { return std::isnan(series.last()); });
    world.figures.take(questionOf(Kind::ErrorRates), answer, kNow);
    const Measured got = world.accounts().errorRatio;
    if (std::isnan(ratio))
        QVERIFY(!got.known());
    else
        QCOMPARE(got.value, ratio);
}

void tst_FleetJoin::budgets()
{
    World world;
    const auto events = [&world](seconds window, double bad, double total, double within, double answered) {
        world.take(Kind::Events,
                   {{"api=payments/accounts part=bad", bad},
                    {"api=payments/accounts part=total", total},
                    {"api=payments/accounts part=within le=0.25", within},
                    {"api=payments/accounts part=answered", answered}},
                   window);
    };
    events(720h, 250, 1e6, 995'000, 999'750);
    events(1h, 100, 2000, 1980, 2000);
    events(5min, 10, 160, 158, 160);
    world.take(Kind::Coverage,
               {{"api=payments/accounts part=coarse", 720}, {"api=payments/accounts part=fine", 360}}, 720h);
    const ApiStatus status = world.accounts();
    QCOMPARE(status.budgets.size(), std::size_t(2));
    const slo::BudgetStatus& first = status.budgets[0];
    QCOMPARE(first.objective.name, QStringLiteral("availability"));
    QVERIFY(qAbs(*first.left - 0.75) < 1e-9);
    QVERIFY(qAbs(*first.burn(1h) - 50.0) < 1e-9);
    QCOMPARE(first.verdict, slo::Verdict::Page);
    QVERIFY(!first.isPartial());
    // 4,750 of 999,750 were slower; one percent may be.
    const slo::BudgetStatus& second = status.budgets[1];
    QVERIFY(qAbs(*second.left - (1 - 4750.0 / 9997.5)) < 1e-9);
    QVERIFY(qAbs(*second.burn(1h) - 1.0) < 1e-9);
    QCOMPARE(status.tightestBudget()->objective.name, QStringLiteral("latency"));

    QCOMPARE(status.health, Health::Bad);
    const HealthReason* reason = reasonOf(status, Reason::Burning);
    QVERIFY(reason);
    QCOMPARE(reason->objective, QStringLiteral("availability"));
    QVERIFY(qAbs(reason->value - 50.0) < 1e-9);
    QVERIFY(qAbs(reason->limit - 14.4) < 1e-9);
    QCOMPARE(reason->window, seconds(1h));
    QCOMPARE(reason->goneIn.value_or(0s).count(), qRound64(0.75 * 720 * 3600 / 50.0));
}

void tst_FleetJoin::youngBudgets()
{
    World world;
    world.take(Kind::Events, {{"api=payments/accounts part=total", 5000}}, 720h);
    // Two hourly steps are no measure yet: ninety half minutes are.
    world.take(Kind::Coverage,
               {{"api=payments/accounts part=coarse", 2}, {"api=payments/accounts part=fine", 90}}, 720h);
    const slo::BudgetStatus budget = world.accounts().budgets[0];
    QCOMPARE(budget.covered, seconds(2700));
    QVERIFY(budget.isPartial());
    QCOMPARE(*budget.left, 1.0);
}

void tst_FleetJoin::nothingAnsweredYet()
{
    World world;
    world.figures = {};
    const ApiStatus status = world.accounts();
    QCOMPARE(status.health, Health::Unknown);
    QVERIFY(status.reasons.empty()); // silence means nothing before the first answer
    QCOMPARE(status.instances[0].state, InstanceStatus::State::Unknown);
    QVERIFY(!status.requestsPerSecond.known());
    QVERIFY(status.budgets[0].verdict == slo::Verdict::Unknown);
}

void tst_FleetJoin::noMetrics()
{
    World world;
    world.join();
    world.now += 60s;
    world.take(Kind::Up, {});
    world.take(Kind::Configurations, {});
    const ApiStatus status = world.accounts();
    QCOMPARE(status.health, Health::Unknown);
    const HealthReason* reason = reasonOf(status, Reason::NoMetrics);
    QVERIFY(reason);
    QCOMPARE(reason->count, 2);
    QVERIFY(reason->since == kNow - 2s); // the last sample that was seen
}

void tst_FleetJoin::instancesDown()
{
    World world;
    world.take(Kind::Up, {{"instance=i1:1", 1}, {"instance=i2:1", 0}});
    world.join();
    world.now += 30s;
    ApiStatus status = world.accounts();
    QCOMPARE(status.health, Health::Watch);
    QCOMPARE(reasonOf(status, Reason::InstancesDown)->count, 1);
    QCOMPARE(reasonOf(status, Reason::InstancesDown)->of, 2);
    QVERIFY(reasonOf(status, Reason::InstancesDown)->since == kNow); // since it was first seen so
    world.take(Kind::Up, {{"instance=i1:1", 0}, {"instance=i2:1", 0}});
    status = world.accounts();
    QCOMPARE(status.health, Health::Bad);
    QVERIFY(!reasonOf(status, Reason::NoMetrics)); // one reason for one thing
    world.take(Kind::Up, {{"instance=i1:1", 1}, {"instance=i2:1", 1}});
    QCOMPARE(world.accounts().health, Health::Good);
    QVERIFY(!world.accounts().instances[0].downSince);
}

void tst_FleetJoin::drift()
{
    World world;
    world.runs("aaa", "bbb");
    FleetSnapshot snapshot = world.join();
    QCOMPARE(snapshot.apis[0].health, Health::Good); // a rollout takes its time
    const std::vector<Drift> drifts = driftOf(snapshot);
    QCOMPARE(drifts.size(), std::size_t(1));
    QCOMPARE(drifts[0].instance, QStringLiteral("i2:1"));
    QCOMPARE(drifts[0].hash, QStringLiteral("bbb"));
    QCOMPARE(drifts[0].expectedHash, QStringLiteral("aaa"));
    world.now += 121s;
    world.runs("aaa", "bbb");
    snapshot = world.join();
    QCOMPARE(snapshot.apis[0].health, Health::Watch);
    const HealthReason* reason = reasonOf(snapshot.apis[0], Reason::ConfigurationDrift);
    QVERIFY(reason);
    QCOMPARE(reason->count, 1);
    QCOMPARE(reason->of, 2);
    QVERIFY(reason->since == kNow);
    QVERIFY(!reasonOf(snapshot.apis[0], Reason::MixedConfigurations));
    world.runs("aaa", "aaa");
    QVERIFY(driftOf(world.join()).empty());
}

void tst_FleetJoin::mixedWithoutGit()
{
    World world;
    world.expectations.clear();
    world.runs("aaa", "bbb");
    QCOMPARE(world.accounts().configurations.size(), std::size_t(2));
    QVERIFY(!world.accounts().instancesAsExpected());
    world.now += 10min;
    const ApiStatus status = world.accounts();
    QCOMPARE(status.health, Health::Watch);
    QVERIFY(reasonOf(status, Reason::MixedConfigurations));
    QVERIFY(driftOf(world.join()).empty());
}

void tst_FleetJoin::governance()
{
    World world;
    world.take(Kind::Governance,
               {{"api=payments/accounts baseline=pci requirement=waf state=exempt", 1},
                {"api=payments/accounts baseline=pci requirement=authenticated state=missing", 1},
                {"api=payments/accounts baseline=pci requirement=objective state=missing", 0}});
    const ApiStatus status = world.accounts();
    QCOMPARE(status.governance.size(), std::size_t(2)); // a zero is a requirement that is met
    QCOMPARE(status.governance[0].requirement, QStringLiteral("authenticated"));
    QCOMPARE(status.health, Health::Watch);
    QCOMPARE(reasonOf(status, Reason::GovernanceMissing)->count, 1);
    QCOMPARE(reasonOf(status, Reason::GovernanceExempt)->severity, Health::Good);
    QCOMPARE(world.join().totals.governanceMissing, 1);
    world.take(Kind::Governance, {{"api=payments/accounts baseline=pci requirement=waf state=exempt", 1}});
    QCOMPARE(world.accounts().health, Health::Good);
    QCOMPARE(world.join().totals.governanceExempt, 1);
    QVERIFY(world.join().attention.empty());
}

void tst_FleetJoin::unlistedInstances()
{
    World world;
    world.take(Kind::Configurations, {{"api=payments/accounts instance=i9:1 hash=aaa", unixSeconds(kNow)},
                                      {"api=cards/tokens instance=t1:1 hash=ccc", unixSeconds(kNow)}});
    const FleetSnapshot snapshot = world.join();
    QCOMPARE(snapshot.apis.size(), std::size_t(2));
    QCOMPARE(snapshot.apis[0].api, QStringLiteral("cards/tokens")); // by name
    QVERIFY(snapshot.apis[0].instances[0].gateway.url.isEmpty());
    QCOMPARE(snapshot.find(kAccounts)->instances.size(), std::size_t(3));
    QCOMPARE(snapshot.find(kAccounts)->instances[2].gateway.instance, QStringLiteral("i9:1"));
}

void tst_FleetJoin::vanishedFiguresVanish()
{
    World world;
    world.take(Kind::InstanceRates, {{"api=payments/accounts instance=i1:1", 10}});
    QVERIFY(world.accounts().requestsPerSecond.known());
    world.take(Kind::InstanceRates, {});
    QVERIFY(!world.accounts().requestsPerSecond.known());
    world.take(Kind::Events, {{"api=payments/accounts part=total", 5000}}, 720h);
    QVERIFY(world.accounts().budgets[0].left);
    world.figures.forgetWindows({});
    QVERIFY(!world.accounts().budgets[0].left);
}

/// Just after a reload the old series may still be there beside the new one.
void tst_FleetJoin::reloadShowsNewest()
{
    for (const bool newestFirst : {true, false}) {
        World world;
        const std::pair<const char*, double> older{"api=payments/accounts instance=i1:1 hash=old",
                                                   unixSeconds(kNow - 15s)};
        const std::pair<const char*, double> newer{"api=payments/accounts instance=i1:1 hash=new",
                                                   unixSeconds(kNow)};
        if (newestFirst)
            world.take(Kind::Configurations, {newer, older});
        else
            world.take(Kind::Configurations, {older, newer});
        QCOMPARE(world.accounts().instances[0].hash, QStringLiteral("new"));
    }
}

void tst_FleetJoin::attentionRanks()
{
    FleetFigures figures;
    FleetMemory memory;
    std::vector<GatewayInstance> instances;
    std::vector<ApiExpectation> expectations;
    for (const char* name : {"a/fine", "a/down", "a/quick", "a/quicker", "a/silent", "a/unmet"}) {
        instances.push_back(gatewayOf(name, name));
        expectations.push_back({.api = QString::fromLatin1(name),
                                .hash = {},
                                .revision = {},
                                .labels = {},
                                .objectives = {availability()}});
    }
    const auto take = [&figures](Kind kind, std::initializer_list<std::pair<const char*, double>> rows,
                                 seconds window = {}) {
        figures.take(questionOf(kind, window), answerOf(rows, kNow), kNow);
    };
    const double at = unixSeconds(kNow);
    take(Kind::Up, {{"instance=a/fine", 1},
                    {"instance=a/down", 0},
                    {"instance=a/quick", 1},
                    {"instance=a/quicker", 1},
                    {"instance=a/unmet", 1}});
    take(Kind::Configurations, {{"api=a/fine instance=a/fine hash=x", at},
                                {"api=a/quick instance=a/quick hash=x", at},
                                {"api=a/quicker instance=a/quicker hash=x", at},
                                {"api=a/unmet instance=a/unmet hash=x", at}});
    take(Kind::Governance, {{"api=a/unmet baseline=b requirement=r state=missing", 1}});
    for (const seconds window : {seconds(1h), seconds(5min), seconds(720h)}) {
        const double worse = window == 720h ? 0.0002 : 0.5;
        const double bad = window == 720h ? 0.0002 : 0.1;
        take(Kind::Events,
             {{"api=a/quick part=bad", 1e6 * bad},
              {"api=a/quick part=total", 1e6},
              {"api=a/quicker part=bad", 1e6 * worse},
              {"api=a/quicker part=total", 1e6}},
             window);
    }
    const FleetSnapshot snapshot = joinFleet(
        {.figures = figures, .instances = instances, .expectations = expectations, .now = kNow}, memory);
    QStringList order;
    for (const AttentionItem& item : snapshot.attention)
        order.append(item.api);
    QCOMPARE(order,
             (QStringList{QStringLiteral("a/quicker"), QStringLiteral("a/quick"), QStringLiteral("a/down"),
                          QStringLiteral("a/unmet"), QStringLiteral("a/silent")}));
}

void tst_FleetJoin::totals()
{
    World world;
    world.instances.push_back(gatewayOf("payments/cards", "c1:1"));
    world.expectations.push_back({.api = QStringLiteral("payments/cards"),
                                  .hash = {},
                                  .revision = {},
                                  .labels = {},
                                  .objectives = {availability()}});
    world.take(Kind::Events,
               {{"api=payments/accounts part=total", 3e6},
                {"api=payments/cards part=total", 1e6},
                {"api=payments/cards part=bad", 5000}},
               720h);
    world.take(Kind::RequestsLastHour, {{"", 4.83e6}});
    const FleetTotals totals = world.join().totals;
    QCOMPARE(totals.apis, 2);
    QCOMPARE(totals.instances, 3);
    QCOMPARE(totals.instancesUp, 2);
    QCOMPARE(totals.requestsLastHour.value, 4.83e6);
    // Accounts whole with three quarters of the traffic, cards overspent: a debt is no less than nothing
    // left.
    QVERIFY(qAbs(totals.budgetLeft.value - 0.75) < 1e-9);
    QCOMPARE(totals.governanceMet, 2);
}

void tst_FleetJoin::traffic()
{
    World world;
    PrometheusAnswer answer = answerOf({{"api=payments/accounts", 1.0}}, kNow - 600s);
    answer.series[0].points.push_back({.at = kNow, .value = 3.0});
    world.figures.take(questionOf(Kind::Traffic, 1500s, 300s), answer, kNow);
    const TimeSeries traffic = world.accounts().traffic;
    QCOMPARE(traffic.values.size(), std::size_t(6));
    QVERIFY(std::isnan(traffic.values[0]));
    QCOMPARE(traffic.values[3], 1.0);
    QVERIFY(std::isnan(traffic.values[4])); // a gap stays one
    QCOMPARE(traffic.values[5], 3.0);
    QVERIFY(traffic.at(5) == kNow);
}

QTEST_GUILESS_MAIN(tst_FleetJoin)
#include "tst_fleet_join.moc"
