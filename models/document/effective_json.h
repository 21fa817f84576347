#pragma once

#include "models/document/effective_document.h"

namespace postern {

/// Where each policy of an effective document's `spec` comes from, by its path there: `policies[0]`,
/// `routes[1].policies[2]` → {layer, document, file, line, column, path, revision}.
[[nodiscard]] QJsonObject originsJson(const EffectiveDocument& effective);

/// {api, hash, revision, baselines, spec, origins, governance}: what `effective --format json` prints.
[[nodiscard]] QJsonObject effectiveJson(const EffectiveDocument& effective);

/// The same for people: units as documents write them, each policy with its origin beside it.
[[nodiscard]] QByteArray effectiveYaml(const EffectiveDocument& effective, const PolicyCatalogue& catalogue);

} // namespace postern
