#pragma once

#include "models/schema/record.h"

namespace postern {

/// The `requestId` policy's configuration.
struct RequestIdConfig
{
    enum class Trust { Never, TrustedProxies, Always };

    QString header = QStringLiteral("X-Request-Id");
    Trust trust = Trust::TrustedProxies;
};

const Record<RequestIdConfig>& requestIdRecord();

} // namespace postern
