#include "gateway/server/commands/commands.h"

#include "gateway/server/commands/rules.h"
#include "gateway/server/commands/serve.h"

namespace postern {

std::vector<Command> commands() { return {serveCommand(), rulesCommand()}; }

} // namespace postern
