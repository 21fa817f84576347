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
    /// A file that a document in \a folder names, which must not lead out of the folder.
    [[nodiscard]] virtual Result<QByteArray> readWithin(const QString& folder, const QString& path,
                                                        qint64 limit) const;
};

/// Files of this machine. Refuses what is no plain file. Links are followed (a ConfigMap is made of them),
/// but a named file must lie in its document's folder once they are.
class DiskSource final : public DocumentSource
{
public:
    [[nodiscard]] Result<QByteArray> read(const QString& file, qint64 limit) const override;
    [[nodiscard]] Result<QByteArray> readWithin(const QString& folder, const QString& path,
                                                qint64 limit) const override;
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

/// `folder/path`, or `path` where the folder is the current one.
[[nodiscard]] QString joinPath(const QString& folder, const QString& path);
/// The folder of \a file as it is written: empty for the current one.
[[nodiscard]] QString folderOfFile(const QString& file);

/// The .yaml and .yml files at \a paths (files are taken as they are), sorted; names that start with a dot
/// are skipped. An error when a path does not exist.
[[nodiscard]] Result<QStringList> findDocumentFiles(const QStringList& paths, Search search);

} // namespace postern
