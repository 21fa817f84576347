#include "gateway/server/commands/rules.h"

namespace postern {

Command rulesCommand()
{
    return {.name = QStringLiteral("rules"),
            .summary = QStringLiteral("Prometheus recording and alerting rules (not built yet)"),
            .positional = {.usage = QStringLiteral("PATH"), .minimum = 0, .maximum = -1},
            .options = {},
            .run = [](const Arguments&, const CommandStreams& streams) {
                streams.complain(QStringLiteral("rules is not built yet"));
                return ExitStatus::Unusable;
            }};
}

} // namespace postern
