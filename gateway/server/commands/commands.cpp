#include "gateway/server/commands/commands.h"

#include "gateway/server/commands/rules.h"

namespace postern {

std::vector<Command> commands() { return {rulesCommand()}; }

} // namespace postern
