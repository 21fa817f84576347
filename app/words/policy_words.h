#pragma once

#include "models/fleet/policy_status.h"

#include <QString>

namespace postern {

/// Where a policy of \a api comes from, short: `baseline payments`, or its own `gateway.yaml:47`.
[[nodiscard]] QString originText(const PolicyStatus& policy, const QString& api);

} // namespace postern
