#include "gateway/server/commands/commands.h"

#include "gateway/server/commands/bundle.h"
#include "gateway/server/commands/check.h"
#include "gateway/server/commands/diff.h"
#include "gateway/server/commands/effective.h"
#include "gateway/server/commands/explain.h"
#include "gateway/server/commands/rules.h"
#include "gateway/server/commands/schema.h"
#include "gateway/server/commands/serve.h"

namespace postern {

std::vector<Command> commands()
{
    return {serveCommand(),   checkCommand(), bundleCommand(), effectiveCommand(),
            explainCommand(), diffCommand(),  schemaCommand(), rulesCommand()};
}

} // namespace postern
