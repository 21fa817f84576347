#pragma once

#include "gateway/server/command.h"

namespace postern {

/// Every subcommand, in the order in which help lists them.
[[nodiscard]] std::vector<Command> commands();

} // namespace postern
