#pragma once

#include "models/document/effective_document.h"

namespace postern {

/// The policies of one API: those of the baselines that apply, and its own.
struct MergedPolicies
{
    std::vector<EffectivePolicyPtr> api;                 ///< the API's level
    std::vector<std::vector<EffectivePolicyPtr>> routes; ///< one list for each route
    std::vector<Finding> findings;                       ///< conflicts: always errors
};

/// Merges as CONTRACT states. \a baselines are those that apply, in order. A policy is identified by its
/// name: a locked one of a baseline stands; a default one gives way to the document's of the same type; a
/// route's replaces the API's, in its place. The order is that of the stages, then baselines, then the
/// document.
[[nodiscard]] MergedPolicies mergePolicies(const Loaded<ApiGateway>& api,
                                           const std::vector<const Loaded<GatewayBaseline>*>& baselines,
                                           const PolicyCatalogue& catalogue);

} // namespace postern
