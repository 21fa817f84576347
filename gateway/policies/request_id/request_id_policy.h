#pragma once

#include "gateway/policy/policy_registry.h"

namespace postern {

/// The `requestId` policy: an id for each request, new or from a proxy that is trusted.
Result<std::shared_ptr<const CompiledPolicy>> compileRequestId(const EffectivePolicy& policy,
                                                               const PolicyEnvironment& environment);

} // namespace postern
