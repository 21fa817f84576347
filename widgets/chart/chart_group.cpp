#include "widgets/chart/chart_group.h"

#include "widgets/chart/time_series_chart.h"

namespace postern {

void ChartGroup::add(TimeSeriesChart* chart) { chart->join(this); }

void ChartGroup::setCrosshair(std::optional<qint64> time)
{
    if (time == m_crosshair)
        return;
    m_crosshair = time;
    Q_EMIT crosshairChanged();
}

void ChartGroup::setZoom(std::optional<Range> range)
{
    if (range == m_zoom)
        return;
    m_zoom = range;
    Q_EMIT zoomChanged();
}

} // namespace postern
