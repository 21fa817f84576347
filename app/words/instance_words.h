#pragma once

#include "models/fleet/instance_status.h"
#include "widgets/theme/tokens.h"

#include <QString>

namespace postern {

[[nodiscard]] State stateOf(const InstanceStatus& instance);
/// `127.0.0.1:9911 runs 9f3c1a2`, `127.0.0.1:9912 does not answer`.
[[nodiscard]] QString instanceText(const InstanceStatus& instance);

} // namespace postern
