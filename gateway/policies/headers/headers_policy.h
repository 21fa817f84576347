#pragma once

#include "gateway/policy/policy_registry.h"

namespace postern {

/// The `headers` policy: fields set, added and removed, on the request's way out and the response's way back.
Result<std::shared_ptr<const CompiledPolicy>> compileHeaders(const EffectivePolicy& policy,
                                                             const PolicyEnvironment& environment);

} // namespace postern
