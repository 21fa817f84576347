#pragma once

#include "gateway/telemetry/metric_totals.h"
#include "models/base/clock.h"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace postern {

struct ProcessMetrics;

/// One moment's figures, ready to be told. A value.
struct MetricSnapshot
{
    struct Listener
    {
        std::int64_t connections = 0;
        std::map<std::string, std::uint64_t> refusals;
        std::map<std::string, std::uint64_t> handshakes; ///< TLS, by result
    };
    struct Loads
    {
        std::uint64_t applied = 0;
        std::uint64_t rejected = 0;
    };

    MetricsLayout layout; ///< of the configuration in force; without an api while there is none
    MetricTotals totals;
    std::map<std::string, Listener> listeners;
    std::map<std::string, std::array<std::uint64_t, 3>> endpoints; ///< upstream → how many by state
    std::map<std::string, Loads> loads;                            ///< by api
    std::map<std::string, Clock::Wall> certificates;               ///< listener → when its first one ends
    std::int64_t inFlight = 0;
    std::uint64_t droppedLogLines = 0;
};

/// The metrics of CONTRACT and `process_*`, in the text exposition format 0.0.4.
[[nodiscard]] std::string expose(const MetricSnapshot& snapshot, const ProcessMetrics& process);

} // namespace postern
