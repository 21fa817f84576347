#include "app/words/figure_words.h"

namespace postern {

QString orDash(const QString& figure) { return figure.isEmpty() ? QStringLiteral("—") : figure; }

QString promise(double share) { return QString::number(share * 100.0, 'g', 7) + QStringLiteral(" %"); }

} // namespace postern
