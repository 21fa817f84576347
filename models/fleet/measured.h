#pragma once

#include "models/base/clock.h"

#include <cmath>
#include <limits>
#include <vector>

namespace postern {

/// A figure and the moment at which it was true. Not known is NaN, never zero.
struct Measured
{
    double value = std::numeric_limits<double>::quiet_NaN();
    Clock::Wall at;

    [[nodiscard]] bool known() const { return !std::isnan(value); }
};

/// A figure over time at even steps; a gap is NaN. `values[i]` was true at `start + i * step`.
struct TimeSeries
{
    Clock::Wall start;
    std::chrono::seconds step{0};
    std::vector<double> values;

    [[nodiscard]] bool empty() const { return values.empty(); }
    [[nodiscard]] Clock::Wall at(std::size_t index) const
    {
        return start + step * static_cast<long long>(index);
    }
};

} // namespace postern
