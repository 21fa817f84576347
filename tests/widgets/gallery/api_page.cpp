#include "tests/widgets/gallery/pages.h"
#include "tests/widgets/gallery/sample_table.h"

#include "widgets/chart/chart_group.h"
#include "widgets/chart/time_series_chart.h"
#include "widgets/frame/budget_meter.h"
#include "widgets/frame/card.h"
#include "widgets/theme/tokens.h"

#include <QBoxLayout>
#include <QLabel>
#include <QPushButton>

#include <cmath>
#include <limits>

namespace postern::gallery {
namespace {

constexpr qint64 begin = 1'790'000'000'000;
constexpr qint64 step = 60'000;
constexpr int points = 360;
constexpr int incident = 235;

double noise(int i, int seed)
{
    return std::sin(i * 12.9898 + seed * 78.233) * 0.5 + std::sin(i * 0.61 + seed) * 0.5;
}

ChartSeries series(const char* name, double before, double after, double roughness, int seed)
{
    ChartSeries made{QLatin1String(name), {}, {}};
    for (int i = 0; i < points; ++i) {
        const double turn = std::clamp((i - incident) / 20.0, 0.0, 1.0);
        made.values.append(before + (after - before) * turn + roughness * noise(i, seed));
    }
    return made;
}

ChartData base(const char* title, const char* unit)
{
    ChartData data;
    data.title = QLatin1String(title);
    data.unit = QString::fromUtf8(unit);
    data.query = QStringLiteral("sum by (code) (rate(postern_requests_total[5m]))");
    data.start = begin;
    data.step = step;
    data.marks = {{begin + incident * step, QStringLiteral("9f3c1a2 lower upstream timeout"),
                   QStringLiteral("9f3c1a2")}};
    return data;
}

QWidget* cardWith(TimeSeriesChart* chart, const ChartData& data, ChartGroup* group)
{
    auto* card = new Card;
    chart->setData(data);
    group->add(chart);
    card->body()->addWidget(chart);
    return card;
}

QLayout* charts(QWidget* owner)
{
    auto* group = new ChartGroup(owner);
    auto* row = new QHBoxLayout;
    row->setSpacing(space::card);
    ChartData traffic = base("Traffic", "requests/s, by code");
    traffic.series = {series("2xx", 2200, 2150, 90, 1), series("4xx", 120, 130, 8, 2),
                      series("5xx", 20, 460, 12, 3)};
    traffic.series[2].state = State::Bad;
    std::fill(traffic.series[0].values.begin() + 90, traffic.series[0].values.begin() + 120,
              std::numeric_limits<double>::quiet_NaN());
    row->addWidget(cardWith(new TimeSeriesChart, traffic, group));
    ChartData errors = base("Errors", "% of requests");
    errors.series = {series("all", 0.02, 0.48, 0.02, 4)};
    errors.thresholds = {{QStringLiteral("pages at 0.144"), 0.144, State::Watch}};
    row->addWidget(cardWith(new TimeSeriesChart, errors, group));
    ChartData latency = base("Latency", "ms, p50 · p99");
    latency.series = {series("p50", 15, 16, 1, 5), series("p99", 92, 186, 6, 6)};
    row->addWidget(cardWith(new TimeSeriesChart, latency, group));
    group->setCrosshair(begin + 150 * step);
    return row;
}

QLayout* moreCharts(QWidget* owner)
{
    auto* row = new QHBoxLayout;
    row->setSpacing(space::card);
    ChartData six = base("Instances", "requests/s, by instance");
    for (int i = 0; i < 7; ++i) {
        static const char* const names[] = {
            "cards-2xk8p", "cards-8hm4q", "cards-v9t2c", "cards-p77rr", "cards-q1", "cards-q2", "x"};
        six.series.append(series(names[i], 760 + i * 6, 760 + i * 6, 4, i));
    }
    ChartData stale = base("Traffic", "requests/s");
    stale.series = {series("2xx", 2200, 2150, 90, 1)};
    stale.stale = true;
    stale.thresholds = {{QStringLiteral("limit 9000"), 9000, State::Watch}};
    ChartData empty = base("Latency", "ms");
    empty.series = {ChartSeries{
        QStringLiteral("p99"), QList<double>(points, std::numeric_limits<double>::quiet_NaN()), {}}};
    for (const ChartData& data : {six, stale, empty})
        row->addWidget(cardWith(new TimeSeriesChart, data, new ChartGroup(owner)));
    return row;
}

} // namespace

QWidget* makeApiPage()
{
    auto* page = new QWidget;
    auto* column = new QVBoxLayout(page);
    column->setSpacing(space::card);
    auto* head = new QHBoxLayout;
    auto* title = new QLabel(QStringLiteral("cards"));
    title->setProperty("textSize", QStringLiteral("page"));
    head->addWidget(title);
    head->addStretch(1);
    head->addWidget(new QPushButton(QStringLiteral("Edit policies")));
    auto* primary = new QPushButton(QStringLiteral("Revert 9f3c1a2…"));
    primary->setProperty("primary", true);
    head->addWidget(primary);
    column->addLayout(head);
    auto* cards = new QHBoxLayout;
    cards->setSpacing(space::card);
    auto* budget =
        new Card(QStringLiteral("Error budget · availability 99.99 % over 30 days"), Card::Heading::Caption);
    auto* meter = new BudgetMeter;
    meter->setReading({0.12, State::Bad, QStringLiteral("gone in 1 h 47 min at this pace"),
                       QStringLiteral("burn 48.2 (1 h) · 21.4 (6 h) · 71 % of it since 9f3c1a2"), false});
    budget->body()->addWidget(meter);
    auto* latency = new Card(QStringLiteral("Latency · 99 % under 250 ms"), Card::Heading::Caption);
    auto* second = new BudgetMeter;
    second->setReading({0.64, State::Good, QStringLiteral("64 % left, 11 days to go"), {}, false});
    latency->body()->addWidget(second);
    auto* quiet = new Card(QStringLiteral("Availability"), Card::Heading::Caption);
    auto* third = new BudgetMeter;
    third->setReading({{}, State::Unknown, QStringLiteral("too few requests to judge"), {}, false});
    quiet->body()->addWidget(third);
    cards->addWidget(budget, 2);
    cards->addWidget(latency, 1);
    cards->addWidget(quiet, 1);
    column->addLayout(cards);
    column->addLayout(charts(page));
    column->addLayout(moreCharts(page));
    auto* policies = new Card(QStringLiteral("Policies in effect"), Card::Heading::Section);
    policies->setFlush(true);
    auto* table = new DataTable(roles());
    auto* model = policiesModel().release();
    model->setParent(table);
    table->setSource(model, policiesColumns());
    policies->body()->addWidget(table);
    column->addWidget(policies, 1);
    return framed(page, QStringLiteral("fleet"),
                  {QStringLiteral("Fleet"), QStringLiteral("payments"), QStringLiteral("cards")});
}

} // namespace postern::gallery
