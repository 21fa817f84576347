#include "app/workspace/document_snapshot.h"

#include <algorithm>

namespace postern {
namespace {

/// Texts in memory that remember what was asked for in vain.
class CommitSource final : public DocumentSource
{
public:
    explicit CommitSource(const QHash<QString, QByteArray>& texts) : m_texts(texts) {}

    [[nodiscard]] Result<QByteArray> read(const QString& file, qint64 limit) const override
    {
        const auto found = m_texts.constFind(file);
        if (found == m_texts.constEnd()) {
            m_lacking << file;
            return failure(Error::environment(Error::Kind::NotFound,
                                              QStringLiteral("%1 is not in this commit").arg(file)));
        }
        if (found->size() > limit)
            return failure(Error::environment(
                Error::Kind::Exhausted, QStringLiteral("%1 has more than %2 bytes").arg(file).arg(limit)));
        return *found;
    }

    [[nodiscard]] QStringList lacking() const
    {
        QStringList files = m_lacking;
        files.removeDuplicates();
        return files;
    }

private:
    const QHash<QString, QByteArray>& m_texts;
    mutable QStringList m_lacking;
};

} // namespace

const EffectiveDocument* DocumentSnapshot::effectiveOf(const QString& api) const
{
    const auto found = effective.find(api);
    return found != effective.end() && found->second.document ? &*found->second.document : nullptr;
}

DocumentReading readDocuments(const QString& revision, const QHash<QString, QByteArray>& texts,
                              const PolicyCatalogue& catalogue, const QDate& today)
{
    auto snapshot = std::make_shared<DocumentSnapshot>();
    snapshot->revision = revision;
    snapshot->texts = texts;
    std::ranges::copy_if(texts.keys(), std::back_inserter(snapshot->files), isDocumentPath);
    snapshot->files.sort();
    const CommitSource source(snapshot->texts);
    snapshot->documents = loadDocuments(snapshot->files, source, catalogue);
    for (const QString& api : snapshot->documents.apiIds())
        snapshot->effective.emplace(api, makeEffective(snapshot->documents, api, catalogue, today));
    return {std::move(snapshot), source.lacking()};
}

bool isDocumentPath(const QString& path)
{
    if (path.startsWith(QLatin1Char('.')) || path.contains(QLatin1String("/.")))
        return false;
    return path.endsWith(QLatin1String(".yaml")) || path.endsWith(QLatin1String(".yml"));
}

} // namespace postern
