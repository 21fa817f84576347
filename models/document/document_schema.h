#pragma once

#include "models/document/policy_catalogue.h"

namespace postern {

/// The JSON Schema (2020-12) of both kinds, a policy's config by its type.
[[nodiscard]] QJsonObject documentJsonSchema(const PolicyCatalogue& catalogue);

} // namespace postern
