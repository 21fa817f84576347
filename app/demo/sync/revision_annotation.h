#pragma once

#include "models/base/result.h"

#include <QByteArray>
#include <QString>

namespace postern::demo {

/// The document with the annotation `postern.dev/revision`, as a deployment tool fills it in: all other bytes
/// stay. \a text holds one ApiGateway.
[[nodiscard]] Result<QByteArray> withRevision(const QByteArray& text, const QString& revision);

/// The same for the file of \a directory that holds the ApiGateway.
[[nodiscard]] Result<void> writeRevision(const QString& directory, const QString& revision);

} // namespace postern::demo
