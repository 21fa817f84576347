#pragma once

#include <QByteArray>
#include <QStringList>

namespace postern {

/// What the kernel says of files without opening them: identity, size, times, links followed. Two equal
/// stamps mean that nothing was written, swapped, added or removed in between. \a path: a document or a
/// folder of them, whose present members count; \a named: files beside those.
[[nodiscard]] QByteArray stampOf(const QString& path, const QStringList& named);
/// The same of single files.
[[nodiscard]] QByteArray stampOf(const QStringList& files);

enum class Writers {
    None,    ///< what stands there is whole, as far as its writer closed it
    Some,    ///< somebody has one of the files open for writing
    Unknown, ///< the kernel does not tell: another user's file, a file system without leases
};

/// Whether somebody is writing one of the files of stampOf() at this moment.
[[nodiscard]] Writers writersOf(const QString& path, const QStringList& named);

} // namespace postern
