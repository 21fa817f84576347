#include "gateway/server/load_configuration.h"

#include <QFileInfo>

namespace postern {

namespace {

Finding error(const QString& rule, const QString& file, const QString& found, const QString& expected)
{
    return {.rule = rule, .place = {.file = file, .path = {}}, .found = found, .expected = expected};
}

/// A file that is being written anew is empty for a moment; skipping it would run the API without its
/// baseline.
void refuseEmptyFiles(const QStringList& files, std::vector<Finding>& findings)
{
    for (const QString& file : files)
        if (const QFileInfo info(file); info.exists() && info.size() == 0)
            findings.push_back(error(QStringLiteral("empty-file"), file, QStringLiteral("nothing"),
                                     QStringLiteral("a document; or no such file")));
}

void requireOneApi(const LoadedDocuments& documents, const QString& path, std::vector<Finding>& findings)
{
    const QStringList ids = documents.apiIds();
    if (ids.size() != 1)
        findings.push_back(
            error(QStringLiteral("one-api"), path,
                  ids.isEmpty() ? QStringLiteral("no ApiGateway") : ids.join(QStringLiteral(", ")),
                  QStringLiteral("exactly one ApiGateway")));
}

template<typename Document>
void addFiles(const std::vector<Loaded<Document>>& documents, QStringList& files)
{
    for (const Loaded<Document>& loaded : documents)
        for (const NamedFile& named : loaded.files)
            files.append(named.file);
}

} // namespace

LoadedConfiguration loadConfiguration(const QString& path, const PolicyCatalogue& catalogue,
                                      const QDate& today)
{
    LoadedConfiguration result;
    const auto files = findDocumentFiles({path}, Search::Flat);
    if (!files) {
        result.findings.push_back(error(QStringLiteral("unreadable-file"), path, files.error().message,
                                        QStringLiteral("a document, or a folder of documents")));
        return result;
    }
    LoadedDocuments documents = loadDocuments(*files, DiskSource(), catalogue);
    result.files = *files;
    addFiles(documents.apis, result.files);
    addFiles(documents.baselines, result.files);
    result.files.removeDuplicates();
    result.findings = std::move(documents.findings);
    refuseEmptyFiles(*files, result.findings);
    requireOneApi(documents, path, result.findings);
    if (hasErrors(result.findings))
        return result;

    EffectiveResult effective = makeEffective(documents, documents.apiIds().first(), catalogue, today);
    result.findings.insert(result.findings.end(), effective.findings.begin(), effective.findings.end());
    if (effective.document && !hasErrors(result.findings))
        result.document = std::make_shared<const EffectiveDocument>(std::move(*effective.document));
    return result;
}

} // namespace postern
