#include "widgets/chart/chart_export.h"
#include "widgets/chart/chart_group.h"
#include "widgets/chart/time_series_chart.h"
#include "widgets/theme/tokens.h"

#include <QAccessible>
#include <QClipboard>
#include <QGuiApplication>
#include <QImage>
#include <QMenu>
#include <QSignalSpy>
#include <QTest>
#include <QXmlStreamReader>

#include <cmath>
#include <limits>

using namespace postern;

namespace {

constexpr double none = std::numeric_limits<double>::quiet_NaN();
constexpr qint64 start = 1'700'000'040'000; // 2023-11-14 22:14:00 UTC
constexpr qint64 minute = 60'000;

/// One series of 61 values of 80, missing from 20 to 40.
ChartData gapped()
{
    ChartData data;
    data.title = QStringLiteral("Traffic");
    data.unit = QStringLiteral("requests/s");
    data.query = QStringLiteral("rate(postern_requests_total[5m])");
    data.start = start;
    data.step = minute;
    data.series = {{QStringLiteral("2xx"), QList<double>(61, 80.0), {}}};
    for (int i = 20; i <= 40; ++i)
        data.series[0].values[i] = none;
    return data;
}

/// Antialiasing mixes a line with its ground.
constexpr int mixed = 64;

bool near(const QColor& a, const QColor& b, int tolerance)
{
    return std::abs(a.red() - b.red()) < tolerance && std::abs(a.green() - b.green()) < tolerance &&
           std::abs(a.blue() - b.blue()) < tolerance;
}

/// How many pixels of a column, inside the plot, have about this colour.
int pixelsOf(const QImage& image, const ChartLayout& layout, qint64 time, const QColor& colour,
             int tolerance = mixed)
{
    int count = 0;
    const int x = int(layout.x(time));
    for (int y = int(layout.plot.top()); y <= int(layout.plot.bottom()); ++y)
        count += near(image.pixelColor(x, y), colour, tolerance) ? 1 : 0;
    return count;
}

QImage render(TimeSeriesChart& chart)
{
    QImage image(chart.size(), QImage::Format_RGB32);
    image.fill(colours(chart.palette()).card);
    chart.render(&image, QPoint(), QRegion(), QWidget::DrawChildren);
    return image;
}

} // namespace

class TestChart : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void init();
    void valueTicks_data();
    void valueTicks();
    void figures_data();
    void figures();
    void timeTicksAreRound_data();
    void timeTicksAreRound();
    void localTimeAcrossSummerTime();
    void spreadKeepsDistance_data();
    void spreadKeepsDistance();
    void noLineBridgesAGap();
    void aValueAloneIsSeen();
    void staleIsMuted();
    void badSeriesTakesNoColour();
    void endLabelsDoNotOverlap();
    void keyboardMovesTheCrosshair();
    void groupSharesCrosshairAndZoom();
    void dragZoomsAndEscapeGoesBack();
    void flagOpens();
    void accessible();
    void csv();
    void pictures();
};

void TestChart::init() { QGuiApplication::setPalette(paletteFor(Appearance::Light)); }

void TestChart::valueTicks_data()
{
    QTest::addColumn<double>("low");
    QTest::addColumn<double>("high");
    QTest::addColumn<int>("count");
    QTest::addColumn<QStringList>("labels");
    const auto words = [](const char* text) { return QString::fromUtf8(text).split(u'|'); };
    QTest::newRow("units") << 0.0 << 2.3 << 3 << words("0|1|2|3");
    QTest::newRow("fractions") << 0.0 << 0.48 << 3 << words("0|0.2|0.4|0.6");
    QTest::newRow("fives") << 0.0 << 240.0 << 5 << words("0|50|100|150|200|250");
    QTest::newRow("thousands") << 0.0 << 2310.0 << 3 << words("0|1 k|2 k|3 k");
    QTest::newRow("below a thousand a step") << 0.0 << 1500.0 << 3 << words("0|500|1000|1500");
    QTest::newRow("millions") << 0.0 << 4.83e6 << 5 << words("0|1 M|2 M|3 M|4 M|5 M");
    QTest::newRow("tiny") << 0.0 << 0.0023 << 3 << words("0|0.001|0.002|0.003");
    QTest::newRow("negative") << -4.0 << 4.0 << 4 << words("-4|-2|0|2|4");
    QTest::newRow("flat at zero") << 0.0 << 0.0 << 2 << words("0|0.5|1.0");
    QTest::newRow("nothing known") << double(INFINITY) << -double(INFINITY) << 2 << words("0|0.5|1.0");
}

void TestChart::valueTicks()
{
    QFETCH(double, low);
    QFETCH(double, high);
    QFETCH(int, count);
    QFETCH(QStringList, labels);
    const ValueTicks ticks = postern::valueTicks(low, high, count);
    QStringList got;
    for (const double position : ticks.positions)
        got.append(ticks.label(position));
    QCOMPARE(got, labels);
    if (std::isfinite(high))
        QVERIFY(ticks.high >= high && ticks.low <= low);
    const double mantissa = ticks.step / std::pow(10, std::floor(std::log10(ticks.step) + 1e-9));
    QVERIFY(qFuzzyCompare(mantissa, 1.0) || qFuzzyCompare(mantissa, 2.0) || qFuzzyCompare(mantissa, 5.0));
}

void TestChart::figures_data()
{
    QTest::addColumn<double>("value");
    QTest::addColumn<QString>("text");
    QTest::newRow("zero") << 0.0 << QStringLiteral("0");
    QTest::newRow("three figures") << 38.04 << QStringLiteral("38.0");
    QTest::newRow("thousands") << 1240.0 << QStringLiteral("1.24 k");
    QTest::newRow("rounds up into thousands") << 999.7 << QStringLiteral("1.00 k");
    QTest::newRow("millions") << 4.826e6 << QStringLiteral("4.83 M");
    QTest::newRow("small") << 0.0243 << QStringLiteral("0.0243");
    QTest::newRow("negative") << -12.34 << QStringLiteral("-12.3");
    QTest::newRow("missing") << none << QStringLiteral("—");
    QTest::newRow("endless") << double(INFINITY) << QStringLiteral("—");
}

void TestChart::figures()
{
    QFETCH(double, value);
    QTEST(figure(value), "text");
}

void TestChart::timeTicksAreRound_data()
{
    QTest::addColumn<qint64>("length");
    QTest::addColumn<QStringList>("labels");
    const auto words = [](const char* text) { return QString::fromUtf8(text).split(u'|'); };
    QTest::newRow("a minute") << qint64(minute) << words("22:14:00|22:14:30|22:15:00");
    QTest::newRow("an hour") << qint64(60 * minute) << words("22:15|22:30|22:45|23:00");
    QTest::newRow("six hours") << qint64(360 * minute) << words("15 Nov|02:00|04:00");
    QTest::newRow("a week") << qint64(7 * 24 * 60 * minute) << words("15 Nov|17 Nov|19 Nov|21 Nov");
}

void TestChart::timeTicksAreRound()
{
    QFETCH(qint64, length);
    QFETCH(QStringList, labels);
    QStringList got;
    for (const TimeTick& tick : timeTicks(start, start + length, 4, QTimeZone::utc()))
        got.append(tick.label);
    QCOMPARE(got, labels);
}

void TestChart::localTimeAcrossSummerTime()
{
    const QTimeZone zone("Europe/Berlin");
    QVERIFY2(zone.isValid(), "Debian's package tzdata is missing");
    // From 31 March 2024 00:00 to 12:00 local: at 02:00 the clocks went to 03:00.
    const qint64 from = QDateTime(QDate(2024, 3, 31), QTime(0, 0), zone).toMSecsSinceEpoch();
    QStringList got;
    for (const TimeTick& tick : timeTicks(from, from + 11 * 60 * minute, 4, zone))
        got.append(tick.label);
    QCOMPARE(got, QStringList({QStringLiteral("31 Mar"), QStringLiteral("03:00"), QStringLiteral("06:00"),
                               QStringLiteral("09:00"), QStringLiteral("12:00")}));
}

void TestChart::spreadKeepsDistance_data()
{
    QTest::addColumn<QList<qreal>>("wishes");
    QTest::addColumn<QList<qreal>>("places");
    QTest::newRow("none") << QList<qreal>{} << QList<qreal>{};
    QTest::newRow("far apart") << QList<qreal>{10, 50} << QList<qreal>{10, 50};
    QTest::newRow("same wish") << QList<qreal>{50, 50} << QList<qreal>{44, 56};
    QTest::newRow("three in a heap, order kept") << QList<qreal>{51, 50, 52} << QList<qreal>{51, 39, 63};
    QTest::newRow("at the top") << QList<qreal>{0, 0} << QList<qreal>{0, 12};
    QTest::newRow("at the bottom") << QList<qreal>{100, 99} << QList<qreal>{100, 88};
    QTest::newRow("no room") << QList<qreal>(11, 50.0)
                             << QList<qreal>{0, 10, 20, 30, 40, 50, 60, 70, 80, 90, 100};
}

void TestChart::spreadKeepsDistance()
{
    QFETCH(QList<qreal>, wishes);
    QFETCH(QList<qreal>, places);
    const QList<qreal> got = spread(wishes, 12, 0, 100);
    QCOMPARE(got.size(), places.size());
    for (qsizetype i = 0; i < got.size(); ++i)
        QVERIFY2(std::abs(got.at(i) - places.at(i)) < 0.01,
                 qPrintable(QStringLiteral("%1: %2, not %3").arg(i).arg(got.at(i)).arg(places.at(i))));
}

void TestChart::noLineBridgesAGap()
{
    TimeSeriesChart chart;
    chart.resize(600, 240);
    const ChartData data = gapped();
    chart.setData(data);
    const QImage image = render(chart);
    const ChartLayout layout = layoutChart(data, chart.size(), data.start, data.last(), QTimeZone::utc());
    const QColor line = colours(chart.palette()).series[0];
    for (int i = 1; i < 60; ++i) {
        const int pixels = pixelsOf(image, layout, data.timeAt(i), line);
        // The values beside the gap are drawn to their own moment, not beyond.
        if (i > 20 && i < 40)
            QVERIFY2(pixels == 0, qPrintable(QStringLiteral("%1 pixels at %2").arg(pixels).arg(i)));
        else if (i < 19 || i > 41)
            QVERIFY2(pixels > 0, qPrintable(QStringLiteral("nothing at %1").arg(i)));
    }
}

void TestChart::aValueAloneIsSeen()
{
    TimeSeriesChart chart;
    chart.resize(600, 240);
    ChartData data = gapped();
    data.series[0].values[30] = 80;
    chart.setData(data);
    const ChartLayout layout = layoutChart(data, chart.size(), data.start, data.last(), QTimeZone::utc());
    const QColor line = colours(chart.palette()).series[0];
    const QImage image = render(chart);
    QVERIFY(pixelsOf(image, layout, data.timeAt(30), line) > 0);
    QCOMPARE(pixelsOf(image, layout, data.timeAt(29), line), 0);
    QCOMPARE(pixelsOf(image, layout, data.timeAt(31), line), 0);
}

void TestChart::staleIsMuted()
{
    TimeSeriesChart chart;
    chart.resize(600, 240);
    ChartData data = gapped();
    data.stale = true;
    chart.setData(data);
    const ChartLayout layout = layoutChart(data, chart.size(), data.start, data.last(), QTimeZone::utc());
    const QImage image = render(chart);
    QCOMPARE(pixelsOf(image, layout, data.timeAt(10), colours(chart.palette()).series[0]), 0);
    QVERIFY(pixelsOf(image, layout, data.timeAt(10), colours(chart.palette()).muted) > 0);
}

void TestChart::badSeriesTakesNoColour()
{
    TimeSeriesChart chart;
    chart.resize(600, 240);
    ChartData data = gapped();
    data.series = {{QStringLiteral("5xx"), QList<double>(61, 20.0), State::Bad},
                   {QStringLiteral("2xx"), QList<double>(61, 80.0), {}}};
    chart.setData(data);
    const ChartLayout layout = layoutChart(data, chart.size(), data.start, data.last(), QTimeZone::utc());
    const QImage image = render(chart);
    QVERIFY(pixelsOf(image, layout, data.timeAt(10), colours(chart.palette()).bad) > 0);
    QVERIFY(pixelsOf(image, layout, data.timeAt(10), colours(chart.palette()).series[0]) > 0);
    QCOMPARE(pixelsOf(image, layout, data.timeAt(10), colours(chart.palette()).series[1], 24), 0);
}

void TestChart::endLabelsDoNotOverlap()
{
    ChartData data = gapped();
    data.series.clear();
    for (int i = 0; i < 8; ++i)
        data.series.append({QStringLiteral("series %1").arg(i), QList<double>(61, 50.0 + i * 0.1), {}});
    const ChartLayout layout = layoutChart(data, QSizeF(400, 200), data.start, data.last(), QTimeZone::utc());
    QCOMPARE(layout.endLabels.size(), maximumSeries);
    QList<qreal> centres;
    for (const auto& label : layout.endLabels)
        centres.append(label.y);
    std::sort(centres.begin(), centres.end());
    for (qsizetype i = 1; i < centres.size(); ++i)
        QVERIFY(centres.at(i) - centres.at(i - 1) >= 12.9);
    QVERIFY(centres.front() >= layout.plot.top() && centres.back() <= layout.plot.bottom());
}

void TestChart::keyboardMovesTheCrosshair()
{
    ChartGroup group;
    TimeSeriesChart chart;
    group.add(&chart);
    chart.resize(600, 240);
    chart.setData(gapped());
    QTest::keyClick(&chart, Qt::Key_End);
    QCOMPARE(group.crosshair(), std::optional<qint64>(start + 60 * minute));
    QTest::keyClick(&chart, Qt::Key_Left);
    QTest::keyClick(&chart, Qt::Key_Left, Qt::ControlModifier);
    QCOMPARE(group.crosshair(), std::optional<qint64>(start + 49 * minute));
    QTest::keyClick(&chart, Qt::Key_Home);
    QCOMPARE(group.crosshair(), std::optional<qint64>(start));
    QTest::keyClick(&chart, Qt::Key_Left);
    QCOMPARE(group.crosshair(), std::optional<qint64>(start));
    QTest::keyClick(&chart, Qt::Key_C, Qt::ControlModifier);
    QCOMPARE(QGuiApplication::clipboard()->text(), QStringLiteral("22:14:00, 2xx 80.0"));
}

void TestChart::groupSharesCrosshairAndZoom()
{
    TimeSeriesChart first;
    TimeSeriesChart second;
    ChartGroup group;
    for (auto* chart : {&first, &second}) {
        chart->resize(600, 240);
        chart->setData(gapped());
        group.add(chart);
    }
    const QImage before = render(second);
    group.setCrosshair(start + 10 * minute);
    QVERIFY(render(second) != before);
    group.setCrosshair(std::nullopt);
    QCOMPARE(render(second), before);
    group.setZoom(ChartGroup::Range{start, start + 10 * minute});
    QVERIFY(render(first) != before);
    QCOMPARE(render(first), render(second));
}

void TestChart::dragZoomsAndEscapeGoesBack()
{
    ChartGroup group;
    TimeSeriesChart chart;
    group.add(&chart);
    chart.resize(600, 240);
    chart.setData(gapped());
    QSignalSpy zoomed(&group, &ChartGroup::zoomChanged);
    const ChartLayout layout =
        layoutChart(chart.data(), chart.size(), start, start + 60 * minute, QTimeZone::utc());
    const auto at = [&](int index) { return QPoint(qRound(layout.x(start + index * minute)), 100); };
    QTest::mousePress(&chart, Qt::LeftButton, {}, at(45));
    QTest::mouseMove(&chart, at(30));
    QTest::mouseMove(&chart, at(15));
    QTest::mouseRelease(&chart, Qt::LeftButton, {}, at(15));
    QCOMPARE(zoomed.size(), 1);
    QVERIFY(std::abs(group.zoom()->from - (start + 15 * minute)) < minute / 2);
    QVERIFY(std::abs(group.zoom()->to - (start + 45 * minute)) < minute / 2);
    QTest::keyClick(&chart, Qt::Key_Escape);
    QVERIFY(!group.zoom());
    // A click is no drag.
    QTest::mouseClick(&chart, Qt::LeftButton, {}, at(30));
    QVERIFY(!group.zoom());
}

void TestChart::flagOpens()
{
    ChartGroup group;
    TimeSeriesChart chart;
    group.add(&chart);
    chart.resize(600, 240);
    ChartData data = gapped();
    data.marks = {{start + 30 * minute, QStringLiteral("9f3c1a2 lower timeout"), QStringLiteral("9f3c1a2")}};
    chart.setData(data);
    QSignalSpy opened(&chart, &TimeSeriesChart::markActivated);
    const ChartLayout layout = layoutChart(data, chart.size(), start, data.last(), QTimeZone::utc());
    const QPoint flag(int(layout.x(start + 30 * minute)) + 4, int(layout.plot.top()) - 4);
    QTest::mouseClick(&chart, Qt::LeftButton, {}, flag);
    QCOMPARE(opened.size(), 1);
    QCOMPARE(opened.at(0).at(0).toString(), QStringLiteral("9f3c1a2"));
    group.setCrosshair(start + 30 * minute);
    QTest::keyClick(&chart, Qt::Key_Return);
    QCOMPARE(opened.size(), 2);
    group.setCrosshair(start + 5 * minute);
    QTest::keyClick(&chart, Qt::Key_Return);
    QCOMPARE(opened.size(), 2);
}

void TestChart::accessible()
{
    ChartGroup group;
    TimeSeriesChart chart;
    group.add(&chart);
    chart.setData(gapped());
    QAccessibleInterface* seen = QAccessible::queryAccessibleInterface(&chart);
    QVERIFY(seen);
    QCOMPARE(seen->text(QAccessible::Name), QStringLiteral("Traffic, requests/s"));
    QCOMPARE(seen->text(QAccessible::Description), QStringLiteral("23:14:00, 2xx 80.0"));
    group.setCrosshair(start + 30 * minute);
    QCOMPARE(seen->text(QAccessible::Description), QStringLiteral("22:44:00, 2xx no data"));
}

void TestChart::csv()
{
    ChartData data = gapped();
    data.series[0].name = QStringLiteral("a \"quoted\", name");
    data.series.append({QStringLiteral("p99"), {1.5}, {}});
    const QList<QByteArray> lines = chartAsCsv(data).split('\n');
    QCOMPARE(lines.at(0), QByteArray("time,\"a \"\"quoted\"\", name\",p99\r"));
    QCOMPARE(lines.at(1), QByteArray("2023-11-14T22:14:00Z,80,1.5\r"));
    QCOMPARE(lines.at(31), QByteArray("2023-11-14T22:44:00Z,,\r"));
    QCOMPARE(lines.size(), 63);
}

void TestChart::pictures()
{
    const QPalette palette = paletteFor(Appearance::Dark);
    QImage image;
    QVERIFY(image.loadFromData(chartAsPng(gapped(), QSize(300, 150), QTimeZone::utc(), palette), "PNG"));
    QCOMPARE(image.size(), QSize(648, 348));
    QCOMPARE(image.pixelColor(2, 2), colours(Appearance::Dark).card);
    QXmlStreamReader svg(chartAsSvg(gapped(), QSize(300, 150), QTimeZone::utc(), palette));
    int paths = 0;
    while (!svg.atEnd()) {
        if (svg.readNext() == QXmlStreamReader::StartElement && svg.name() == QLatin1String("path"))
            ++paths;
    }
    QVERIFY2(!svg.hasError(), qPrintable(svg.errorString()));
    QVERIFY(paths > 0);
}

QTEST_MAIN(TestChart)
#include "tst_chart.moc"
