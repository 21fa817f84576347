#pragma once

#include "models/schema/finding.h"

#include <QString>

namespace postern {

/// What a person reads beside a field or a line: `expected a duration such as 250ms; found "fast"`.
[[nodiscard]] QString findingText(const Finding& finding);

} // namespace postern
