#pragma once

#include <chrono>
#include <string>
#include <vector>

namespace postern::bench {

/// Durations, kept one by one, so that percentiles are exact and not those of buckets.
class LatencySummary
{
public:
    void reserve(std::size_t count) { m_values.reserve(count); }
    void add(std::chrono::nanoseconds value) { m_values.push_back(value); }

    /// `{"count":…,"p50":…,"p90":…,"p99":…,"p99.9":…,"max":…}`, microseconds, by nearest rank.
    [[nodiscard]] std::string json() const;

private:
    std::vector<std::chrono::nanoseconds> m_values;
};

} // namespace postern::bench
