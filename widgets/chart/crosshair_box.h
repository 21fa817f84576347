#pragma once

#include "widgets/chart/chart_layout.h"

class QPainter;

namespace postern {

struct Colours;

/// The moment and every series' value there, beside the crosshair, on the side that has room.
void paintCrosshairBox(QPainter& painter, const ChartData& data, const ChartLayout& layout, qint64 time,
                       const QTimeZone& zone, const Colours& colours);

/// `14:03:20`, with the day when it is not the last value's.
QString momentText(const ChartData& data, qint64 time, const QTimeZone& zone);

} // namespace postern
