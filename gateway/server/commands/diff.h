#pragma once

#include "gateway/server/command.h"

namespace postern {

/// `diff OLD NEW`: what changes in effect, not in text, for every API of the two.
[[nodiscard]] Command diffCommand();

} // namespace postern
