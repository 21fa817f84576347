#pragma once

#include "gateway/server/command.h"

namespace postern {

/// `effective PATH --api NAMESPACE/NAME`: what a gateway would run, each policy with its origin, and the
/// hash.
[[nodiscard]] Command effectiveCommand();

} // namespace postern
