#pragma once

#include "models/base/result.h"

#include <QByteArray>
#include <QHash>
#include <QStringList>

namespace postern {

/// Where documents, and the files they name, are read from: a folder, a commit, an editor's unsaved text.
/// Files are named as the user would: the same name stands in findings.
class DocumentSource
{
public:
    virtual ~DocumentSource() = default;
    /// At most \a limit bytes; a longer file is an error.
    [[nodiscard]] virtual Result<QByteArray> read(const QString& file, qint64 limit) const = 0;
};

/// Files of this machine. Refuses what is no plain file; a file reached from \a within must lie in that
/// folder after links are followed (a ConfigMap's links do).
class DiskSource final : public DocumentSource
{
public:
    [[nodiscard]] Result<QByteArray> read(const QString& file, qint64 limit) const override;
};

/// Texts in memory, by name.
class MemorySource final : public DocumentSource
{
public:
    explicit MemorySource(QHash<QString, QByteArray> files) : m_files(std::move(files)) {}
    [[nodiscard]] Result<QByteArray> read(const QString& file, qint64 limit) const override;

private:
    QHash<QString, QByteArray> m_files;
};

enum class Search {
    Flat,     ///< the folder alone: what `serve` reads
    Recursive ///< a repository
};

/// The .yaml and .yml files at \a paths (files are taken as they are), sorted; names that start with a dot
/// are skipped. An error when a path does not exist.
[[nodiscard]] Result<QStringList> findDocumentFiles(const QStringList& paths, Search search);

} // namespace postern
