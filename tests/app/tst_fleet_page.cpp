#include "app/pages/fleet/attention_row.h"
#include "app/pages/fleet/fleet_page.h"
#include "app/pages/fleet/fleet_preview.h"
#include "tests/app/support/console_bench.h"
#include "tests/app/support/fleet_metrics.h"
#include "tests/support/prometheus_process.h"
#include "widgets/frame/state_view.h"
#include "widgets/table/data_table.h"
#include "widgets/table/table_filter.h"

#include <QLineEdit>
#include <QTest>

using namespace postern;
using namespace postern::test;

class tst_FleetPage : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void showsARowPerApi();
    void filterNarrows();
    void enterOpensTheApi();
    void spacePreviews();
    void awayIsToldNeverStaleAsFresh();
    void recoversWhenPrometheusIsBack();
    void noFleetFile();

private:
    [[nodiscard]] ConsoleBench::Options live() const
    {
        return {.prometheus = m_prometheus.url(), .fleet = m_metrics.fleetFile(), .repository = true};
    }
    [[nodiscard]] static bool hasRates(ConsoleBench& bench);

    FleetMetrics m_metrics;
    PrometheusProcess m_prometheus;
};

void tst_FleetPage::initTestCase()
{
    QVERIFY2(PrometheusProcess::available(), "Debian's package prometheus is missing");
    m_metrics.end = std::chrono::system_clock::now() + std::chrono::minutes(20);
    m_metrics.apis = {
        {.name = "payments/accounts", .hash = "aaaa1111", .revision = "9f3c1a2d"},
        {.name = "payments/cards", .hash = "bbbb2222", .revision = "4f1c2a9e", .requestsPerSecond = 20},
        {.name = "treasury/fx-rates", .hash = "cccc3333", .revision = {}, .requestsPerSecond = 5}};
    QVERIFY2(m_prometheus.start(
                 {.openMetrics = m_metrics.text(), .targets = {}, .interval = "1s", .arguments = {}}),
             qPrintable(m_prometheus.error()));
}

bool tst_FleetPage::hasRates(ConsoleBench& bench)
{
    const ApiStatus* accounts = bench.workspace().fleet()->find(u"payments/accounts");
    return accounts && accounts->requestsPerSecond.known() && accounts->p99.known();
}

void tst_FleetPage::showsARowPerApi()
{
    ConsoleBench bench(live());
    auto& table = bench.find<DataTable>(QStringLiteral("fleetTable"));
    QTRY_VERIFY_WITH_TIMEOUT(hasRates(bench), 20'000);
    const QAbstractItemModel& model = *table.model();
    QCOMPARE(model.rowCount(), 3);
    QStringList names;
    for (int row = 0; row < model.rowCount(); ++row)
        names << model.index(row, 0).data().toString();
    QCOMPARE(names,
             (QStringList{QStringLiteral("accounts"), QStringLiteral("cards"), QStringLiteral("fx-rates")}));
    // Two gateways of 50 requests/s each.
    QCOMPARE(model.index(0, 4).data().toString(), QStringLiteral("100"));
    QCOMPARE(model.index(0, 12).data().toString(), QStringLiteral("9f3c1a2"));
    // Its document is in the repository, and is not what the gateways run: that must be seen.
    QTRY_VERIFY(bench.workspace().fleet()->find(u"payments/accounts")->instancesAsExpected() == 0);
}

void tst_FleetPage::filterNarrows()
{
    ConsoleBench bench(live());
    auto& table = bench.find<DataTable>(QStringLiteral("fleetTable"));
    QTRY_COMPARE(table.model()->rowCount(), 3);
    QVERIFY(QTest::qWaitForWindowActive(&bench.window()));
    QTest::keyClick(&bench.window(), Qt::Key_F, Qt::ControlModifier);
    auto& filter = bench.find<QLineEdit>(QStringLiteral("fleetFilter"));
    QVERIFY(filter.hasFocus());
    QTest::keyClicks(&filter, QStringLiteral("treasury"));
    QCOMPARE(table.model()->rowCount(), 1);
    QTest::keyClick(&bench.window(), Qt::Key_Escape);
    QCOMPARE(table.model()->rowCount(), 3);
}

void tst_FleetPage::enterOpensTheApi()
{
    ConsoleBench bench(live());
    auto& table = bench.find<DataTable>(QStringLiteral("fleetTable"));
    QTRY_COMPARE(table.model()->rowCount(), 3);
    QVERIFY(QTest::qWaitForWindowActive(&bench.window()));
    table.setCurrentIndex(table.model()->index(1, 0));
    QTest::keyClick(&table, Qt::Key_Return);
    QCOMPARE(bench.window().navigator().current(), Location::ofApi(QStringLiteral("payments/cards")));
}

void tst_FleetPage::spacePreviews()
{
    ConsoleBench bench(live());
    auto& table = bench.find<DataTable>(QStringLiteral("fleetTable"));
    QTRY_COMPARE(table.model()->rowCount(), 3);
    QVERIFY(QTest::qWaitForWindowActive(&bench.window()));
    table.setCurrentIndex(table.model()->index(0, 0));
    QTest::keyClick(&table, Qt::Key_Space);
    QVERIFY(bench.window().isPreviewOpen());
    QVERIFY(bench.window().findChild<FleetPreview*>());
    QTest::keyClick(&table, Qt::Key_Space);
    QVERIFY(!bench.window().isPreviewOpen());
}

void tst_FleetPage::awayIsToldNeverStaleAsFresh()
{
    ConsoleBench bench({.fleet = m_metrics.fleetFile(), .repository = false});
    auto* page = bench.window().page(Location::Page::Fleet);
    auto* state = page->findChild<StateView*>();
    QVERIFY(state);
    QTRY_VERIFY2(state->bannerText().contains(QStringLiteral("Prometheus")), qPrintable(state->bannerText()));
    // Its list is known all the same, without a single figure.
    auto& table = bench.find<DataTable>(QStringLiteral("fleetTable"));
    QCOMPARE(table.model()->rowCount(), 3);
    QVERIFY(table.model()->index(0, 4).data().toString().isEmpty());
}

void tst_FleetPage::recoversWhenPrometheusIsBack()
{
    ConsoleBench bench(live());
    auto* state = bench.window().page(Location::Page::Fleet)->findChild<StateView*>();
    QTRY_VERIFY_WITH_TIMEOUT(hasRates(bench), 20'000);
    m_prometheus.stop();
    QTRY_VERIFY_WITH_TIMEOUT(state->bannerText().startsWith(QStringLiteral("Figures are from")), 20'000);
    QVERIFY(hasRates(bench)); // kept, and marked
    QVERIFY2(m_prometheus.restart(), qPrintable(m_prometheus.error()));
    QTRY_VERIFY_WITH_TIMEOUT(state->bannerText().isEmpty(), 20'000);
}

void tst_FleetPage::noFleetFile()
{
    ConsoleBench bench({.prometheus = m_prometheus.url(), .fleet = {}, .repository = false});
    QTRY_VERIFY_WITH_TIMEOUT(bench.workspace().fleet()->source(u"prometheus")->asOf.has_value(), 20'000);
    // Prometheus' own gateways are shown; the missing list is told on the sources page.
    const auto sources = bench.workspace().sources();
    const auto fleet = std::ranges::find(sources, QStringLiteral("fleet"), &SourceState::source);
    QVERIFY(fleet != sources.end());
    QVERIFY(fleet->state == SourceState::State::Away);
    QVERIFY(fleet->error->message.contains(QStringLiteral("--fleet")));
}

QTEST_MAIN(tst_FleetPage)
#include "tst_fleet_page.moc"
