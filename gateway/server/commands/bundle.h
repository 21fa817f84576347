#pragma once

#include "gateway/server/command.h"

namespace postern {

/// `bundle PATH --api NAMESPACE/NAME --out DIR`: the flat folder that `serve` wants, out of a repository.
[[nodiscard]] Command bundleCommand();

} // namespace postern
