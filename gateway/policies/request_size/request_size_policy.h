#pragma once

#include "gateway/policy/policy_registry.h"

namespace postern {

/// The `requestSize` policy: bodies up to a bound.
Result<std::shared_ptr<const CompiledPolicy>> compileRequestSize(const EffectivePolicy& policy,
                                                                 const PolicyEnvironment& environment);

} // namespace postern
