#include "gateway/server/commands/bundle.h"

#include "gateway/policies/catalogue.h"
#include "gateway/server/commands/document_input.h"
#include "models/document/bundle.h"

#include <QDir>
#include <QFile>

namespace postern {

using namespace Qt::StringLiterals;

namespace {

Result<void> write(const Bundle& bundle, const QString& folder)
{
    if (!QDir().mkpath(folder))
        return failure(Error::environment(Error::Kind::Unavailable, u"%1 can not be made"_s.arg(folder)));
    // What an earlier bundle left behind would be read along with this one.
    if (!QDir(folder).isEmpty(QDir::AllEntries | QDir::Hidden | QDir::System | QDir::NoDotAndDotDot))
        return failure(Error::environment(
            Error::Kind::Conflict, u"%1 is not empty; a bundle needs a folder of its own"_s.arg(folder)));
    for (const auto& [name, contents] : bundle) {
        QFile file(QDir(folder).filePath(name));
        if (!file.open(QIODevice::WriteOnly | QIODevice::NewOnly) ||
            file.write(contents) != contents.size() || !file.flush())
            return failure(Error::environment(Error::Kind::Unavailable,
                                              u"%1: %2"_s.arg(file.fileName(), file.errorString())));
    }
    return {};
}

ExitStatus bundle(const Arguments& arguments, const CommandStreams& streams)
{
    const EffectiveInput input = loadEffective(arguments.positional(), arguments.value(u"api"_s), streams);
    if (!input.effective)
        return input.status;
    const auto made = makeBundle(input.documents, *input.effective, DiskSource(), policyCatalogue());
    if (!made) {
        streams.complain(u"bundle: "_s + made.error().text());
        return ExitStatus::Findings;
    }
    const QString out = arguments.value(u"out"_s);
    if (const auto written = write(*made, out); !written) {
        streams.complain(u"bundle: "_s + written.error().text());
        return ExitStatus::Unusable;
    }
    streams.print(u"%1: %2 files in %3, hash %4\n"_s.arg(input.effective->id)
                      .arg(made->size())
                      .arg(out, input.effective->hash));
    return ExitStatus::Success;
}

} // namespace

Command bundleCommand()
{
    return {.name = u"bundle"_s,
            .summary =
                u"writes the flat folder that serve wants: the API's document, its baselines, their files"_s,
            .positional = {.usage = u"PATH"_s, .minimum = 1, .maximum = -1},
            .options = {apiOption(),
                        {.name = u"out"_s,
                         .value = u"DIR"_s,
                         .help = u"the folder to write; made where it is missing, else it must be empty"_s,
                         .required = true,
                         .choices = {}}},
            .run = bundle};
}

} // namespace postern
