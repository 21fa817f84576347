#include "models/slo/alert_windows.h"
#include "models/slo/budget.h"
#include "models/slo/traffic_floor.h"

#include <QTest>

using namespace postern::slo;
using namespace std::chrono_literals;
using std::chrono::seconds;

Q_DECLARE_METATYPE(postern::slo::Verdict)

namespace {

constexpr seconds kMonth = 720h;

Objective fourNines() { return {.name = QStringLiteral("availability"), .target = 0.9999, .window = kMonth}; }

/// A month of data at one rate, with every burn window given as a multiple of the share allowed.
Measurement measured(double total, double bad, std::initializer_list<std::pair<seconds, double>> burns)
{
    Measurement measurement{
        .events = {.bad = bad, .total = total}, .covered = kMonth, .at = {}, .windows = {}};
    for (const auto& [window, burn] : burns) {
        const double share =
            total * static_cast<double>(window.count()) / static_cast<double>(kMonth.count());
        measurement.windows.push_back(
            {.window = window, .events = {.bad = share * burn * 1e-4, .total = share}, .at = {}});
    }
    return measurement;
}

} // namespace

class tst_Budget : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void designFigures();
    void left_data();
    void left();
    void verdicts_data();
    void verdicts();
    void goneIn_data();
    void goneIn();
    void youngData();
    void nothingMeasured();
    void trafficFloors_data();
    void trafficFloors();
    void shortObjectives();
    void everythingPromised();
};

/// DESIGN: 99.99 % over 30 days at 4.8 M requests an hour is 345,600 bad requests; a total outage spends it
/// in 4.32 minutes.
void tst_Budget::designFigures()
{
    const double month = 4.8e6 * 720;
    const BudgetStatus half = judge(fourNines(), measured(month, 172'800, {}));
    QVERIFY(qAbs(*half.left - 0.5) < 1e-9);
    const BudgetStatus spent = judge(fourNines(), measured(month, 345'600, {}));
    QVERIFY(qAbs(*spent.left) < 1e-9);
    // Everything fails: burn 10,000; of a whole budget nothing is left after 30 d / 10,000.
    Measurement outage = measured(month, 0, {{1h, 10'000.0}});
    const BudgetStatus status = judge(fourNines(), outage);
    QCOMPARE(status.goneIn.value_or(0s).count(), 259); // 4.32 min
}

void tst_Budget::left_data()
{
    QTest::addColumn<double>("bad");
    QTest::addColumn<double>("left");
    QTest::newRow("untouched") << 0.0 << 1.0;
    QTest::newRow("half") << 5'000.0 << 0.5;
    QTest::newRow("overspent") << 30'000.0 << -2.0;
    QTest::newRow("a total outage") << 1e8 << -9999.0;
}

void tst_Budget::left()
{
    QFETCH(double, bad);
    const BudgetStatus status = judge(fourNines(), measured(1e8, bad, {}));
    QVERIFY(status.left);
    QFETCH(double, left);
    QVERIFY(qAbs(*status.left - left) < 1e-6);
    QVERIFY(!status.isPartial());
}

void tst_Budget::verdicts_data()
{
    QTest::addColumn<double>("bad");
    QTest::addColumn<double>("m5");
    QTest::addColumn<double>("m30");
    QTest::addColumn<double>("h1");
    QTest::addColumn<double>("h2");
    QTest::addColumn<double>("h6");
    QTest::addColumn<double>("d1");
    QTest::addColumn<double>("d3");
    QTest::addColumn<Verdict>("verdict");
    const auto row = [](const char* name, double bad, std::array<double, 7> b, Verdict verdict) {
        QTest::newRow(name) << bad << b[0] << b[1] << b[2] << b[3] << b[4] << b[5] << b[6] << verdict;
    };
    row("quiet", 0, {0, 0, 0, 0, 0, 0, 0}, Verdict::Good);
    row("within the budget", 1000, {0.9, 0.9, 0.9, 0.9, 0.9, 0.9, 0.9}, Verdict::Good);
    row("fast burn", 1000, {15, 15, 15, 0, 2, 0, 0}, Verdict::Page);
    row("fast burn that ended", 1000, {0, 15, 15, 0, 2, 0, 0}, Verdict::Good);
    row("a short spike", 1000, {100, 20, 10, 0, 2, 0, 0}, Verdict::Good);
    row("just under the threshold", 1000, {14.39, 0, 14.39, 0, 0, 0, 0}, Verdict::Good);
    row("just over the threshold", 1000, {14.41, 0, 14.41, 0, 0, 0, 0}, Verdict::Page);
    row("six hours", 1000, {0, 7, 7, 7, 7, 2, 1}, Verdict::Page);
    row("a day", 1000, {0, 0, 0, 4, 0, 3.5, 0}, Verdict::Ticket);
    row("three days", 1000, {0, 0, 0, 0, 1.2, 1.2, 1.2}, Verdict::Ticket);
    row("spent and quiet", 20'000, {0, 0, 0, 0, 0, 0, 0}, Verdict::Spent);
    row("spent and burning slowly", 20'000, {0, 0, 0, 4, 0, 4, 0}, Verdict::Spent);
    row("spent and burning fast", 20'000, {20, 20, 20, 20, 20, 0, 0}, Verdict::Page);
}

void tst_Budget::verdicts()
{
    QFETCH(double, bad);
    QFETCH(double, m5);
    QFETCH(double, m30);
    QFETCH(double, h1);
    QFETCH(double, h2);
    QFETCH(double, h6);
    QFETCH(double, d1);
    QFETCH(double, d3);
    const BudgetStatus status = judge(
        fourNines(),
        measured(1e8, bad, {{300s, m5}, {1800s, m30}, {1h, h1}, {2h, h2}, {6h, h6}, {24h, d1}, {72h, d3}}));
    QTEST(status.verdict, "verdict");
    QVERIFY(qAbs(status.burn(1h).value_or(-1) - h1) < 1e-9);
}

void tst_Budget::goneIn_data()
{
    QTest::addColumn<double>("left");
    QTest::addColumn<double>("burn");
    QTest::addColumn<qint64>("seconds");
    QTest::newRow("LOOK's cards") << 0.12 << 48.2 << qint64(6453); // 1 h 47 min
    QTest::newRow("slow") << 0.41 << 2.1 << qint64(506'057);
    QTest::newRow("never: as promised") << 0.41 << 0.999 << qint64(-1);
    QTest::newRow("never: quiet") << 0.41 << 0.0 << qint64(-1);
    QTest::newRow("already gone") << -0.1 << 5.0 << qint64(-1);
}

void tst_Budget::goneIn()
{
    QFETCH(double, left);
    QFETCH(double, burn);
    const BudgetStatus status = judge(fourNines(), measured(1e9, 1e5 * (1 - left), {{1h, burn}}));
    QTEST(qint64(status.goneIn.value_or(-1s).count()), "seconds");
}

/// An hour of data: 3,600,000 requests, 180 bad, so half of what these may lose; burning 2 means that each
/// second takes one second's allowance more than it brings.
void tst_Budget::youngData()
{
    Measurement measurement{.events = {.bad = 180, .total = 3.6e6},
                            .covered = 1h,
                            .at = {},
                            .windows = {{.window = 1h, .events = {.bad = 720, .total = 3.6e6}, .at = {}}}};
    const BudgetStatus status = judge(fourNines(), measurement);
    QVERIFY(status.isPartial());
    QCOMPARE(status.covered, seconds(1h));
    QVERIFY(qAbs(*status.left - 0.5) < 1e-9);
    QCOMPARE(status.goneIn.value_or(0s).count(), 1800);
    // Never more than the window itself.
    measurement.covered = 2000h;
    QVERIFY(!judge(fourNines(), measurement).isPartial());
}

void tst_Budget::nothingMeasured()
{
    const BudgetStatus status = judge(fourNines(), {});
    QCOMPARE(status.verdict, Verdict::Unknown);
    QVERIFY(!status.left);
    QVERIFY(!status.goneIn);
    QVERIFY(status.burns.empty());
    QVERIFY(!status.burn(1h));
}

void tst_Budget::trafficFloors_data()
{
    QTest::addColumn<double>("total");
    QTest::addColumn<double>("bad");
    QTest::addColumn<Verdict>("verdict");
    QTest::newRow("one bad of a few") << 9'000.0 << 1.0 << Verdict::TooFewRequests;
    QTest::newRow("none bad of a few") << 100.0 << 0.0 << Verdict::TooFewRequests;
    QTest::newRow("just over the floor") << 10'001.0 << 0.5 << Verdict::Good;
    QTest::newRow("nine bad of a few") << 9'000.0 << 9.0 << Verdict::TooFewRequests;
    QTest::newRow("enough bad of a few") << 9'000.0 << 10.0 << Verdict::Spent;
    QTest::newRow("an outage of a small API") << 100.0 << 100.0 << Verdict::Spent;
}

void tst_Budget::trafficFloors()
{
    QFETCH(double, total);
    QFETCH(double, bad);
    const BudgetStatus status = judge(fourNines(), measured(total, bad, {}));
    QTEST(status.verdict, "verdict");
    QVERIFY(status.left); // shown, if not judged
    // A page's window: 694 requests in the hour for 99.99 %.
    QVERIFY(qAbs(trafficFloor(1e-4, 14.4) - 694.4444) < 0.001);
    QVERIFY(!enoughToJudge({.bad = 1, .total = 694}, 1e-4, 14.4));
    QVERIFY(enoughToJudge({.bad = 1, .total = 695}, 1e-4, 14.4));
}

/// An objective over a day: windows as long as itself say nothing, thresholds never fall below 1.
void tst_Budget::shortObjectives()
{
    const Objective day{.name = {}, .target = 0.99, .window = 24h};
    for (const AlertWindow& pair : alertWindows())
        QVERIFY(pair.threshold(day.window) >= 1.0);
    Measurement measurement{.events = {.bad = 50, .total = 1e4}, .covered = 24h, .at = {}, .windows = {}};
    for (const seconds window : burnWindows())
        measurement.windows.push_back({.window = window, .events = {.bad = 300, .total = 1e4}, .at = {}});
    const BudgetStatus status = judge(day, measurement);
    QCOMPARE(status.verdict, Verdict::Page);
    // Only the pairs shorter than the objective could fire: without them nothing does.
    measurement.windows.erase(measurement.windows.begin(), measurement.windows.end() - 3);
    QCOMPARE(judge(day, measurement).verdict, Verdict::Good);
}

void tst_Budget::everythingPromised()
{
    const Objective all{.name = {}, .target = 1.0, .window = kMonth};
    QCOMPARE(*judge(all, measured(1e6, 0, {{1h, 0}})).left, 1.0);
    const BudgetStatus broken = judge(all, measured(1e6, 100, {{1h, 1}}));
    QCOMPARE(*broken.left, 0.0);
    QCOMPARE(broken.verdict, Verdict::Spent);
    QVERIFY(!broken.goneIn);
}

QTEST_GUILESS_MAIN(tst_Budget)
#include "tst_budget.moc"
