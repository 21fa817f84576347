#pragma once

#include "gateway/policy/policy.h"
#include "models/base/clock.h"

#include <memory>
#include <string>
#include <vector>

namespace postern {

/// What a policy keeps across workers and across reloads: bounded structures of atomics, safe from any
/// thread.
class SharedState
{
public:
    virtual ~SharedState() = default;

    /// The configuration that this was compiled for is taken; until then the one before serves on, perhaps
    /// for good, and nothing that it uses may change. Called on the control thread, more than once.
    virtual void inForce(Clock::Steady now) { Q_UNUSED(now) }
};

/// One policy of a document: its configuration, parsed once, and its shared state. Immutable; owned by a
/// PolicySet and shared by all workers.
class CompiledPolicy
{
public:
    virtual ~CompiledPolicy() = default;

    /// The policy for one worker. Called on that worker's thread.
    [[nodiscard]] virtual std::unique_ptr<Policy> createForWorker() const = 0;

    /// Request fields the policy writes: no client may set these for the upstream.
    [[nodiscard]] virtual std::vector<std::string> managedHeaders() const { return {}; }

    /// What the next configuration's policy of the same name and type may take over; null when there is
    /// nothing.
    [[nodiscard]] virtual std::shared_ptr<SharedState> sharedState() const { return nullptr; }
};

} // namespace postern
