#pragma once

#include "gateway/server/command.h"

namespace postern {

/// `explain PATH --api NAMESPACE/NAME --request FILE`: what each policy would decide for one request, and
/// why.
[[nodiscard]] Command explainCommand();

} // namespace postern
