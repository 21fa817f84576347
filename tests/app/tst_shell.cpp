#include "app/shell/navigator.h"
#include "app/shell/top_bar.h"
#include "app/workspace/document_library.h"
#include "tests/app/support/console_bench.h"
#include "widgets/frame/command_palette.h"
#include "widgets/frame/status_pill.h"

#include <QLineEdit>
#include <QListView>
#include <QSignalSpy>
#include <QTest>

using namespace postern;
using namespace postern::test;

namespace {

const QByteArray productionFleet =
    "gateways:\n"
    "  - {api: payments/accounts, instance: \"10.0.0.1:9909\", url: \"http://10.0.0.1:9909\",\n"
    "     labels: {environment: production, cluster: eu-1}}\n";

Location::Page pageOf(MainWindow& window) { return window.navigator().current().page; }

} // namespace

class tst_Shell : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void navigatorGoesBackAndForward();
    void shortcutsGoToPages_data();
    void shortcutsGoToPages();
    void altArrowsGoBackAndForward();
    void paletteFindsAndRuns();
    void paletteKnowsApisAndPolicies();
    void escapeClosesThePreview();
    void environmentIsTold();
    void withoutAnythingNamed();
    void rangeAndZoneAreKept();
    void fitsASmallScreen();
};

void tst_Shell::navigatorGoesBackAndForward()
{
    Navigator navigator;
    const QSignalSpy moved(&navigator, &Navigator::moved);
    navigator.open(Location::ofApi(QStringLiteral("a/b")));
    navigator.open(Location::ofApi(QStringLiteral("a/b")));
    QCOMPARE(moved.count(), 1); // where one is already, one does not go
    navigator.back();
    QCOMPARE(navigator.current(), Location::fleet());
    QVERIFY(!navigator.canGoBack());
    navigator.forward();
    QCOMPARE(navigator.current().api, QStringLiteral("a/b"));
    navigator.back();
    navigator.open(Location::ofPage(Location::Page::Sources));
    QVERIFY(!navigator.canGoForward());
}

void tst_Shell::shortcutsGoToPages_data()
{
    QTest::addColumn<int>("key");
    QTest::addColumn<int>("page");
    QTest::newRow("policies") << int(Qt::Key_2) << int(Location::Page::Policies);
    QTest::newRow("rollouts") << int(Qt::Key_3) << int(Location::Page::Rollouts);
    QTest::newRow("sources") << int(Qt::Key_4) << int(Location::Page::Sources);
}

void tst_Shell::shortcutsGoToPages()
{
    QFETCH(int, key);
    QFETCH(int, page);
    ConsoleBench bench({.fleet = productionFleet, .repository = false});
    QVERIFY(QTest::qWaitForWindowActive(&bench.window()));
    QTest::keyClick(&bench.window(), Qt::Key(key), Qt::ControlModifier);
    QCOMPARE(int(pageOf(bench.window())), page);
    QTest::keyClick(&bench.window(), Qt::Key_1, Qt::ControlModifier);
    QCOMPARE(pageOf(bench.window()), Location::Page::Fleet);
}

void tst_Shell::altArrowsGoBackAndForward()
{
    ConsoleBench bench({.fleet = productionFleet, .repository = false});
    QVERIFY(QTest::qWaitForWindowActive(&bench.window()));
    bench.window().navigator().open(Location::ofPage(Location::Page::Sources));
    QTest::keyClick(&bench.window(), Qt::Key_Left, Qt::AltModifier);
    QCOMPARE(pageOf(bench.window()), Location::Page::Fleet);
    QTest::keyClick(&bench.window(), Qt::Key_Right, Qt::AltModifier);
    QCOMPARE(pageOf(bench.window()), Location::Page::Sources);
}

void tst_Shell::paletteFindsAndRuns()
{
    ConsoleBench bench({.fleet = productionFleet, .repository = false});
    QVERIFY(QTest::qWaitForWindowActive(&bench.window()));
    QTest::keyClick(&bench.window(), Qt::Key_K, Qt::ControlModifier);
    CommandPalette& palette = bench.window().commandPalette();
    QVERIFY(palette.isVisible());
    auto* line = palette.findChild<QLineEdit*>();
    QVERIFY(line);
    QTest::keyClicks(line, QStringLiteral("Rollouts"));
    QTest::keyClick(line, Qt::Key_Return);
    QVERIFY(!palette.isVisible());
    QCOMPARE(pageOf(bench.window()), Location::Page::Rollouts);
    bench.window().openPalette();
    QTest::keyClick(line, Qt::Key_Escape);
    QVERIFY(!palette.isVisible());
}

void tst_Shell::paletteKnowsApisAndPolicies()
{
    ConsoleBench bench({.fleet = productionFleet});
    QVERIFY(QTest::qWaitForWindowActive(&bench.window()));
    CommandPalette& palette = bench.window().commandPalette();
    const auto offers = [&](const QString& typed) {
        bench.window().openPalette();
        QTest::keyClicks(palette.findChild<QLineEdit*>(), typed);
        const int found = palette.findChild<QListView*>()->model()->rowCount();
        palette.dismiss();
        return found > 0;
    };
    QTRY_VERIFY(offers(QStringLiteral("Edit fair-use")));
    QVERIFY(offers(QStringLiteral("accounts")));
    QVERIFY(offers(QStringLiteral("Dark theme")));
    QVERIFY(!offers(QStringLiteral("qqqqqq")));
}

void tst_Shell::escapeClosesThePreview()
{
    ConsoleBench bench({.fleet = productionFleet, .repository = false});
    QVERIFY(QTest::qWaitForWindowActive(&bench.window()));
    bench.window().setPreviewOpen(true);
    QTest::keyClick(&bench.window(), Qt::Key_Escape);
    QVERIFY(!bench.window().isPreviewOpen());
}

void tst_Shell::environmentIsTold()
{
    ConsoleBench bench({.fleet = productionFleet, .repository = false});
    QTRY_VERIFY(bench.window().windowTitle().contains(QStringLiteral("production · eu-1")));
    const auto& pill = bench.find<StatusPill>(QStringLiteral("environment"));
    QCOMPARE(pill.text(), QStringLiteral("production · eu-1"));
    // Prometheus can not be reached: nothing may look live.
    auto& state = bench.find<StatusPill>(QStringLiteral("dataState"));
    QTRY_VERIFY2(state.text().startsWith(QStringLiteral("Prometheus away")), qPrintable(state.text()));
}

void tst_Shell::withoutAnythingNamed()
{
    ConsoleBench bench({.fleet = {}, .repository = false});
    for (const Location::Page page :
         {Location::Page::Fleet, Location::Page::Api, Location::Page::Policies, Location::Page::PolicyEditor,
          Location::Page::Rollouts, Location::Page::Sources}) {
        bench.window().navigator().open(Location::ofPage(page));
        QVERIFY(bench.window().currentPage() == bench.window().page(page));
        QVERIFY(!bench.window().grab().isNull());
    }
}

void tst_Shell::rangeAndZoneAreKept()
{
    ConsoleBench bench({.fleet = productionFleet, .repository = false});
    bench.workspace().time().setRange(std::chrono::hours(24));
    bench.workspace().time().setZone(ZoneChoice::Local);
    bench.workspace().time().setRange(std::chrono::hours(5)); // not offered
    QCOMPARE(bench.find<StatusPill>(QStringLiteral("range")).text(), QStringLiteral("Last 24 h"));
    QCOMPARE(bench.find<StatusPill>(QStringLiteral("zone")).text(), QStringLiteral("Local time"));
    bench.restart();
    QCOMPARE(bench.preferences().range(std::chrono::hours(6)), std::chrono::seconds(std::chrono::hours(24)));
    QCOMPARE(bench.preferences().zone(), ZoneChoice::Local);
}

void tst_Shell::fitsASmallScreen()
{
    ConsoleBench bench({.fleet = productionFleet});
    QTRY_VERIFY(bench.workspace().documents()->snapshot());
    bench.window().resize(1280, 800);
    for (const Location& location :
         {Location::fleet(), Location::ofApi(QStringLiteral("payments/accounts")),
          Location::ofPage(Location::Page::Policies),
          Location::ofPolicy(ConsoleBench::accounts, QStringLiteral("spec.policies[1]")),
          Location::ofPage(Location::Page::Rollouts), Location::ofPage(Location::Page::Sources)}) {
        bench.window().navigator().open(location);
        QTRY_VERIFY(bench.window().currentPage()->isSettled());
        const int needed = bench.window().currentPage()->minimumSizeHint().width();
        QVERIFY2(
            needed <= 1000,
            qPrintable(QStringLiteral("%1: %2").arg(bench.window().currentPage()->objectName()).arg(needed)));
        QCOMPARE(bench.window().grab().size(), QSize(1280, 800));
    }
}

QTEST_MAIN(tst_Shell)
#include "tst_shell.moc"
