#pragma once

#include "models/document/effective_document.h"

namespace postern {

/// The requirements of \a baselines that \a effective does not meet, exempt ones included. \a root is the
/// API's document, for the places.
[[nodiscard]] std::vector<GovernanceFinding>
judgeGovernance(const EffectiveDocument& effective, const Loaded<ApiGateway>& api,
                const std::vector<const Loaded<GatewayBaseline>*>& baselines, const QDate& today);

/// Warnings of exemptions that end within 30 days of \a today.
[[nodiscard]] std::vector<Finding> endingExemptions(const Loaded<GatewayBaseline>& baseline,
                                                    const QDate& today);

} // namespace postern
