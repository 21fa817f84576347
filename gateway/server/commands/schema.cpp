#include "gateway/server/commands/schema.h"

#include "gateway/policies/catalogue.h"
#include "gateway/server/commands/document_input.h"
#include "models/document/document_schema.h"

namespace postern {

using namespace Qt::StringLiterals;

namespace {

ExitStatus schema(const Arguments& arguments, const CommandStreams& streams)
{
    for (const QString& later : {u"crd"_s, u"manual"_s})
        if (arguments.has(later)) {
            streams.complain(u"schema: --%1 is not built yet; --json-schema is"_s.arg(later));
            return ExitStatus::Unusable;
        }
    printJson(documentJsonSchema(policyCatalogue()), streams);
    return ExitStatus::Success;
}

OptionDescription flag(const QString& name, const QString& help)
{
    return {.name = name, .value = {}, .help = help, .choices = {}};
}

} // namespace

Command schemaCommand()
{
    return {
        .name = u"schema"_s,
        .summary = u"prints what documents may say, generated from the field tables"_s,
        .positional = {},
        .options = {flag(u"json-schema"_s, u"JSON Schema 2020-12 of both kinds; what is printed anyway"_s),
                    flag(u"crd"_s, u"Kubernetes custom resource definitions (not built yet)"_s),
                    flag(u"manual"_s, u"reference pages (not built yet)"_s)},
        .run = schema};
}

} // namespace postern
