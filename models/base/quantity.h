#pragma once

#include <QString>

#include <chrono>

/// Figures as the desk writes them: three significant figures, `.` for decimals, `,` between thousands. A
/// figure that is not known (NaN) is an empty text: the view decides how to show nothing.
namespace postern::quantity {

/// `0.123`, `12.3`, `1.24 k`, `4.83 M`: any number, with its magnitude.
[[nodiscard]] QString scaled(double value);
/// As scaled, but thousands are written out up to a million: `1,120`, `38`, `0.42`.
[[nodiscard]] QString plain(double value);
/// A ratio of what went wrong, as percent with three decimals and no sign: 0.00482 → `0.482`; over ten
/// percent three figures: `48.2`.
[[nodiscard]] QString errorPercent(double ratio);
/// A ratio of what went well, as percent; near 100 as many nines as it has: 0.99987 → `99.987`, 0.64 → `64`.
/// Never rounded up to 100.
[[nodiscard]] QString goodPercent(double ratio);
/// A share left, in whole percent, never rounded up to 100 nor down to 0: `12`.
[[nodiscard]] QString sharePercent(double share);
/// A multiple: `48.2`, `0.2`, `0`.
[[nodiscard]] QString multiple(double value);
/// Seconds as milliseconds without the unit: 0.0382 → `38.2`.
[[nodiscard]] QString milliseconds(double seconds);
/// `41 MiB`'s number: bytes in MiB.
[[nodiscard]] QString mebibytes(double bytes);
/// The two largest units: `1 h 47 min`, `5 d 4 h`, `40 s`.
[[nodiscard]] QString duration(std::chrono::seconds duration);

} // namespace postern::quantity
