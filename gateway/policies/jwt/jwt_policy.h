#pragma once

#include "gateway/policy/policy_registry.h"

namespace postern {

/// The `jwt` policy: a bearer token in the Authorization field (RFC 6750 §2.1), verified against the issuer's
/// keys.
Result<std::shared_ptr<const CompiledPolicy>> compileJwt(const EffectivePolicy& policy,
                                                         const PolicyEnvironment& environment);

} // namespace postern
