#include "gateway/server/commands/effective.h"

#include "gateway/policies/catalogue.h"
#include "gateway/server/commands/document_input.h"
#include "models/document/effective_json.h"

namespace postern {

using namespace Qt::StringLiterals;

namespace {

ExitStatus effective(const Arguments& arguments, const CommandStreams& streams)
{
    const EffectiveInput input = loadEffective(arguments.positional(), arguments.value(u"api"_s), streams);
    if (!input.effective)
        return input.status;
    if (arguments.value(u"format"_s, u"yaml"_s) == "json"_L1)
        printJson(effectiveJson(*input.effective), streams);
    else
        streams.out.write(effectiveYaml(*input.effective, policyCatalogue()));
    return ExitStatus::Success;
}

} // namespace

Command effectiveCommand()
{
    return {.name = u"effective"_s,
            .summary =
                u"prints baselines and the API's own as one, each policy with its origin, and the hash"_s,
            .positional = {.usage = u"PATH"_s, .minimum = 1, .maximum = -1},
            .options = {apiOption(), formatOption({u"yaml"_s, u"json"_s})},
            .run = effective};
}

} // namespace postern
