#include "gateway/telemetry/exposition.h"

#include "gateway/telemetry/metric_families.h"
#include "gateway/telemetry/process_metrics.h"

#include <prometheus/collectable.h>
#include <prometheus/text_serializer.h>

#include <QtGlobal>

#include <sstream>

namespace postern {

namespace {

using prometheus::MetricFamily;
using prometheus::MetricType;

constexpr std::array<std::string_view, 3> decisionNames{"allow", "deny", "error"};
constexpr std::array<std::string_view, 3> endpointStateNames{"healthy", "unhealthy", "ejected"};

MetricFamily requests(const MetricSnapshot& snapshot)
{
    MetricFamilyBuilder family("postern_requests_total", "Requests answered, by route, method and status.",
                               MetricType::Counter);
    for (const auto& [name, route] : snapshot.totals.routes())
        for (const auto& [key, count] : route.codes)
            family.add(count, {{"api", snapshot.layout.api},
                               {"route", name},
                               {"method", methodNames[key.method]},
                               {"code", key.code == 0 ? "other" : std::to_string(key.code)}});
    return family.take();
}

MetricFamily refusals(const MetricSnapshot& snapshot)
{
    MetricFamilyBuilder family("postern_requests_refused_total",
                               "Requests that were malformed or over a limit, and reached no policy.",
                               MetricType::Counter);
    for (const auto& [name, listener] : snapshot.listeners)
        for (const auto& [reason, count] : listener.refusals)
            family.add(count, {{"api", snapshot.layout.api}, {"listener", name}, {"reason", reason}});
    return family.take();
}

MetricFamily durations(const MetricSnapshot& snapshot)
{
    MetricFamilyBuilder family("postern_request_duration_seconds",
                               "From the request's head to the last byte of its response.",
                               MetricType::Histogram);
    for (const auto& [name, route] : snapshot.totals.routes())
        for (std::size_t i = 0; i < route.durations.size(); ++i)
            family.add(route.durations[i],
                       {{"api", snapshot.layout.api}, {"route", name}, {"outcome", outcomeNames[i]}});
    return family.take();
}

MetricFamily upstreamDurations(const MetricSnapshot& snapshot)
{
    MetricFamilyBuilder family("postern_upstream_duration_seconds",
                               "From sending a request to an upstream to its response's last byte.",
                               MetricType::Histogram);
    for (const auto& [name, upstream] : snapshot.totals.upstreams())
        family.add(upstream.durations, {{"api", snapshot.layout.api}, {"upstream", name}});
    return family.take();
}

MetricFamily decisions(const MetricSnapshot& snapshot)
{
    MetricFamilyBuilder family("postern_policy_decisions_total",
                               "What policies decided, shadow ones included.", MetricType::Counter);
    for (const auto& [name, route] : snapshot.totals.routes()) {
        for (const auto& [policy, total] : route.policies) {
            // Once a policy decided at all, what it has not decided yet stands at 0 for increase() to start
            // from.
            if (total.decisions == std::array<std::uint64_t, 3>{})
                continue;
            for (std::size_t i = 0; i < decisionNames.size(); ++i)
                family.add(total.decisions[i], {{"api", snapshot.layout.api},
                                                {"route", name},
                                                {"policy", policy.name},
                                                {"type", policy.type},
                                                {"mode", policy.mode},
                                                {"decision", decisionNames[i]}});
        }
    }
    return family.take();
}

MetricFamily inFlight(const MetricSnapshot& snapshot)
{
    MetricFamilyBuilder family("postern_requests_in_flight", "Requests that have begun and not ended.",
                               MetricType::Gauge);
    family.add(snapshot.inFlight, {{"api", snapshot.layout.api}});
    return family.take();
}

MetricFamily endpoints(const MetricSnapshot& snapshot)
{
    MetricFamilyBuilder family("postern_upstream_endpoints", "Endpoints of an upstream by state.",
                               MetricType::Gauge);
    for (const auto& [name, byState] : snapshot.endpoints)
        for (std::size_t i = 0; i < endpointStateNames.size(); ++i)
            family.add(byState[i],
                       {{"api", snapshot.layout.api}, {"upstream", name}, {"state", endpointStateNames[i]}});
    return family.take();
}

MetricFamily connections(const MetricSnapshot& snapshot)
{
    MetricFamilyBuilder family("postern_connections", "Connections that clients hold open.",
                               MetricType::Gauge);
    for (const auto& [name, listener] : snapshot.listeners)
        family.add(listener.connections, {{"api", snapshot.layout.api}, {"listener", name}});
    return family.take();
}

MetricFamily configuration(const MetricSnapshot& snapshot)
{
    MetricFamilyBuilder family("postern_config_info", "The configuration in force; always 1.",
                               MetricType::Gauge);
    family.add(1, {{"api", snapshot.layout.api},
                   {"hash", snapshot.layout.hash},
                   {"revision", snapshot.layout.revision}});
    return family.take();
}

MetricFamily governance(const MetricSnapshot& snapshot)
{
    MetricFamilyBuilder family("postern_governance_findings",
                               "Requirements of baselines that the configuration in force does not meet.",
                               MetricType::Gauge);
    std::map<MetricsLayout::GovernanceFinding, std::uint64_t> counted;
    for (const MetricsLayout::GovernanceFinding& finding : snapshot.layout.governance)
        ++counted[finding];
    for (const auto& [finding, count] : counted)
        family.add(count, {{"api", snapshot.layout.api},
                           {"baseline", finding.baseline},
                           {"requirement", finding.requirement},
                           {"state", finding.state}});
    return family.take();
}

MetricFamily loads(const MetricSnapshot& snapshot)
{
    MetricFamilyBuilder family("postern_config_loads_total", "Attempts to load a configuration, by result.",
                               MetricType::Counter);
    for (const auto& [api, count] : snapshot.loads) {
        family.add(count.applied, {{"api", api}, {"result", "applied"}});
        family.add(count.rejected, {{"api", api}, {"result", "rejected"}});
    }
    return family.take();
}

MetricFamily handshakes(const MetricSnapshot& snapshot)
{
    MetricFamilyBuilder family("postern_tls_handshakes_total",
                               "TLS handshakes of clients: full, resumed, or why they failed.",
                               MetricType::Counter);
    for (const auto& [name, listener] : snapshot.listeners)
        for (const auto& [result, count] : listener.handshakes)
            family.add(count, {{"api", snapshot.layout.api}, {"listener", name}, {"result", result}});
    return family.take();
}

MetricFamily certificates(const MetricSnapshot& snapshot)
{
    MetricFamilyBuilder family(
        "postern_tls_certificate_expiry_timestamp_seconds",
        "When the first of a listener's certificates ends, since unix epoch in seconds.", MetricType::Gauge);
    for (const auto& [listener, expiry] : snapshot.certificates)
        family.add(std::chrono::floor<std::chrono::seconds>(expiry.time_since_epoch()).count(),
                   {{"api", snapshot.layout.api}, {"listener", listener}});
    return family.take();
}

MetricFamily droppedLines(const MetricSnapshot& snapshot)
{
    MetricFamilyBuilder family("postern_log_lines_dropped_total",
                               "Access log lines lost because standard output was slow or gone.",
                               MetricType::Counter);
    family.add(snapshot.droppedLogLines, {{"api", snapshot.layout.api}});
    return family.take();
}

MetricFamily build()
{
    MetricFamilyBuilder family("postern_build_info", "The program; always 1.", MetricType::Gauge);
    family.add(1, {{"version", POSTERN_VERSION}, {"qt", qVersion()}});
    return family.take();
}

template<typename Value>
void addProcess(std::vector<MetricFamily>& families, const char* name, const char* help, MetricType type,
                const std::optional<Value>& value)
{
    if (!value)
        return;
    MetricFamilyBuilder family(name, help, type);
    family.add(*value, {});
    families.push_back(family.take());
}

void addProcess(std::vector<MetricFamily>& families, const ProcessMetrics& process)
{
    addProcess(families, "process_cpu_seconds_total", "Total user and system CPU time spent in seconds.",
               MetricType::Counter, process.cpuSeconds);
    addProcess(families, "process_start_time_seconds",
               "Start time of the process since unix epoch in seconds.", MetricType::Gauge,
               process.startTimeSeconds);
    addProcess(families, "process_resident_memory_bytes", "Resident memory size in bytes.", MetricType::Gauge,
               process.residentBytes);
    addProcess(families, "process_virtual_memory_bytes", "Virtual memory size in bytes.", MetricType::Gauge,
               process.virtualBytes);
    addProcess(families, "process_open_fds", "Number of open file descriptors.", MetricType::Gauge,
               process.openDescriptors);
    addProcess(families, "process_max_fds", "Maximum number of open file descriptors.", MetricType::Gauge,
               process.maxDescriptors);
    addProcess(families, "process_threads", "Number of OS threads in the process.", MetricType::Gauge,
               process.threads);
}

/// The figures as prometheus-cpp wants to be given them.
class SnapshotCollectable final : public prometheus::Collectable
{
public:
    SnapshotCollectable(const MetricSnapshot& snapshot, const ProcessMetrics& process)
        : m_snapshot(snapshot), m_process(process)
    {}

    [[nodiscard]] std::vector<MetricFamily> Collect() const override
    {
        std::vector<MetricFamily> families{loads(m_snapshot), build()};
        if (!m_snapshot.layout.api.empty())
            for (const auto& collect :
                 {requests, refusals, durations, upstreamDurations, decisions, inFlight, endpoints,
                  connections, handshakes, certificates, configuration, governance, droppedLines})
                families.push_back(collect(m_snapshot));
        addProcess(families, m_process);
        // A family without a sample has nothing to say; its HELP alone would only be noise.
        std::erase_if(families, [](const MetricFamily& family) { return family.metric.empty(); });
        return families;
    }

private:
    const MetricSnapshot& m_snapshot;
    const ProcessMetrics& m_process;
};

} // namespace

std::string expose(const MetricSnapshot& snapshot, const ProcessMetrics& process)
{
    std::ostringstream out;
    prometheus::TextSerializer().Serialize(out, SnapshotCollectable(snapshot, process).Collect());
    return std::move(out).str();
}

} // namespace postern
