#pragma once

#include <QFont>
#include <QRectF>
#include <QString>

class QPainter;

namespace postern {

/// Text whose digits all have the same width, so that figures in a column stand under each other even when
/// the font at hand has proportional digits (Qt 6.4 can not ask a font for its `tnum` feature).
void drawTabular(QPainter& painter, const QRectF& rect, Qt::Alignment alignment, const QString& text);
qreal tabularWidth(const QFont& font, const QString& text);

} // namespace postern
