#pragma once

#include "gateway/policy/policy_set.h"
#include "gateway/proxy/compiled_snapshot.h"
#include "gateway/proxy/worker_upstream.h"
#include "gateway/telemetry/worker_telemetry.h"

#include <memory>
#include <vector>

namespace postern {

struct WorkerContext;

/// A snapshot as one worker runs it: its policies, its pools, its counters. Owned by the worker and by the
/// requests that began with it; on the worker's thread. It ends with the last of them.
struct WorkerConfiguration
{
    std::shared_ptr<const Snapshot> snapshot;
    PolicyChains chains;
    std::shared_ptr<RequestTelemetry> telemetry;
    std::vector<WorkerUpstream> upstreams; ///< by position in the document

    [[nodiscard]] const Snapshot::Compiled& compiled() const { return snapshot->compiled(); }

    /// Pools of upstreams that stayed as they were are taken over from \a previous (may be null).
    static std::shared_ptr<const WorkerConfiguration> create(std::shared_ptr<const Snapshot> snapshot,
                                                             WorkerContext& context,
                                                             const WorkerConfiguration* previous);
};

} // namespace postern
