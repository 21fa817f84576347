#include "models/fleet/configuration_changes.h"

#include <algorithm>
#include <map>
#include <set>

namespace postern {
namespace {

using Identity = std::pair<QString, QString>; ///< hash, revision

/// What ran at each moment that has a sample.
std::map<Clock::Wall, std::set<Identity>> timeline(const PrometheusAnswer& answer)
{
    std::map<Clock::Wall, std::set<Identity>> moments;
    for (const PrometheusSeries& series : answer.series) {
        const Identity identity{series.labels.value(u"hash"), series.labels.value(u"revision")};
        for (const PrometheusPoint& point : series.points)
            moments[point.at].insert(identity);
    }
    return moments;
}

int mostAtOnce(const PrometheusAnswer& answer, const Identity& identity)
{
    double most = 0.0;
    for (const PrometheusSeries& series : answer.series) {
        if (series.labels.value(u"hash") != identity.first ||
            series.labels.value(u"revision") != identity.second)
            continue;
        for (const PrometheusPoint& point : series.points)
            most = std::max(most, point.value);
    }
    return static_cast<int>(most);
}

} // namespace

std::vector<ConfigurationChange> configurationChanges(const PrometheusAnswer& answer, Clock::Wall start,
                                                      std::chrono::seconds step)
{
    std::vector<ConfigurationChange> changes;
    std::set<Identity> running;
    bool first = true;
    for (const auto& [at, identities] : timeline(answer)) {
        for (const Identity& identity : identities) {
            // What ran when the range began, or when the first sample was ever taken, did not change then.
            const bool came = !running.contains(identity) && !(first && at < start + step);
            if (came && !(first && identities.size() == 1))
                changes.push_back({.at = at,
                                   .hash = identity.first,
                                   .revision = identity.second,
                                   .instances = mostAtOnce(answer, identity)});
        }
        running = identities;
        first = false;
    }
    return changes;
}

} // namespace postern
