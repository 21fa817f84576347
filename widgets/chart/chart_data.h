#pragma once

#include "widgets/theme/tokens.h"

#include <QList>
#include <QString>

#include <optional>

namespace postern {

/// One line: values at the chart's grid, NaN where there is none.
struct ChartSeries
{
    QString name;
    QList<double> values;
    std::optional<State> state; ///< 5xx is drawn in bad; otherwise the next colour of the series
};

/// A dashed horizontal line with a name: "pages at 0.144".
struct ChartThreshold
{
    QString name;
    double value = 0;
    State state = State::Watch;
};

/// Something that happened: a configuration change. Its flag opens it.
struct ChartMark
{
    qint64 time = 0; ///< ms since the epoch
    QString text;    ///< "9f3c1a2 lower upstream timeout"
    QString target;  ///< given back when the flag is activated
};

/// Everything a TimeSeriesChart shows; a value.
struct ChartData
{
    QString title;    ///< "Traffic"
    QString unit;     ///< "requests/s, by code"; said in the corner
    QString query;    ///< PromQL, offered by the tooltip
    qint64 start = 0; ///< ms since the epoch, of the first value
    qint64 step = 0;  ///< ms between values
    qint64 end = 0;   ///< the right edge; 0: the last value
    QList<ChartSeries> series;
    QList<ChartThreshold> thresholds;
    QList<ChartMark> marks;
    bool stale = false; ///< drawn muted: the source is away
    bool fromZero = true;

    [[nodiscard]] qint64 timeAt(qsizetype index) const { return start + index * step; }
    [[nodiscard]] qsizetype length() const;
    [[nodiscard]] qint64 last() const;
    /// The value nearest to \a time, NaN beyond half a step.
    [[nodiscard]] double valueAt(const ChartSeries& series, qint64 time) const;
};

/// At most this many series are drawn; the rest is named as "and n more" in the corner.
inline constexpr qsizetype maximumSeries = 6;

} // namespace postern
