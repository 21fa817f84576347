#pragma once

#include "models/document/policy_catalogue.h"

namespace postern {

/// Every policy type of the contract: what this release builds with its config, the rest by name, so that a
/// document that names one is told it is not built yet. Links the configs alone, so the console has it
/// without the data path. Immutable, made once, read from any thread.
class GatewayPolicyCatalogue final : public PolicyCatalogue
{
public:
    GatewayPolicyCatalogue();
    [[nodiscard]] const std::vector<PolicyTypeDescription>& types() const override { return m_types; }

private:
    std::vector<PolicyTypeDescription> m_types;
};

} // namespace postern
