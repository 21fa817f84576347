#include "gateway/server/commands/explain.h"

#include "gateway/policies/registry.h"
#include "gateway/server/commands/document_input.h"
#include "gateway/server/explanation.h"

namespace postern {

namespace {

constexpr qint64 largestRequest = 16 * 1024 * 1024;

ExitStatus unusable(const CommandStreams& streams, const QString& message)
{
    streams.complain(QStringLiteral("explain: ") + message);
    return ExitStatus::Unusable;
}

ExitStatus explain(const Arguments& arguments, const CommandStreams& streams)
{
    const QString clientText = arguments.value(QStringLiteral("client"), QStringLiteral("127.0.0.1"));
    const auto client = HostAddress::parse(clientText.toStdString());
    if (!client)
        return unusable(streams, QStringLiteral("--client %1: expected an IP address").arg(clientText));
    const QString file = arguments.value(QStringLiteral("request"));
    const auto request = DiskSource().read(file, largestRequest);
    if (!request)
        return unusable(streams, QStringLiteral("--request %1: %2").arg(file, request.error().text()));

    EffectiveInput input =
        loadEffective(arguments.positional(), arguments.value(QStringLiteral("api")), streams);
    if (!input.effective)
        return input.status;
    const auto document = std::make_shared<const EffectiveDocument>(std::move(*input.effective));
    const auto explanation = explainRequest(document, builtPolicies(), *request, *client, SystemClock());
    if (!explanation)
        return unusable(streams, explanation.error().text());
    if (arguments.value(QStringLiteral("format")) == u"json")
        printJson(explanation->json(), streams);
    else
        streams.print(explanation->text());
    return ExitStatus::Success;
}

} // namespace

Command explainCommand()
{
    return {.name = QStringLiteral("explain"),
            .summary = QStringLiteral("tells what each policy would decide for one request, and why"),
            .positional = {.usage = QStringLiteral("PATH"), .minimum = 1, .maximum = -1},
            .options = {apiOption(),
                        {.name = QStringLiteral("request"),
                         .value = QStringLiteral("FILE"),
                         .help = QStringLiteral("one raw HTTP/1.1 request"),
                         .required = true,
                         .choices = {}},
                        {.name = QStringLiteral("client"),
                         .value = QStringLiteral("ADDRESS"),
                         .help = QStringLiteral("who connects; 127.0.0.1 without it"),
                         .choices = {}},
                        formatOption({QStringLiteral("text"), QStringLiteral("json")})},
            .run = explain};
}

} // namespace postern
