#pragma once

#include "models/document/effective_document.h"

#include <QHash>

#include <map>
#include <memory>

namespace postern {

/// Every document of one commit: texts, parsed, merged. Immutable and shared by pointer; made off the UI
/// thread.
struct DocumentSnapshot
{
    QString revision;                 ///< the commit
    QHash<QString, QByteArray> texts; ///< documents and the files they name, by path in the repository
    QStringList files;                ///< of the documents, sorted
    LoadedDocuments documents;
    std::map<QString, EffectiveResult> effective; ///< by API

    /// Null where the API is unknown or its documents do not merge.
    [[nodiscard]] const EffectiveDocument* effectiveOf(const QString& api) const;
};
using DocumentSnapshotPtr = std::shared_ptr<const DocumentSnapshot>;

/// A snapshot, and what it would have needed: files that documents name and \a texts lacks.
struct DocumentReading
{
    DocumentSnapshotPtr snapshot;
    QStringList lacking;
};

/// Blocking and pure. \a today decides exemptions alone.
[[nodiscard]] DocumentReading readDocuments(const QString& revision, const QHash<QString, QByteArray>& texts,
                                            const PolicyCatalogue& catalogue, const QDate& today);

/// Whether \a path is read as a document: .yaml or .yml, no part of it hidden.
[[nodiscard]] bool isDocumentPath(const QString& path);

} // namespace postern
