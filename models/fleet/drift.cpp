#include "models/fleet/drift.h"

namespace postern {

std::vector<Drift> driftOf(const FleetSnapshot& snapshot)
{
    std::vector<Drift> drifts;
    for (const ApiStatus& api : snapshot.apis) {
        for (const InstanceStatus& instance : api.instances) {
            if (instance.asExpected.value_or(true))
                continue;
            drifts.push_back({.api = api.api,
                              .instance = instance.gateway.instance,
                              .hash = instance.hash,
                              .revision = instance.revision,
                              .expectedHash = api.expected->hash,
                              .expectedRevision = api.expected->revision,
                              .asOf = instance.lastScrape});
        }
    }
    return drifts;
}

} // namespace postern
