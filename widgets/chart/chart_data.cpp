#include "widgets/chart/chart_data.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace postern {

qsizetype ChartData::length() const
{
    qsizetype length = 0;
    for (const ChartSeries& one : series)
        length = std::max(length, one.values.size());
    return length;
}

qint64 ChartData::last() const { return end > 0 ? end : timeAt(std::max<qsizetype>(length() - 1, 0)); }

double ChartData::valueAt(const ChartSeries& one, qint64 time) const
{
    constexpr double missing = std::numeric_limits<double>::quiet_NaN();
    if (step <= 0)
        return missing;
    const auto index = qsizetype(std::llround(double(time - start) / double(step)));
    return index >= 0 && index < one.values.size() ? one.values.at(index) : missing;
}

} // namespace postern
