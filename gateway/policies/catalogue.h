#pragma once

#include "models/document/policy_catalogue.h"

namespace postern {

/// Every policy type of the contract: what this release builds with its config, the rest by name, so that a
/// document that names one is told it is not built yet. Links the configs alone, so the console has it
/// without the data path. Immutable, made on first use, read from any thread.
[[nodiscard]] const PolicyCatalogue& policyCatalogue();

} // namespace postern
