#pragma once

#include "widgets/chart/chart_data.h"

#include <QSize>
#include <QTimeZone>

class QPalette;

namespace postern {

/// What a chart shows, as files. The pictures are painted in \a palette, the PNG at twice the size.
QByteArray chartAsPng(const ChartData& data, const QSize& size, const QTimeZone& zone,
                      const QPalette& palette);
QByteArray chartAsSvg(const ChartData& data, const QSize& size, const QTimeZone& zone,
                      const QPalette& palette);
/// RFC 4180: `time` in ISO 8601 UTC, then a column per series; what is missing is empty.
QByteArray chartAsCsv(const ChartData& data);

} // namespace postern
