#pragma once

#include "models/document/effective_document.h"

namespace postern {

/// A policy's configuration as its plain struct. The document was found good when it was loaded, so this can
/// not fail: what was written then is read again.
template<typename Config>
[[nodiscard]] Config readConfig(const Record<Config>& record, const EffectivePolicy& policy)
{
    if (!policy.entry.config)
        return Config{};
    Findings findings;
    Config config = record.parse(*policy.entry.config, QString(), findings);
    Q_ASSERT(!findings.hasErrors());
    return config;
}

/// An error at a field of a policy's configuration, for what only compiling it can find.
[[nodiscard]] inline Error inPolicy(const EffectivePolicy& policy, const QString& field,
                                    const QString& message)
{
    Place place = policy.origin.place;
    place.path += QStringLiteral(".config.") + field;
    return Error::invalid(message, place);
}

} // namespace postern
