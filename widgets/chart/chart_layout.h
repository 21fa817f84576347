#pragma once

#include "widgets/chart/chart_data.h"
#include "widgets/chart/ticks.h"

#include <QRectF>
#include <QTimeZone>

namespace postern {

/// Where everything of a chart stands, for one size; a value made anew when size, data or zoom change.
struct ChartLayout
{
    struct EndLabel
    {
        qsizetype series;
        qreal y;      ///< centre, after making room
        qreal valueY; ///< where the line ends
        QString text;
    };

    QRectF plot;
    qint64 from = 0;
    qint64 to = 1;
    ValueTicks values;
    QList<TimeTick> times;
    QList<EndLabel> endLabels;

    [[nodiscard]] qreal x(qint64 time) const;
    [[nodiscard]] qreal y(double value) const;
    [[nodiscard]] qint64 timeAt(qreal x) const;
};

ChartLayout layoutChart(const ChartData& data, const QSizeF& size, qint64 from, qint64 to,
                        const QTimeZone& zone);

/// Moves centres apart so that neighbours are at least \a distance from each other within [low, high], each
/// as near to its wish as its neighbours let it. Returns places in the order of \a wishes.
QList<qreal> spread(const QList<qreal>& wishes, qreal distance, qreal low, qreal high);

} // namespace postern
