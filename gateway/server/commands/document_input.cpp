#include "gateway/server/commands/document_input.h"

#include "gateway/policies/catalogue.h"

#include <QJsonDocument>

namespace postern {

using namespace Qt::StringLiterals;

std::optional<LoadedDocuments> loadPaths(const QStringList& paths, const CommandStreams& streams)
{
    const auto files = findDocumentFiles(paths, Search::Recursive);
    if (!files) {
        streams.complain(files.error().message);
        return std::nullopt;
    }
    LoadedDocuments documents = loadDocuments(*files, DiskSource(), policyCatalogue());
    if (documents.apis.empty() && documents.baselines.empty() && documents.findings.empty()) {
        streams.complain(
            u"no document of kind ApiGateway or GatewayBaseline in %1"_s.arg(paths.join(u", "_s)));
        return std::nullopt;
    }
    return documents;
}

EffectiveInput loadEffective(const QStringList& paths, const QString& api, const CommandStreams& streams)
{
    EffectiveInput input;
    auto documents = loadPaths(paths, streams);
    if (!documents) {
        input.status = ExitStatus::Unusable;
        return input;
    }
    input.documents = std::move(*documents);
    const QDate today = QDateTime::currentDateTimeUtc().date();
    EffectiveResult result = makeEffective(input.documents, api, policyCatalogue(), today);
    input.effective = std::move(result.document);
    if (input.effective)
        return input;
    printFindings(input.documents.findings, streams.err);
    printFindings(result.findings, streams.err);
    input.status = input.documents.api(api) ? ExitStatus::Findings : ExitStatus::Unusable;
    return input;
}

OptionDescription apiOption()
{
    return {.name = u"api"_s,
            .value = u"NAMESPACE/NAME"_s,
            .help = u"which API, such as payments/accounts"_s,
            .required = true,
            .choices = {}};
}

OptionDescription formatOption(const QStringList& choices)
{
    return {.name = u"format"_s,
            .value = choices.join(u'|'),
            .help = u"how to print; %1 where it is not given"_s.arg(choices.front()),
            .choices = choices};
}

void printFindings(const std::vector<Finding>& findings, QIODevice& to)
{
    for (const Finding& finding : findings)
        to.write(finding.text().toUtf8() + '\n');
}

void printJson(const QJsonObject& object, const CommandStreams& streams)
{
    streams.out.write(QJsonDocument(object).toJson(QJsonDocument::Indented));
}

} // namespace postern
