#pragma once

#include <cstdint>
#include <optional>

namespace postern {

/// What the kernel says of this process, under the names every Prometheus client library uses. Linux.
struct ProcessMetrics
{
    std::optional<double> cpuSeconds;
    std::optional<double> startTimeSeconds; ///< since the epoch
    std::optional<std::uint64_t> residentBytes;
    std::optional<std::uint64_t> virtualBytes;
    std::optional<std::uint64_t> openDescriptors;
    std::optional<std::uint64_t> maxDescriptors;
    std::optional<std::uint64_t> threads;

    /// Reads /proc; what can not be read is absent.
    static ProcessMetrics read();
};

} // namespace postern
