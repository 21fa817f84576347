#include "gateway/telemetry/worker_telemetry.h"

#include "gateway/telemetry/access_log.h"
#include "gateway/telemetry/metrics_layout.h"
#include "gateway/telemetry/request_shard.h"

#include <algorithm>

namespace postern {

RequestTelemetry::RequestTelemetry(WorkerTelemetry& worker, std::shared_ptr<RequestShard> shard,
                                   AccessLogQueue* log)
    : m_worker(worker), m_shard(std::move(shard)), m_texts(m_shard->layout()), m_log(log)
{}

RequestTelemetry::~RequestTelemetry() { m_shard->retire(); }

void RequestTelemetry::record(const RequestRecord& record)
{
    if (record.refusal.empty())
        m_shard->count(record);
    else
        m_worker.listener(record.listener).refused(record.refusal);
    if (m_log)
        m_log->write(record, m_texts);
}

void RequestTelemetry::upstreamTried(std::size_t upstream, std::chrono::nanoseconds duration)
{
    m_shard->observeUpstream(upstream, duration);
}

ListenerTelemetry::ListenerTelemetry(std::string name)
    : m_name(std::move(name))
    , m_refusals(std::make_unique<SparseCounts<std::string_view>>())
    , m_handshakes(std::make_unique<SparseCounts<std::string_view>>())
{}

ListenerTelemetry::~ListenerTelemetry() = default;

void ListenerTelemetry::refused(std::string_view reason) { m_refusals->add(reason); }

void ListenerTelemetry::handshake(std::string_view result) { m_handshakes->add(result); }

WorkerTelemetry::WorkerTelemetry(AccessLogQueue* log) : m_log(log) {}

WorkerTelemetry::~WorkerTelemetry() = default;

std::shared_ptr<RequestTelemetry> WorkerTelemetry::bind(std::shared_ptr<const MetricsLayout> layout)
{
    auto shard = std::make_shared<RequestShard>(std::move(layout));
    {
        const std::lock_guard lock(m_mutex);
        m_shards.push_back(shard);
    }
    return std::make_shared<RequestTelemetry>(*this, std::move(shard), m_log);
}

ListenerTelemetry& WorkerTelemetry::listener(std::string_view name)
{
    // Only this thread adds, so looking needs no lock.
    const auto known =
        std::find_if(m_listeners.begin(), m_listeners.end(),
                     [name](const ListenerTelemetry& listener) { return listener.name() == name; });
    if (known != m_listeners.end())
        return *known;
    const std::lock_guard lock(m_mutex);
    return m_listeners.emplace_back(std::string(name));
}

std::vector<std::shared_ptr<const RequestShard>> WorkerTelemetry::shards() const
{
    const std::lock_guard lock(m_mutex);
    return {m_shards.begin(), m_shards.end()};
}

std::vector<std::shared_ptr<const RequestShard>> WorkerTelemetry::takeRetired()
{
    const std::lock_guard lock(m_mutex);
    std::vector<std::shared_ptr<const RequestShard>> retired;
    std::erase_if(m_shards, [&retired](const std::shared_ptr<RequestShard>& shard) {
        if (!shard->retired())
            return false;
        retired.push_back(shard);
        return true;
    });
    return retired;
}

void WorkerTelemetry::visitListeners(const std::function<void(const ListenerTelemetry&)>& visit) const
{
    const std::lock_guard lock(m_mutex);
    for (const ListenerTelemetry& listener : m_listeners)
        visit(listener);
}

} // namespace postern
