#include "models/fleet/fleet_question.h"

#include "models/prometheus/promql.h"
#include "models/slo/alert_windows.h"
#include "models/slo/indicator.h"

#include <algorithm>
#include <set>

namespace postern {
namespace {

using namespace std::chrono_literals;
using std::chrono::seconds;
using Kind = FleetQuestion::Kind;
using Urgency = FleetQuestion::Urgency;

const QString kApi = QStringLiteral("api");
const QString kInstance = QStringLiteral("instance");
const QString kPart = QStringLiteral("part");
const QString kLe = QStringLiteral("le");

/// Enough for a sparkline of 80 pixels, and one answer of a thousand APIs stays under 2 MB.
constexpr int kTrafficPoints = 72;
/// Steps of one coverage question: an hour each for 30 days.
constexpr int kCoverageSteps = 720;

QString part(const QString& expression, const char* name)
{
    return promql::tagged(expression, kPart, QString::fromLatin1(name));
}

QString errorRates(seconds window)
{
    const auto rates = [window](const slo::Counter& counter) {
        return promql::sumBy({kApi}, promql::rate(counter.selector(), window));
    };
    return promql::together(
        {part(rates(slo::availabilityBad()), "bad"), part(rates(slo::availabilityTotal()), "total")});
}

QString quantile(double quantile, seconds window)
{
    const QString buckets = promql::Selector(QStringLiteral("postern_request_duration_seconds_bucket"))
                                .having(slo::latencyTotal().matchers)
                                .text();
    return promql::histogramQuantile(quantile, promql::sumBy({kApi, kLe}, promql::rate(buckets, window)));
}

QString events(seconds window, const std::vector<std::chrono::milliseconds>& thresholds)
{
    const auto counted = [window](const slo::Counter& counter, const QStringList& by) {
        return promql::sumBy(by, promql::increase(counter.selector(), window));
    };
    QStringList parts{part(counted(slo::availabilityBad(), {kApi}), "bad"),
                      part(counted(slo::availabilityTotal(), {kApi}), "total")};
    if (!thresholds.empty()) {
        parts.append(part(counted(slo::latencyWithin(thresholds), {kApi, kLe}), "within"));
        parts.append(part(counted(slo::latencyTotal(), {kApi}), "answered"));
    }
    return promql::together(parts);
}

/// Steps at which an API had data: hours for a month, and finer ones for data so young that no hour has
/// passed.
FleetQuestion coverage(seconds window, std::chrono::milliseconds scrapeInterval)
{
    FleetQuestion question;
    question.kind = Kind::Coverage;
    question.urgency = Urgency::Later;
    question.window = window;
    question.step = promql::stepFor(window, kCoverageSteps, 60s);
    question.fineStep = promql::stepFor(question.step, kCoverageSteps / 2, scrapeInterval);
    const auto steps = [](seconds range, seconds step) {
        return QStringLiteral("count_over_time((count by (api) (postern_config_info))[%1:%2])")
            .arg(promql::duration(range), promql::duration(step));
    };
    question.promql = promql::together({part(steps(window, question.step), "coarse"),
                                        part(steps(3 * question.step, question.fineStep), "fine")});
    return question;
}

std::vector<FleetQuestion> presentQuestions(const FleetScope& scope)
{
    const seconds window = promql::rateWindow(scope.scrapeInterval);
    const QString requests = QStringLiteral("postern_requests_total");
    const auto ask = [](Urgency urgency, Kind kind, const QString& promql) {
        FleetQuestion question;
        question.kind = kind;
        question.urgency = urgency;
        question.promql = promql;
        return question;
    };
    return {
        ask(Urgency::Now, Kind::InstanceRates,
            promql::sumBy({kApi, kInstance}, promql::rate(requests, window))),
        ask(Urgency::Now, Kind::ErrorRates, errorRates(window)),
        ask(Urgency::Now, Kind::P99, quantile(0.99, window)),
        ask(Urgency::Now, Kind::Up, promql::maxBy({kInstance}, QStringLiteral("up"))),
        ask(Urgency::Now, Kind::Configurations,
            promql::maxBy({kApi, kInstance, QStringLiteral("hash"), QStringLiteral("revision")},
                          QStringLiteral("timestamp(postern_config_info)"))),
        ask(Urgency::Now, Kind::Memory,
            promql::maxBy({kInstance}, QStringLiteral("process_resident_memory_bytes and on (instance) "
                                                      "postern_config_info"))),
        ask(Urgency::Now, Kind::Governance,
            promql::maxBy(
                {kApi, QStringLiteral("baseline"), QStringLiteral("requirement"), QStringLiteral("state")},
                QStringLiteral("postern_governance_findings"))),
        ask(Urgency::Later, Kind::P50, quantile(0.5, window)),
        ask(Urgency::Later, Kind::RequestsLastHour,
            QStringLiteral("sum(%1)").arg(promql::increase(requests, 1h))),
    };
}

FleetQuestion trafficQuestion(const FleetScope& scope)
{
    FleetQuestion question;
    question.kind = Kind::Traffic;
    question.urgency = Urgency::Later;
    question.window = scope.range;
    question.step = promql::stepFor(scope.range, kTrafficPoints, scope.scrapeInterval);
    const seconds window = std::max(question.step, promql::rateWindow(scope.scrapeInterval));
    question.promql = promql::sumBy({kApi}, promql::rate(QStringLiteral("postern_requests_total"), window));
    return question;
}

} // namespace

QString FleetQuestion::name() const
{
    switch (kind) {
    case Kind::InstanceRates:
        return QStringLiteral("rates");
    case Kind::ErrorRates:
        return QStringLiteral("errors");
    case Kind::P99:
        return QStringLiteral("p99");
    case Kind::P50:
        return QStringLiteral("p50");
    case Kind::Up:
        return QStringLiteral("up");
    case Kind::Configurations:
        return QStringLiteral("configurations");
    case Kind::Memory:
        return QStringLiteral("memory");
    case Kind::Governance:
        return QStringLiteral("governance");
    case Kind::RequestsLastHour:
        return QStringLiteral("requests 1h");
    case Kind::Traffic:
        return QStringLiteral("traffic");
    case Kind::Events:
        return QStringLiteral("events ") + promql::duration(window);
    case Kind::Coverage:
        return QStringLiteral("coverage ") + promql::duration(window);
    }
    return {};
}

std::vector<FleetQuestion> fleetQuestions(const FleetScope& scope)
{
    std::vector<FleetQuestion> questions = presentQuestions(scope);
    if (scope.range > 0s)
        questions.push_back(trafficQuestion(scope));
    if (scope.objectives.empty())
        return questions;
    std::set<std::chrono::milliseconds> thresholds;
    std::set<seconds> objectiveWindows;
    for (const slo::Objective& objective : scope.objectives) {
        objectiveWindows.insert(objective.window);
        if (objective.kind == slo::Objective::Kind::Latency)
            thresholds.insert(objective.threshold);
    }
    // What is left first, then how fast it goes.
    std::vector<seconds> windows(objectiveWindows.begin(), objectiveWindows.end());
    for (const seconds window : slo::burnWindows()) {
        if (!objectiveWindows.contains(window))
            windows.push_back(window);
    }
    for (const seconds window : windows) {
        FleetQuestion question;
        question.kind = Kind::Events;
        question.urgency = Urgency::Later;
        question.window = window;
        question.promql = events(window, {thresholds.begin(), thresholds.end()});
        questions.push_back(std::move(question));
    }
    for (const seconds window : objectiveWindows)
        questions.push_back(coverage(window, scope.scrapeInterval));
    return questions;
}

} // namespace postern
