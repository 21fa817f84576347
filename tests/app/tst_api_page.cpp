#include "app/pages/api/api_page.h"
#include "app/pages/api/golden_signals.h"
#include "app/workspace/document_library.h"
#include "tests/app/support/console_bench.h"
#include "tests/app/support/fleet_metrics.h"
#include "tests/support/prometheus_process.h"
#include "widgets/chart/time_series_chart.h"
#include "widgets/table/data_table.h"

#include <QHeaderView>
#include <QPushButton>
#include <QTest>

using namespace postern;
using namespace postern::test;
using namespace std::chrono_literals;

class tst_ApiPage : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void showsWhatIsKnown();
    void originOpensTheEditor();
    void editPolicies();
    void unknownApi();
    void chartsKeepGapsAndUnits();

private:
    FleetMetrics m_metrics;
    PrometheusProcess m_prometheus;
};

void tst_ApiPage::initTestCase()
{
    QVERIFY2(PrometheusProcess::available(), "Debian's package prometheus is missing");
    m_metrics.end = std::chrono::system_clock::now() + 20min;
    m_metrics.apis = {
        {.name = "payments/accounts", .hash = "aaaa1111", .revision = "9f3c1a2d", .errorShare = 0.01}};
    QVERIFY2(m_prometheus.start(
                 {.openMetrics = m_metrics.text(), .targets = {}, .interval = "1s", .arguments = {}}),
             qPrintable(m_prometheus.error()));
}

void tst_ApiPage::showsWhatIsKnown()
{
    ConsoleBench bench(
        {.prometheus = m_prometheus.url(), .fleet = m_metrics.fleetFile(), .repository = true});
    bench.window().navigator().open(Location::ofApi(QStringLiteral("payments/accounts")));
    auto& page = bench.page<ApiPage>(Location::Page::Api);
    QTRY_VERIFY_WITH_TIMEOUT(page.isSettled(), 20'000);
    const auto charts = page.findChildren<TimeSeriesChart*>();
    QCOMPARE(charts.size(), 3);
    QTRY_VERIFY_WITH_TIMEOUT(!charts[0]->data().series.isEmpty(), 20'000);
    QStringList names;
    for (const ChartSeries& series : charts[0]->data().series)
        names << series.name;
    QCOMPARE(names, (QStringList{QStringLiteral("2xx"), QStringLiteral("5xx")}));
    QVERIFY(!charts[0]->data().query.isEmpty());
    // Four of the document and two of its baseline; the route's own stands beside.
    auto& policies = bench.find<DataTable>(QStringLiteral("policiesInEffect"));
    QTRY_VERIFY(policies.model()->rowCount() >= 5);
    auto& gateways = bench.find<DataTable>(QStringLiteral("gateways"));
    QCOMPARE(gateways.model()->rowCount(), 2);
    // Hidden columns take no room.
    int seen = 0;
    for (int column = 0; column < gateways.model()->columnCount(); ++column)
        seen += gateways.isColumnHidden(column) ? 0 : gateways.columnWidth(column);
    QCOMPARE(gateways.horizontalHeader()->length(), seen);
    const ApiStatus* api = bench.workspace().fleet()->find(u"payments/accounts");
    QTRY_COMPARE(bench.workspace().fleet()->find(u"payments/accounts")->budgets.size(), std::size_t(2));
    QVERIFY(api);
}

void tst_ApiPage::originOpensTheEditor()
{
    ConsoleBench bench(
        {.prometheus = m_prometheus.url(), .fleet = m_metrics.fleetFile(), .repository = true});
    bench.window().navigator().open(Location::ofApi(QStringLiteral("payments/accounts")));
    auto& policies = bench.find<DataTable>(QStringLiteral("policiesInEffect"));
    QTRY_VERIFY(policies.model()->rowCount() >= 5);
    for (int row = 0; row < policies.model()->rowCount(); ++row)
        if (policies.model()->index(row, 1).data().toString() == QLatin1String("callers"))
            policies.setCurrentIndex(policies.model()->index(row, 1));
    QTest::keyClick(&policies, Qt::Key_Return);
    QCOMPARE(bench.window().navigator().current(),
             Location::ofPolicy(ConsoleBench::accounts, QStringLiteral("spec.policies[0]")));
}

void tst_ApiPage::editPolicies()
{
    ConsoleBench bench(
        {.prometheus = m_prometheus.url(), .fleet = m_metrics.fleetFile(), .repository = true});
    bench.window().navigator().open(Location::ofApi(QStringLiteral("payments/accounts")));
    auto& button = bench.find<QPushButton>(QStringLiteral("editPolicies"));
    QTRY_VERIFY(button.isEnabled());
    QTest::mouseClick(&button, Qt::LeftButton);
    QCOMPARE(bench.window().navigator().current().page, Location::Page::PolicyEditor);
}

void tst_ApiPage::unknownApi()
{
    ConsoleBench bench({.fleet = m_metrics.fleetFile(), .repository = false});
    bench.window().navigator().open(Location::ofApi(QStringLiteral("payments/nowhere")));
    QCOMPARE(bench.window().currentPage()->breadcrumb().back().text, QStringLiteral("nowhere"));
    QVERIFY(!bench.find<QPushButton>(QStringLiteral("editPolicies")).isEnabled());
}

void tst_ApiPage::chartsKeepGapsAndUnits()
{
    const double gap = std::numeric_limits<double>::quiet_NaN();
    ApiHistory history;
    history.start = Clock::Wall(std::chrono::seconds(1'767'225'600));
    history.end = history.start + 30s;
    history.step = 15s;
    history.errorRatio = {.start = history.start, .step = 15s, .values = {0.01, gap, 0.0}};
    history.p99 = {.start = history.start, .step = 15s, .values = {0.25, gap, 0.5}};
    history.p50 = history.p99;
    history.changes = {{.at = history.start + 15s,
                        .hash = QStringLiteral("h"),
                        .revision = QStringLiteral("9f3c1a2d"),
                        .instances = 2}};
    const std::vector<slo::Objective> objectives{
        {.name = QStringLiteral("availability"), .target = 0.999, .window = 720h},
        {.name = QStringLiteral("latency"),
         .kind = slo::Objective::Kind::Latency,
         .target = 0.99,
         .threshold = 250ms,
         .window = 720h}};
    const GoldenSignals golden{history, objectives,
                               [](const QString&) { return QStringLiteral("halve the limit"); }, false};
    const ChartData errors = errorChart(golden);
    QCOMPARE(errors.series[0].values[0], 1.0);
    QVERIFY(std::isnan(errors.series[0].values[1]));
    QCOMPARE(errors.series[0].values[2], 0.0);
    // 6 times 0.1 %, the slower of the paging burns.
    QCOMPARE(errors.thresholds.size(), 1);
    QVERIFY(std::abs(errors.thresholds[0].value - 0.6) < 1e-9);
    QCOMPARE(errors.marks[0].text, QStringLiteral("9f3c1a2 halve the limit"));
    const ChartData latency = latencyChart(golden);
    QCOMPARE(latency.series[1].values[0], 250.0);
    QCOMPARE(latency.thresholds[0].value, 250.0);
}

QTEST_MAIN(tst_ApiPage)
#include "tst_api_page.moc"
