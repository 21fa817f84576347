#pragma once

#include <QString>

namespace postern {

/// A figure as models/base/quantity.h writes it, or a dash where it is not known.
[[nodiscard]] QString orDash(const QString& figure);
/// A promised share, as exact as it was written: 0.9999 → `99.99 %`.
[[nodiscard]] QString promise(double share);

} // namespace postern
