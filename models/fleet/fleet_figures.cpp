#include "models/fleet/fleet_figures.h"

#include <algorithm>
#include <set>

namespace postern {
namespace {

using std::chrono::seconds;
using Kind = FleetQuestion::Kind;

const QString kApi = QStringLiteral("api");
const QString kInstance = QStringLiteral("instance");
const QString kPart = QStringLiteral("part");

template<typename Answered>
void restart(Answered& answered, Clock::Wall at, std::size_t expected)
{
    answered.values.clear();
    answered.values.reserve(static_cast<qsizetype>(expected));
    answered.at = at;
}

void takeByLabel(FleetFigures::Answered<QString, double>& into, const PrometheusAnswer& answer,
                 Clock::Wall at, const QString& label)
{
    restart(into, at, answer.series.size());
    for (const PrometheusSeries& series : answer.series)
        into.values.insert(series.labels.value(label), series.last());
}

/// Two parts of each API: \a first and whatever else.
void takePairs(FleetFigures::Answered<QString, FleetFigures::Pair>& into, const PrometheusAnswer& answer,
               Clock::Wall at, QLatin1String first)
{
    restart(into, at, answer.series.size() / 2);
    for (const PrometheusSeries& series : answer.series) {
        FleetFigures::Pair& pair = into.values[series.labels.value(kApi)];
        (series.labels.value(kPart) == first ? pair.first : pair.second) = series.last();
    }
}

Clock::Wall fromUnixSeconds(double value)
{
    return Clock::Wall(std::chrono::milliseconds(std::llround(value * 1000.0)));
}

} // namespace

void FleetFigures::take(const FleetQuestion& question, const PrometheusAnswer& answer, Clock::Wall at)
{
    switch (question.kind) {
    case Kind::InstanceRates:
        return takeRates(answer, at);
    case Kind::ErrorRates:
        return takePairs(errorRates, answer, at, QLatin1String("bad"));
    case Kind::P99:
        return takeByLabel(p99, answer, at, kApi);
    case Kind::P50:
        return takeByLabel(p50, answer, at, kApi);
    case Kind::Up:
        return takeByLabel(up, answer, at, kInstance);
    case Kind::Configurations:
        return takeConfigurations(answer, at);
    case Kind::Memory:
        return takeByLabel(memory, answer, at, kInstance);
    case Kind::Governance:
        return takeGovernance(answer, at);
    case Kind::RequestsLastHour:
        requestsLastHour = {.at = at};
        if (!answer.series.empty())
            requestsLastHour.value = answer.series.front().last();
        return;
    case Kind::Traffic:
        return takeTraffic(question, answer, at);
    case Kind::Events:
        return takeEvents(question, answer, at);
    case Kind::Coverage:
        return takeCoverage(question, answer, at);
    }
}

void FleetFigures::takeRates(const PrometheusAnswer& answer, Clock::Wall at)
{
    restart(instanceRates, at, answer.series.size());
    restart(apiRates, at, answer.series.size() / 2);
    for (const PrometheusSeries& series : answer.series) {
        instanceRates.values[series.labels.value(kInstance)] += series.last();
        apiRates.values[series.labels.value(kApi)] += series.last();
    }
}

void FleetFigures::takeConfigurations(const PrometheusAnswer& answer, Clock::Wall at)
{
    restart(configurations, at, answer.series.size());
    for (const PrometheusSeries& series : answer.series) {
        const Configuration read{.api = series.labels.value(kApi),
                                 .hash = series.labels.value(u"hash"),
                                 .revision = series.labels.value(u"revision"),
                                 .scrapedAt = fromUnixSeconds(series.last())};
        Configuration& held = configurations.values[series.labels.value(kInstance)];
        // For a moment after a reload both may be there: the newer sample is what runs.
        if (read.scrapedAt >= held.scrapedAt)
            held = read;
    }
}

void FleetFigures::takeGovernance(const PrometheusAnswer& answer, Clock::Wall at)
{
    restart(governance, at, answer.series.size());
    for (const PrometheusSeries& series : answer.series) {
        if (!(series.last() > 0.0))
            continue;
        const bool exempt = series.labels.value(u"state") == QLatin1String("exempt");
        governance.values[series.labels.value(kApi)].push_back(
            {.baseline = series.labels.value(u"baseline"),
             .requirement = series.labels.value(u"requirement"),
             .state = exempt ? GovernanceState::State::Exempt : GovernanceState::State::Missing});
    }
    for (auto& states : governance.values)
        std::sort(states.begin(), states.end(), [](const GovernanceState& a, const GovernanceState& b) {
            return std::tie(a.state, a.baseline, a.requirement) <
                   std::tie(b.state, b.baseline, b.requirement);
        });
}

void FleetFigures::takeTraffic(const FleetQuestion& question, const PrometheusAnswer& answer, Clock::Wall at)
{
    restart(traffic, at, answer.series.size());
    for (const PrometheusSeries& series : answer.series)
        traffic.values.insert(series.labels.value(kApi),
                              evenSeries(series, at - question.window, at, question.step));
}

void FleetFigures::takeEvents(const FleetQuestion& question, const PrometheusAnswer& answer, Clock::Wall at)
{
    Answered<QString, Events>& into = events[question.window];
    restart(into, at, answer.series.size() / 2);
    for (const PrometheusSeries& series : answer.series) {
        const double value = series.last();
        // NaN would poison every sum; a series without a sample has counted nothing.
        if (std::isnan(value))
            continue;
        Events& of = into.values[series.labels.value(kApi)];
        const QString part = series.labels.value(kPart);
        if (part == QLatin1String("bad"))
            of.bad = value;
        else if (part == QLatin1String("total"))
            of.total = value;
        else if (part == QLatin1String("answered"))
            of.answered = value;
        else
            of.within[std::llround(series.labels.value(u"le").toDouble() * 1000.0)] += value;
    }
}

void FleetFigures::takeCoverage(const FleetQuestion& question, const PrometheusAnswer& answer, Clock::Wall at)
{
    QHash<QString, Pair> steps;
    for (const PrometheusSeries& series : answer.series) {
        Pair& pair = steps[series.labels.value(kApi)];
        (series.labels.value(kPart) == QLatin1String("coarse") ? pair.first : pair.second) = series.last();
    }
    Answered<QString, seconds>& into = coverage[question.window];
    restart(into, at, static_cast<std::size_t>(steps.size()));
    for (auto it = steps.cbegin(); it != steps.cend(); ++it) {
        // The fine steps reach back over three coarse ones.
        const bool young = !(it->first >= 3.0);
        const double count = young ? it->second : it->first;
        if (!std::isnan(count))
            into.values.insert(it.key(), (young ? question.fineStep : question.step) * std::llround(count));
    }
}

void FleetFigures::forgetWindows(const std::vector<FleetQuestion>& asked)
{
    std::set<seconds> eventWindows;
    std::set<seconds> coverageWindows;
    for (const FleetQuestion& question : asked) {
        if (question.kind == Kind::Events)
            eventWindows.insert(question.window);
        if (question.kind == Kind::Coverage)
            coverageWindows.insert(question.window);
    }
    std::erase_if(events, [&](const auto& entry) { return !eventWindows.contains(entry.first); });
    std::erase_if(coverage, [&](const auto& entry) { return !coverageWindows.contains(entry.first); });
}

TimeSeries evenSeries(const PrometheusSeries& series, Clock::Wall start, Clock::Wall end, seconds step)
{
    TimeSeries even{.start = start, .step = step, .values = {}};
    if (step <= seconds(0) || end < start)
        return even;
    even.values.assign(static_cast<std::size_t>((end - start) / step) + 1,
                       std::numeric_limits<double>::quiet_NaN());
    for (const PrometheusPoint& point : series.points) {
        // Prometheus keeps milliseconds of what was asked for: the nearest step is the one meant.
        const auto index = (point.at - start + step / 2) / step;
        if (point.at + step / 2 >= start && static_cast<std::size_t>(index) < even.values.size())
            even.values[static_cast<std::size_t>(index)] = point.value;
    }
    return even;
}

} // namespace postern
