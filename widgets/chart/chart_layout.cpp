#include "widgets/chart/chart_layout.h"

#include <QFontMetricsF>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

namespace postern {
namespace {

constexpr qreal heading = 22;  ///< title, unit and step
constexpr qreal flagRoom = 9;  ///< over the plot
constexpr qreal timeRoom = 18; ///< under it
constexpr qreal labelGap = 6;
constexpr qreal labelHeight = 13;
constexpr qreal rowPerTick = 32;
constexpr qreal columnPerTick = 76;

struct Extent
{
    double low = std::numeric_limits<double>::infinity();
    double high = -std::numeric_limits<double>::infinity();
};

Extent extentOf(const ChartData& data, qint64 from, qint64 to)
{
    Extent extent;
    const qsizetype count = std::min(data.series.size(), maximumSeries);
    for (qsizetype s = 0; s < count; ++s) {
        const auto& values = data.series.at(s).values;
        for (qsizetype i = 0; i < values.size(); ++i) {
            const qint64 time = data.timeAt(i);
            if (time < from || time > to || !std::isfinite(values.at(i)))
                continue;
            extent.low = std::min(extent.low, values.at(i));
            extent.high = std::max(extent.high, values.at(i));
        }
    }
    if (data.fromZero)
        extent.low = std::min(extent.low, 0.0);
    // A threshold belongs into the picture while it does not flatten the lines.
    for (const ChartThreshold& threshold : data.thresholds) {
        if (threshold.value <= 3 * extent.high)
            extent.high = std::max(extent.high, threshold.value);
    }
    return extent;
}

/// The last value inside the range; NaN when there is none.
double lastValue(const ChartData& data, const ChartSeries& series, qint64 from, qint64 to)
{
    for (qsizetype i = series.values.size(); i-- > 0;) {
        const qint64 time = data.timeAt(i);
        if (time <= to && time >= from && std::isfinite(series.values.at(i)))
            return series.values.at(i);
    }
    return std::numeric_limits<double>::quiet_NaN();
}

void placeEndLabels(ChartLayout& layout, const ChartData& data)
{
    QList<qreal> wishes;
    for (qsizetype s = 0; s < std::min(data.series.size(), maximumSeries); ++s) {
        const double value = lastValue(data, data.series.at(s), layout.from, layout.to);
        if (std::isnan(value))
            continue;
        const qreal y = layout.y(value);
        layout.endLabels.append({s, y, y, data.series.at(s).name});
        wishes.append(y);
    }
    const QList<qreal> places = spread(wishes, labelHeight, layout.plot.top(), layout.plot.bottom());
    for (qsizetype i = 0; i < places.size(); ++i)
        layout.endLabels[i].y = places.at(i);
}

} // namespace

qreal ChartLayout::x(qint64 time) const
{
    return plot.left() + plot.width() * double(time - from) / double(std::max<qint64>(to - from, 1));
}

qreal ChartLayout::y(double value) const
{
    return plot.bottom() - plot.height() * (value - values.low) / (values.high - values.low);
}

qint64 ChartLayout::timeAt(qreal position) const
{
    const qreal width = std::max<qreal>(plot.width(), 1);
    return from + qint64(double(to - from) * (position - plot.left()) / width);
}

ChartLayout layoutChart(const ChartData& data, const QSizeF& size, qint64 from, qint64 to,
                        const QTimeZone& zone)
{
    ChartLayout layout;
    layout.from = from;
    layout.to = std::max(to, from + 1);
    const QFontMetricsF caption(textFont(textSize::caption));
    const qreal plotHeight = std::max<qreal>(size.height() - heading - flagRoom - timeRoom, 10);
    const Extent extent = extentOf(data, from, to);
    layout.values = valueTicks(extent.low, extent.high, std::max(2, int(plotHeight / rowPerTick)));
    qreal left = 0;
    for (const double position : layout.values.positions)
        left = std::max(left, caption.horizontalAdvance(layout.values.label(position)));
    qreal right = 0;
    for (qsizetype s = 0; s < std::min(data.series.size(), maximumSeries); ++s)
        right = std::max(right, caption.horizontalAdvance(data.series.at(s).name));
    // A long name is elided rather than squeezing the lines.
    right = std::min(std::ceil(right), size.width() * 0.28);
    left = std::ceil(left) + labelGap;
    const qreal width = std::max<qreal>(size.width() - left - right - labelGap - 1, 10);
    layout.plot = QRectF(left, heading + flagRoom, width, plotHeight);
    layout.times = timeTicks(layout.from, layout.to, std::max(1, int(width / columnPerTick)), zone);
    placeEndLabels(layout, data);
    return layout;
}

// Isotonic regression (pool adjacent violators): with neighbours at least `distance` apart, the places that
// differ least, in squares, from the wishes.
QList<qreal> spread(const QList<qreal>& wishes, qreal distance, qreal low, qreal high)
{
    const auto count = std::size_t(wishes.size());
    if (count == 0)
        return {};
    const qreal room = high - low;
    if (count > 1)
        distance = std::min(distance, room / double(count - 1));
    std::vector<std::size_t> order(count);
    std::iota(order.begin(), order.end(), std::size_t(0));
    std::ranges::stable_sort(order, {}, [&](std::size_t i) { return wishes.at(qsizetype(i)); });
    struct Pool
    {
        qreal sum;
        std::size_t size;
        [[nodiscard]] qreal mean() const { return sum / double(size); }
    };
    std::vector<Pool> pools;
    for (std::size_t i = 0; i < count; ++i) {
        pools.push_back({wishes.at(qsizetype(order[i])) - double(i) * distance, 1});
        while (pools.size() > 1 && pools[pools.size() - 2].mean() > pools.back().mean()) {
            const Pool last = pools.back();
            pools.pop_back();
            pools.back().sum += last.sum;
            pools.back().size += last.size;
        }
    }
    QList<qreal> places(qsizetype(count), 0);
    std::size_t i = 0;
    const qreal highest = high - double(count - 1) * distance;
    for (const Pool& pool : pools) {
        const qreal base = std::clamp(pool.mean(), low, std::max(low, highest));
        for (std::size_t k = 0; k < pool.size; ++k, ++i)
            places[qsizetype(order[i])] = base + double(i) * distance;
    }
    return places;
}

} // namespace postern
