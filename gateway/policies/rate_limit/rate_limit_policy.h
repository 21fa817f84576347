#pragma once

#include "gateway/policy/policy_registry.h"

namespace postern {

/// The `rateLimit` policy: token buckets by key, local to the process and exact over its workers.
Result<std::shared_ptr<const CompiledPolicy>> compileRateLimit(const EffectivePolicy& policy,
                                                               const PolicyEnvironment& environment);

} // namespace postern
