#pragma once

#include "models/schema/record.h"

#include <QStringList>

#include <chrono>
#include <utility>
#include <vector>

namespace postern {

/// Where the issuer's public keys come from.
struct JwksSource
{
    FileReference file; ///< relative to the document
};

/// The `jwt` policy's configuration; its fields are described in jwtRecord().
struct JwtConfig
{
    enum class Algorithm { RS256, ES256 };

    QString issuer;
    std::vector<QString> audiences;
    std::vector<Algorithm> algorithms;
    JwksSource jwks;
    std::chrono::milliseconds clockSkew{30000};
    bool requireExpiry = true;
    bool forwardToken = false;
    std::vector<std::pair<QString, QString>> claimsToHeaders; ///< field name → claim
};

const Record<JwtConfig>& jwtRecord();

} // namespace postern
