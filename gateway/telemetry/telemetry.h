#pragma once

#include "gateway/telemetry/worker_telemetry.h"
#include "models/base/clock.h"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>

namespace postern {

class AccessLog;
class MetricTotals;
struct MetricsLayout;

/// Everything one gateway counts: the workers' shards, what earlier configurations left, the configuration's
/// own figures. Owned by the gateway; outlives workers and admin. Any thread may call it.
class Telemetry
{
public:
    /// \a log may be null; it outlives this.
    explicit Telemetry(AccessLog* log = nullptr);
    ~Telemetry();
    Telemetry(const Telemetry&) = delete;
    Telemetry& operator=(const Telemetry&) = delete;

    /// One more worker. The reference stays good as long as this object.
    [[nodiscard]] WorkerTelemetry& addWorker();

    /// The configuration in force, once its workers were told.
    void configurationApplied(std::shared_ptr<const MetricsLayout> layout);
    /// When the first certificate of each listener with TLS ends.
    void certificatesApplied(std::map<std::string, Clock::Wall> expiry);
    /// A load that was refused; the one in force stays.
    void configurationRejected();

    /// The text exposition format 0.0.4 of everything, summed now.
    [[nodiscard]] std::string exposition() const;

private:
    class Private;
    std::unique_ptr<Private> d;
};

} // namespace postern
