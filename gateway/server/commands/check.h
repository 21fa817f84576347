#pragma once

#include "gateway/server/command.h"

namespace postern {

/// `check PATH…`: validates documents and governance, for a repository's CI.
[[nodiscard]] Command checkCommand();

} // namespace postern
