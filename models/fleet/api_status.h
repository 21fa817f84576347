#pragma once

#include "models/fleet/expectation.h"
#include "models/fleet/health.h"
#include "models/fleet/instance_status.h"
#include "models/slo/budget.h"

namespace postern {

/// A configuration and how many instances run it, most instances first.
struct RunningConfiguration
{
    QString hash;
    QString revision;
    int instances = 0;

    friend bool operator==(const RunningConfiguration&, const RunningConfiguration&) = default;
};

/// One unmet or exempted requirement, as the gateways report it.
struct GovernanceState
{
    enum class State { Missing, Exempt };

    QString baseline;
    QString requirement;
    State state = State::Missing;

    friend bool operator==(const GovernanceState&, const GovernanceState&) = default;
};

/// One API at one moment. A value; every figure carries its own time.
struct ApiStatus
{
    QString api; ///< `namespace/name`
    QMap<QString, QString> labels;
    Measured requestsPerSecond; ///< all requests that matched anything or nothing
    Measured errorRatio;        ///< 0–1, of the requests that count for availability
    Measured p50;               ///< seconds, of requests with outcome `ok` on a route
    Measured p99;
    TimeSeries traffic;                     ///< requests per second over the snapshot's range
    std::vector<slo::BudgetStatus> budgets; ///< one an objective, in the document's order
    std::vector<InstanceStatus> instances;  ///< by instance name
    std::vector<RunningConfiguration> configurations;
    std::vector<GovernanceState> governance;
    std::optional<ApiExpectation> expected; ///< none when the repository does not know this API
    std::optional<Clock::Wall> lastScrape;  ///< newest sample of any instance: the data's age
    Health health = Health::Unknown;
    std::vector<HealthReason> reasons; ///< gravest first

    [[nodiscard]] QString nameSpace() const { return api.section(QLatin1Char('/'), 0, 0); }
    [[nodiscard]] QString name() const { return api.section(QLatin1Char('/'), 1); }
    /// Instances that answer their scrape.
    [[nodiscard]] int instancesUp() const;
    /// Instances that run the expected configuration; none when the expectation is not known.
    [[nodiscard]] std::optional<int> instancesAsExpected() const;
    /// The budget with the least left; null without objectives or data.
    [[nodiscard]] const slo::BudgetStatus* tightestBudget() const;
};

} // namespace postern
