// How long a frame of the table and of the chart takes: bench_widgets. A frame has 16 ms. Not a test.
#include "tests/widgets/gallery/sample_table.h"
#include "widgets/chart/chart_group.h"
#include "widgets/chart/time_series_chart.h"
#include "widgets/table/table_filter.h"
#include "widgets/theme/theme.h"

#include <QApplication>
#include <QElapsedTimer>
#include <QImage>
#include <QScrollBar>
#include <QTextStream>

#include <algorithm>
#include <cmath>
#include <functional>

using namespace postern;

namespace {

constexpr QSize screen(1280, 800);
constexpr int rounds = 200;

/// Runs \a work \a rounds times and prints the median, the 99th percentile and the longest, in ms.
void measure(const char* what, const std::function<void(int)>& work)
{
    std::vector<double> times;
    for (int round = 0; round < rounds; ++round) {
        QElapsedTimer timer;
        timer.start();
        work(round);
        times.push_back(double(timer.nsecsElapsed()) / 1e6);
    }
    std::ranges::sort(times);
    QTextStream(stdout) << QString::fromLatin1(what).leftJustified(44) << "median "
                        << QString::number(times[times.size() / 2], 'f', 2) << " ms, p99 "
                        << QString::number(times[times.size() * 99 / 100], 'f', 2) << " ms, longest "
                        << QString::number(times.back(), 'f', 2) << " ms\n";
}

void paint(QWidget& widget, QImage& frame)
{
    widget.render(&frame, QPoint(), QRegion(), QWidget::DrawWindowBackground | QWidget::DrawChildren);
}

void measureTable(int rows)
{
    const auto model = gallery::fleetModel(rows);
    DataTable table(gallery::roles());
    table.setSource(model.get(), gallery::fleetColumns());
    table.resize(screen);
    table.show();
    QImage frame(screen, QImage::Format_RGB32);
    paint(table, frame);
    const int last = table.verticalScrollBar()->maximum();
    measure("scroll by a page and paint", [&](int round) {
        table.verticalScrollBar()->setValue(last * ((round * 37) % rounds) / rounds);
        paint(table, frame);
    });
    measure("sort by a figure and paint", [&](int round) {
        table.sortByColumn(4, round % 2 ? Qt::AscendingOrder : Qt::DescendingOrder);
        paint(table, frame);
    });
    measure("sort by name and paint", [&](int round) {
        table.sortByColumn(0, round % 2 ? Qt::AscendingOrder : Qt::DescendingOrder);
        paint(table, frame);
    });
    measure("filter and paint", [&](int round) {
        table.filter().setText(round % 2 ? QStringLiteral("pay") : QString());
        paint(table, frame);
    });
}

void measureChart()
{
    ChartData data;
    data.title = QStringLiteral("Traffic");
    data.start = 1'700'000'000'000;
    data.step = 15'000;
    for (int s = 0; s < 6; ++s) {
        ChartSeries series{QStringLiteral("series %1").arg(s), {}, {}};
        for (int i = 0; i < 1440; ++i)
            series.values.append(100 + 20 * s + 10 * std::sin(i / 20.0 + s));
        data.series.append(series);
    }
    ChartGroup group;
    TimeSeriesChart chart;
    group.add(&chart);
    chart.resize(700, 240);
    QImage frame(chart.size(), QImage::Format_RGB32);
    measure("chart, 6 x 1440 values, new data and paint", [&](int) {
        chart.setData(data);
        paint(chart, frame);
    });
    measure("chart, crosshair moved and painted", [&](int round) {
        group.setCrosshair(data.timeAt(round * 7));
        paint(chart, frame);
    });
}

} // namespace

int main(int argc, char** argv)
{
    qputenv("QT_QPA_PLATFORM", "offscreen");
    QApplication application(argc, argv);
    const Theme theme(application, ThemeChoice::Light);
    QTextStream(stdout) << "3000 rows, 13 columns, " << screen.width() << 'x' << screen.height() << '\n';
    measureTable(3000);
    measureChart();
    return 0;
}
