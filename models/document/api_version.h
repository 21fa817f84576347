#pragma once

#include "models/schema/text_rule.h"

namespace postern {

/// `postern.dev/v1alpha1`, the only one so far.
[[nodiscard]] const TextRule& apiVersionRule();

inline constexpr char16_t apiGroup[] = u"postern.dev/";
inline constexpr char16_t apiVersionText[] = u"postern.dev/v1alpha1";
inline constexpr char16_t gatewayKind[] = u"ApiGateway";
inline constexpr char16_t baselineKind[] = u"GatewayBaseline";

} // namespace postern
