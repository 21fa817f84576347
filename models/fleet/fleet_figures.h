#pragma once

#include "models/fleet/api_status.h"
#include "models/fleet/fleet_question.h"
#include "models/prometheus/answer.h"

#include <QHash>

#include <map>

namespace postern {

/// The newest answer to each question, in the shape the join reads. An answer replaces its predecessor whole,
/// so that what vanished from Prometheus vanishes here. A value of the poller; no thread of its own.
class FleetFigures
{
public:
    /// One answer's figures and its moment; `at` is the epoch while unanswered.
    template<typename Key, typename Value>
    struct Answered
    {
        QHash<Key, Value> values;
        Clock::Wall at;

        [[nodiscard]] bool known() const { return at != Clock::Wall(); }
        [[nodiscard]] Measured measured(const Key& key) const
        {
            const auto found = values.constFind(key);
            return found == values.cend() ? Measured{.at = at} : Measured{.value = *found, .at = at};
        }
    };
    struct Pair
    {
        double first = std::numeric_limits<double>::quiet_NaN();
        double second = std::numeric_limits<double>::quiet_NaN();
    };
    struct Configuration
    {
        QString api;
        QString hash;
        QString revision;
        Clock::Wall scrapedAt;
    };
    /// Of one API over one window.
    struct Events
    {
        double bad = 0.0;
        double total = 0.0;
        double answered = 0.0;
        QHash<qint64, double> within; ///< by threshold in milliseconds
    };

    void take(const FleetQuestion& question, const PrometheusAnswer& answer, Clock::Wall at);
    /// What was answered to questions no longer asked.
    void forgetWindows(const std::vector<FleetQuestion>& asked);

    Answered<QString, double> instanceRates;                    ///< by instance
    Answered<QString, double> apiRates;                         ///< by api
    Answered<QString, Pair> errorRates;                         ///< by api: bad, total
    Answered<QString, double> p99;                              ///< by api
    Answered<QString, double> p50;                              ///< by api
    Answered<QString, double> up;                               ///< by instance
    Answered<QString, Configuration> configurations;            ///< by instance: the newest
    Answered<QString, double> memory;                           ///< by instance
    Answered<QString, std::vector<GovernanceState>> governance; ///< by api
    Answered<QString, TimeSeries> traffic;                      ///< by api
    Measured requestsLastHour;
    std::map<std::chrono::seconds, Answered<QString, Events>> events;                 ///< by window, by api
    std::map<std::chrono::seconds, Answered<QString, std::chrono::seconds>> coverage; ///< by window, by api

private:
    void takeRates(const PrometheusAnswer& answer, Clock::Wall at);
    void takeConfigurations(const PrometheusAnswer& answer, Clock::Wall at);
    void takeGovernance(const PrometheusAnswer& answer, Clock::Wall at);
    void takeTraffic(const FleetQuestion& question, const PrometheusAnswer& answer, Clock::Wall at);
    void takeEvents(const FleetQuestion& question, const PrometheusAnswer& answer, Clock::Wall at);
    void takeCoverage(const FleetQuestion& question, const PrometheusAnswer& answer, Clock::Wall at);
};

/// Points of a range query on even steps from \a start; NaN where there is none.
[[nodiscard]] TimeSeries evenSeries(const PrometheusSeries& series, Clock::Wall start, Clock::Wall end,
                                    std::chrono::seconds step);

} // namespace postern
