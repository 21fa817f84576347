#include "app/pages/api/golden_signals.h"

#include "app/words/health_words.h"
#include "models/slo/alert_windows.h"

#include <QCoreApplication>

#include <algorithm>

namespace postern {
namespace {

struct ChartWords
{
    Q_DECLARE_TR_FUNCTIONS(ChartWords)

public:
    static QString traffic() { return tr("Traffic"); }
    static QString trafficUnit() { return tr("requests/s, by code"); }
    static QString errors() { return tr("Errors"); }
    static QString errorUnit() { return tr("% of requests"); }
    static QString allErrors() { return tr("all"); }
    static QString latency() { return tr("Latency"); }
    static QString latencyUnit() { return tr("ms, p50 · p99"); }
    static QString pages() { return tr("pages"); }
};

qint64 toMilliseconds(Clock::Wall moment)
{
    return std::chrono::duration_cast<std::chrono::milliseconds>(moment.time_since_epoch()).count();
}

/// \a scale brings the model's unit to the chart's.
ChartSeries seriesOf(const QString& name, const TimeSeries& values, double scale)
{
    ChartSeries series;
    series.name = name;
    series.values.reserve(static_cast<qsizetype>(values.values.size()));
    for (const double value : values.values)
        series.values.append(value * scale);
    return series;
}

ChartData frame(const GoldenSignals& golden, const QString& title, const QString& unit, const QString& query)
{
    ChartData data;
    data.title = title;
    data.unit = unit;
    data.query = query;
    data.start = toMilliseconds(golden.history.start);
    data.end = toMilliseconds(golden.history.end);
    data.step = std::chrono::duration_cast<std::chrono::milliseconds>(golden.history.step).count();
    data.stale = golden.stale;
    for (const ConfigurationChange& change : golden.history.changes) {
        const QString revision = change.revision.isEmpty() ? change.hash : change.revision;
        const QString subject = golden.subjectOf(change.revision);
        const QString name = shortRevision(revision);
        data.marks.append({.time = toMilliseconds(change.at),
                           .text = subject.isEmpty() ? name : name + QLatin1Char(' ') + subject,
                           .target = revision});
    }
    return data;
}

/// The ratio of errors at which someone is called, in percent: the slowest of the paging burns.
std::optional<double> pagingPercent(const slo::Objective& objective)
{
    std::optional<double> lowest;
    for (const slo::AlertWindow& window : slo::alertWindows()) {
        if (window.verdict != slo::Verdict::Page)
            continue;
        const double ratio = window.threshold(objective.window) * objective.allowed();
        lowest = lowest ? std::min(*lowest, ratio) : ratio;
    }
    return lowest ? std::optional(*lowest * 100.0) : std::nullopt;
}

} // namespace

ChartData trafficChart(const GoldenSignals& golden)
{
    ChartData data =
        frame(golden, ChartWords::traffic(), ChartWords::trafficUnit(), golden.history.trafficQuery);
    for (const NamedSeries& named : golden.history.traffic) {
        ChartSeries series = seriesOf(named.name, named.series, 1.0);
        if (named.name == QLatin1String("5xx"))
            series.state = State::Bad;
        data.series.append(series);
    }
    return data;
}

ChartData errorChart(const GoldenSignals& golden)
{
    ChartData data = frame(golden, ChartWords::errors(), ChartWords::errorUnit(), golden.history.errorQuery);
    data.series.append(seriesOf(ChartWords::allErrors(), golden.history.errorRatio, 100.0));
    for (const slo::Objective& objective : golden.objectives) {
        if (objective.kind != slo::Objective::Kind::Availability)
            continue;
        if (const std::optional<double> percent = pagingPercent(objective))
            data.thresholds.append({.name = ChartWords::pages(), .value = *percent, .state = State::Watch});
    }
    return data;
}

ChartData latencyChart(const GoldenSignals& golden)
{
    ChartData data =
        frame(golden, ChartWords::latency(), ChartWords::latencyUnit(), golden.history.latencyQuery);
    data.series.append(seriesOf(QStringLiteral("p50"), golden.history.p50, 1000.0));
    data.series.append(seriesOf(QStringLiteral("p99"), golden.history.p99, 1000.0));
    for (const slo::Objective& objective : golden.objectives)
        if (objective.kind == slo::Objective::Kind::Latency)
            data.thresholds.append({.name = objective.name,
                                    .value = static_cast<double>(objective.threshold.count()),
                                    .state = State::Watch});
    return data;
}

} // namespace postern
