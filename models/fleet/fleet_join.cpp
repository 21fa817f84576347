#include "models/fleet/fleet_join.h"

#include "models/fleet/health_rules.h"

#include <QSet>

#include <algorithm>
#include <map>

namespace postern {
namespace {

using std::chrono::seconds;

template<typename Map>
void rememberSince(Map& since, const QString& key, bool holds, Clock::Wall now)
{
    if (!holds)
        since.remove(key);
    else if (!since.contains(key))
        since.insert(key, now);
}

std::optional<Clock::Wall> at(const QHash<QString, Clock::Wall>& map, const QString& key)
{
    const auto found = map.constFind(key);
    return found == map.cend() ? std::nullopt : std::optional(*found);
}

InstanceStatus joinInstance(const GatewayInstance& gateway, const FleetJoinInput& input, FleetMemory& memory)
{
    const FleetFigures& figures = input.figures;
    InstanceStatus status;
    status.gateway = gateway;
    const QString& name = gateway.instance;
    if (const auto up = figures.up.measured(name); up.known())
        status.state = up.value > 0.0 ? InstanceStatus::State::Up : InstanceStatus::State::Down;
    status.requestsPerSecond = figures.instanceRates.measured(name);
    status.memoryBytes = figures.memory.measured(name);
    const auto configuration = figures.configurations.values.constFind(name);
    if (configuration != figures.configurations.values.cend()) {
        status.hash = configuration->hash;
        status.revision = configuration->revision;
        memory.lastScrape.insert(name, configuration->scrapedAt);
    }
    status.lastScrape = at(memory.lastScrape, name);
    rememberSince(memory.downSince, name, status.state == InstanceStatus::State::Down, input.now);
    status.downSince = at(memory.downSince, name);
    return status;
}

slo::Events eventsFor(const FleetFigures::Events& events, const slo::Objective& objective)
{
    if (objective.kind == slo::Objective::Kind::Availability)
        return {.bad = events.bad, .total = events.total};
    // `increase` extrapolates each series by itself: a bucket may come out a hair above its count.
    const double within = events.within.value(objective.threshold.count());
    return {.bad = std::max(0.0, events.answered - within), .total = events.answered};
}

slo::BudgetStatus joinBudget(const QString& api, const slo::Objective& objective, const FleetFigures& figures)
{
    slo::Measurement measurement;
    for (const auto& [window, answered] : figures.events) {
        const auto found = answered.values.constFind(api);
        if (found == answered.values.cend())
            continue;
        const slo::Events events = eventsFor(*found, objective);
        if (window == objective.window) {
            measurement.events = events;
            measurement.at = answered.at;
        }
        if (window < objective.window)
            measurement.windows.push_back({.window = window, .events = events, .at = answered.at});
    }
    if (const auto covered = figures.coverage.find(objective.window); covered != figures.coverage.end())
        measurement.covered = covered->second.values.value(api, seconds(0));
    return slo::judge(objective, measurement);
}

std::vector<RunningConfiguration> runningConfigurations(const std::vector<InstanceStatus>& instances)
{
    std::map<QString, RunningConfiguration> byHash;
    for (const InstanceStatus& instance : instances) {
        if (instance.hash.isEmpty())
            continue;
        RunningConfiguration& running = byHash[instance.hash];
        running.hash = instance.hash;
        if (running.revision.isEmpty())
            running.revision = instance.revision;
        ++running.instances;
    }
    std::vector<RunningConfiguration> sorted;
    for (auto& [hash, running] : byHash)
        sorted.push_back(std::move(running));
    std::stable_sort(sorted.begin(), sorted.end(),
                     [](const auto& a, const auto& b) { return a.instances > b.instances; });
    return sorted;
}

void compareWithGit(ApiStatus& api)
{
    if (!api.expected || api.expected->hash.isEmpty())
        return;
    for (InstanceStatus& instance : api.instances) {
        if (!instance.hash.isEmpty())
            instance.asExpected = instance.hash == api.expected->hash;
    }
}

void joinFigures(ApiStatus& status, const FleetFigures& figures)
{
    const QString& api = status.api;
    status.requestsPerSecond = figures.apiRates.measured(api);
    status.errorRatio.at = figures.errorRates.at;
    if (const auto rates = figures.errorRates.values.constFind(api);
        rates != figures.errorRates.values.cend() && rates->second > 0.0)
        status.errorRatio.value = std::isnan(rates->first) ? 0.0 : rates->first / rates->second;
    status.p50 = figures.p50.measured(api);
    status.p99 = figures.p99.measured(api);
    status.traffic = figures.traffic.values.value(api);
    status.governance = figures.governance.values.value(api);
    if (status.expected) {
        for (const slo::Objective& objective : status.expected->objectives)
            status.budgets.push_back(joinBudget(api, objective, figures));
    }
}

/// The newest sample of any instance; for one that this console never saw alive, the traffic's last point.
std::optional<Clock::Wall> newestSample(const ApiStatus& status)
{
    std::optional<Clock::Wall> newest;
    for (const InstanceStatus& instance : status.instances)
        newest = std::max(newest, instance.lastScrape);
    if (newest)
        return newest;
    for (std::size_t i = status.traffic.values.size(); i-- > 0;) {
        if (!std::isnan(status.traffic.values[i]))
            return status.traffic.at(i);
    }
    return std::nullopt;
}

/// One API and its gateways, by instance.
struct ApiGateways
{
    QString api;
    std::vector<GatewayInstance> gateways;
};

/// By api; the gateways of the list come with their URL and labels.
std::vector<ApiGateways> gatewaysByApi(const FleetJoinInput& input)
{
    QHash<QString, std::vector<GatewayInstance>> byApi;
    QSet<QString> listed;
    for (const GatewayInstance& gateway : input.instances) {
        byApi[gateway.api].push_back(gateway);
        listed.insert(gateway.instance);
    }
    const auto& seen = input.figures.configurations.values;
    for (auto it = seen.cbegin(); it != seen.cend(); ++it) {
        if (!listed.contains(it.key()) && !it->api.isEmpty())
            byApi[it->api].push_back({.api = it->api, .instance = it.key(), .url = {}, .labels = {}});
    }
    std::vector<ApiGateways> sorted;
    sorted.reserve(static_cast<std::size_t>(byApi.size()));
    for (auto it = byApi.begin(); it != byApi.end(); ++it) {
        std::sort(it->begin(), it->end(),
                  [](const auto& a, const auto& b) { return a.instance < b.instance; });
        sorted.push_back({.api = it.key(), .gateways = std::move(*it)});
    }
    std::sort(sorted.begin(), sorted.end(), [](const auto& a, const auto& b) { return a.api < b.api; });
    return sorted;
}

void addUp(FleetTotals& totals, const FleetSnapshot& snapshot)
{
    double weight = 0.0;
    double left = 0.0;
    for (const ApiStatus& api : snapshot.apis) {
        ++totals.apis;
        totals.instances += static_cast<int>(api.instances.size());
        totals.instancesUp += api.instancesUp();
        for (const slo::BudgetStatus& budget : api.budgets) {
            if (budget.objective.kind != slo::Objective::Kind::Availability || !budget.left)
                continue;
            weight += budget.events.total;
            left += budget.events.total * std::clamp(*budget.left, 0.0, 1.0);
            totals.budgetLeft.at = budget.at;
        }
        const bool missing = std::any_of(api.governance.begin(), api.governance.end(), [](const auto& state) {
            return state.state == GovernanceState::State::Missing;
        });
        ++(missing                  ? totals.governanceMissing
           : api.governance.empty() ? totals.governanceMet
                                    : totals.governanceExempt);
    }
    if (weight > 0.0)
        totals.budgetLeft.value = left / weight;
}

} // namespace

FleetSnapshot joinFleet(const FleetJoinInput& input, FleetMemory& memory)
{
    QHash<QString, const ApiExpectation*> expected;
    for (const ApiExpectation& expectation : input.expectations)
        expected.insert(expectation.api, &expectation);
    FleetSnapshot snapshot;
    snapshot.takenAt = input.now;
    snapshot.range = input.range;
    for (const auto& [name, gateways] : gatewaysByApi(input)) {
        ApiStatus& status = snapshot.apis.emplace_back();
        status.api = name;
        if (const ApiExpectation* expectation = expected.value(name)) {
            status.expected = *expectation;
            status.labels = expectation->labels;
        }
        for (const GatewayInstance& gateway : gateways)
            status.instances.push_back(joinInstance(gateway, input, memory));
        joinFigures(status, input.figures);
        compareWithGit(status);
        status.configurations = runningConfigurations(status.instances);
        status.lastScrape = newestSample(status);
        const int running = static_cast<int>(status.configurations.size());
        const auto asExpected = status.instancesAsExpected();
        rememberSince(memory.mixedSince, name, running > 1, input.now);
        rememberSince(memory.driftSince, name, asExpected && *asExpected < instancesThatTell(status),
                      input.now);
        judgeHealth(status, {.now = input.now,
                             .driftSince = at(memory.driftSince, name),
                             .mixedSince = at(memory.mixedSince, name),
                             .patience = input.driftPatience,
                             .asked = input.figures.up.known()});
    }
    snapshot.totals.requestsLastHour = input.figures.requestsLastHour;
    addUp(snapshot.totals, snapshot);
    snapshot.attention = attentionOf(snapshot.apis);
    return snapshot;
}

} // namespace postern
