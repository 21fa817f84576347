#pragma once

#include "widgets/chart/chart_layout.h"

#include <QPainterPath>

class QPainter;

namespace postern {

struct Colours;

/// Paints data at a layout; no crosshair, no interaction.
void paintChart(QPainter& painter, const ChartData& data, const ChartLayout& layout, const QSizeF& size,
                const Colours& colours);

/// The crosshair at \a time with a box of the values there.
void paintCrosshair(QPainter& painter, const ChartData& data, const ChartLayout& layout, qint64 time,
                    const QTimeZone& zone, const Colours& colours);

/// The line of one series: a new sub-path after every gap; a value alone between gaps is a short dash.
QPainterPath linePath(const ChartData& data, const ChartSeries& series, const ChartLayout& layout);

const QColor& seriesColour(const ChartData& data, qsizetype series, const Colours& colours);

} // namespace postern
