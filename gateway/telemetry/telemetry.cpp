#include "gateway/telemetry/telemetry.h"

#include "gateway/telemetry/access_log.h"
#include "gateway/telemetry/endpoint_census.h"
#include "gateway/telemetry/exposition.h"
#include "gateway/telemetry/process_metrics.h"

#include <algorithm>
#include <deque>
#include <mutex>

namespace postern {

namespace {

/// Moves the counts of configurations that nobody uses any more into \a totals.
void fold(std::deque<WorkerTelemetry>& workers, MetricTotals& totals)
{
    for (WorkerTelemetry& worker : workers)
        for (const auto& shard : worker.takeRetired())
            totals.add(*shard);
}

void addListeners(const WorkerTelemetry& worker, MetricSnapshot& snapshot)
{
    worker.visitListeners([&snapshot](const ListenerTelemetry& listener) {
        MetricSnapshot::Listener& total = snapshot.listeners[listener.name()];
        total.connections += listener.connections();
        listener.refusals().forEach([&total](std::string_view reason, std::uint64_t count) {
            total.refusals[std::string(reason)] += count;
        });
        listener.handshakes().forEach([&total](std::string_view result, std::uint64_t count) {
            total.handshakes[std::string(result)] += count;
        });
    });
}

} // namespace

class Telemetry::Private
{
public:
    explicit Private(AccessLog* accessLog) : log(accessLog) {}

    [[nodiscard]] MetricSnapshot snapshot();

    AccessLog* const log;
    std::mutex mutex; ///< guards everything below; no worker's data path takes it
    std::deque<WorkerTelemetry> workers;
    MetricTotals totals; ///< of configurations that are gone
    std::shared_ptr<const MetricsLayout> layout;
    std::map<std::string, MetricSnapshot::Loads> loads;
    std::map<std::string, Clock::Wall> certificates;
};

MetricSnapshot Telemetry::Private::snapshot()
{
    const std::lock_guard lock(mutex);
    fold(workers, totals);
    MetricSnapshot result;
    if (layout) {
        result.layout = *layout;
        for (const std::string& listener : layout->listeners)
            result.listeners[listener];
    }
    result.totals = totals;
    result.loads = loads;
    result.certificates = certificates;
    result.droppedLogLines = log ? log->dropped() : 0;
    for (const WorkerTelemetry& worker : workers) {
        for (const auto& shard : worker.shards())
            result.totals.add(*shard);
        addListeners(worker, result);
        result.inFlight += worker.inFlight();
    }
    for (const MetricsLayout::Upstream& upstream : result.layout.upstreams)
        result.endpoints[upstream.name] =
            upstream.endpoints ? upstream.endpoints->count() : EndpointCensus::Counts{};
    return result;
}

Telemetry::Telemetry(AccessLog* log) : d(std::make_unique<Private>(log)) {}

Telemetry::~Telemetry() = default;

WorkerTelemetry& Telemetry::addWorker()
{
    const std::lock_guard lock(d->mutex);
    return d->workers.emplace_back(d->log ? &d->log->addQueue() : nullptr);
}

void Telemetry::configurationApplied(std::shared_ptr<const MetricsLayout> layout)
{
    const std::lock_guard lock(d->mutex);
    d->totals.follow(*layout);
    fold(d->workers, d->totals);
    ++d->loads[layout->api].applied;
    // A rejection from before any API was known has no place beside the API's own counts.
    if (!d->layout)
        std::erase_if(d->loads, [&layout](const auto& entry) { return entry.first != layout->api; });
    d->layout = std::move(layout);
}

void Telemetry::certificatesApplied(std::map<std::string, Clock::Wall> expiry)
{
    const std::lock_guard lock(d->mutex);
    d->certificates = std::move(expiry);
}

void Telemetry::configurationRejected()
{
    const std::lock_guard lock(d->mutex);
    ++d->loads[d->layout ? d->layout->api : "-"].rejected;
}

std::string Telemetry::exposition() const { return expose(d->snapshot(), ProcessMetrics::read()); }

} // namespace postern
