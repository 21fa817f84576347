#pragma once

#include "gateway/server/command.h"

namespace postern {

/// `rules PATH`: Prometheus recording and alerting rules of the documents' objectives. Comes with
/// models/slo's generated rules; until then it says so.
[[nodiscard]] Command rulesCommand();

} // namespace postern
