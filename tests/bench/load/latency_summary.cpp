#include "tests/bench/load/latency_summary.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <utility>

namespace postern::bench {

std::string LatencySummary::json() const
{
    std::vector<std::chrono::nanoseconds> sorted = m_values;
    std::ranges::sort(sorted);
    constexpr std::array<std::pair<const char*, double>, 5> ranks{
        {{"p50", 0.5}, {"p90", 0.9}, {"p99", 0.99}, {"p99.9", 0.999}, {"max", 1.0}}};
    std::string out = "{\"count\":" + std::to_string(sorted.size());
    for (const auto& [name, share] : ranks) {
        const auto rank = static_cast<std::size_t>(std::ceil(share * double(sorted.size())));
        const double value =
            sorted.empty() ? 0 : double(sorted[std::max<std::size_t>(rank, 1) - 1].count()) / 1e3;
        char text[64];
        std::snprintf(text, sizeof text, ",\"%s\":%.1f", name, value);
        out += text;
    }
    return out + '}';
}

} // namespace postern::bench
