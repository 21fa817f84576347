#include "app/shell/screenshots.h"
#include "tests/app/support/console_bench.h"
#include "tests/app/support/fleet_metrics.h"
#include "tests/support/prometheus_process.h"

#include <QFileInfo>
#include <QImage>
#include <QSignalSpy>
#include <QTest>

using namespace postern;
using namespace postern::test;
using namespace std::chrono_literals;

class tst_Screenshots : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void rendersEveryPage();
    void complainsAndRendersTheStates();
    void complainsOfAFolder();
};

void tst_Screenshots::rendersEveryPage()
{
    QVERIFY2(PrometheusProcess::available(), "Debian's package prometheus is missing");
    FleetMetrics metrics;
    metrics.end = std::chrono::system_clock::now() + 20min;
    metrics.apis = {{.name = "payments/accounts", .hash = "aaaa1111", .revision = "9f3c1a2d"}};
    PrometheusProcess prometheus;
    QVERIFY2(
        prometheus.start({.openMetrics = metrics.text(), .targets = {}, .interval = "1s", .arguments = {}}),
        qPrintable(prometheus.error()));
    ConsoleBench bench({.prometheus = prometheus.url(), .fleet = metrics.fleetFile(), .repository = true});
    const QTemporaryDir folder;
    Screenshots screenshots(bench.window(), bench.workspace(), bench.theme(),
                            {.directory = folder.filePath(QStringLiteral("new/folder")),
                             .formats = {{QSize(1280, 800), 1}, {QSize(2560, 1440), 2}}});
    QSignalSpy finished(&screenshots, &Screenshots::finished);
    screenshots.start();
    QVERIFY(finished.wait(60'000));
    QVERIFY2(screenshots.complaints().isEmpty(),
             qPrintable(screenshots.complaints().join(QLatin1Char('\n'))));
    QCOMPARE(screenshots.files().size(), 8 * 2 * 2);
    const QImage small(folder.filePath(QStringLiteral("new/folder/fleet-light-1280x800@1.png")));
    QCOMPARE(small.size(), QSize(1280, 800));
    const QImage large(folder.filePath(QStringLiteral("new/folder/editor-dark-2560x1440@2.png")));
    QCOMPARE(large.size(), QSize(2560, 1440));
    // The window can be as small as the picture wants it: nothing is cut off.
    QVERIFY(bench.window().minimumSizeHint().height() <= 720);
    // Light is light and dark is dark.
    QVERIFY(small.pixelColor(640, 20).lightness() > 200);
    QVERIFY(large.pixelColor(1280, 40).lightness() < 60);
}

void tst_Screenshots::complainsAndRendersTheStates()
{
    ConsoleBench bench({.fleet = "gateways: []\n", .repository = false});
    const QTemporaryDir folder;
    Screenshots screenshots(bench.window(), bench.workspace(), bench.theme(),
                            {.directory = folder.path(), .formats = {{QSize(1280, 800), 1}}});
    QSignalSpy finished(&screenshots, &Screenshots::finished);
    screenshots.start();
    QVERIFY(finished.wait(60'000));
    QCOMPARE(screenshots.files().size(), 7 * 2);
    QVERIFY(std::ranges::any_of(screenshots.complaints(), [](const QString& words) {
        return words.startsWith(QStringLiteral("Prometheus"));
    }));
}

void tst_Screenshots::complainsOfAFolder()
{
    ConsoleBench bench({.fleet = {}, .repository = false});
    Screenshots screenshots(
        bench.window(), bench.workspace(), bench.theme(),
        {.directory = QStringLiteral("/proc/nowhere/shots"), .formats = {{QSize(1280, 800), 1}}});
    QSignalSpy finished(&screenshots, &Screenshots::finished);
    screenshots.start();
    QVERIFY(finished.wait(60'000));
    QCOMPARE(screenshots.complaints().size(), 1);
    QVERIFY(screenshots.files().isEmpty());
}

QTEST_MAIN(tst_Screenshots)
#include "tst_screenshots.moc"
