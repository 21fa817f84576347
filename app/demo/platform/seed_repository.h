#pragma once

#include "app/demo/traffic/token_key.h"
#include "models/base/result.h"

#include <QHash>

#include <vector>

namespace postern::demo {

/// A bare repository with the demo's documents on `main`, and a clone of it for the console. Blocks.
struct SeedRepository
{
    QString bare;
    QString clone;
    QString revision; ///< of the first commit

    /// Both below \a directory. \a originPorts by API name; \a keys go public as each API's `jwks.json`.
    static Result<SeedRepository> create(const QString& directory, const QHash<QString, quint16>& originPorts,
                                         const std::vector<TokenKey>& keys);
};

/// The documents with the addresses of the running origin, by their path in the repository.
[[nodiscard]] Result<QHash<QString, QByteArray>> renderDocuments(const QHash<QString, quint16>& originPorts,
                                                                 const std::vector<TokenKey>& keys);

} // namespace postern::demo
