#pragma once

#include <QByteArray>
#include <QStringList>

namespace postern {

/// What the kernel says of files without opening them: identity, size, times, links followed. Two equal
/// stamps mean that nothing was written, swapped, added or removed in between. \a path: a document or a
/// folder of them, whose present members count; \a named: files beside those.
[[nodiscard]] QByteArray stampOf(const QString& path, const QStringList& named);

} // namespace postern
