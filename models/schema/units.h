#pragma once

#include "models/schema/values.h"

#include <optional>

namespace postern {

/// `250ms` `2s` `5m` `24h` `30d`: a whole number and one unit. Nothing else; `0` needs its unit too.
[[nodiscard]] std::optional<std::chrono::milliseconds> parseDuration(QStringView text);
/// In the largest unit that divides it: 60000 → `1m`, 0 → `0s`.
[[nodiscard]] QString formatDuration(std::chrono::milliseconds duration);

/// `512B` `64KiB` `1MiB` `2GiB`: a whole number and one unit.
[[nodiscard]] std::optional<Bytes> parseBytes(QStringView text);
[[nodiscard]] QString formatBytes(Bytes bytes);

} // namespace postern
