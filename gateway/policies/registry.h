#pragma once

#include "gateway/policy/policy_registry.h"

namespace postern {

/// Every policy type that is built.
[[nodiscard]] PolicyRegistry builtPolicies();

} // namespace postern
