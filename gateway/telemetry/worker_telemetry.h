#pragma once

#include "gateway/telemetry/access_log_line.h"
#include "gateway/telemetry/request_record.h"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace postern {

class AccessLogQueue;
class RequestShard;
class WorkerTelemetry;
template<typename Key>
class SparseCounts;
struct MetricsLayout;

/// One worker's counters for one configuration. Made by WorkerTelemetry::bind() at each apply(); kept by
/// whatever carries that configuration, so that requests in flight are counted where they began. Written by
/// the worker's thread alone, with relaxed atomics; when the last holder lets go, the counts are carried
/// over.
class RequestTelemetry
{
public:
    RequestTelemetry(WorkerTelemetry& worker, std::shared_ptr<RequestShard> shard, AccessLogQueue* log);
    ~RequestTelemetry();
    RequestTelemetry(const RequestTelemetry&) = delete;
    RequestTelemetry& operator=(const RequestTelemetry&) = delete;

    /// Counts one finished request, its policies' decisions and its upstream's time, and writes its log line.
    /// Allocates nothing once its label values were seen; never waits.
    void record(const RequestRecord& record);

    /// An attempt that was followed by another one (record() counts the last).
    void upstreamTried(std::size_t upstream, std::chrono::nanoseconds duration);

private:
    WorkerTelemetry& m_worker;
    std::shared_ptr<RequestShard> m_shard;
    const AccessLogTexts m_texts; ///< of the shard's layout
    AccessLogQueue* m_log;
};

/// One listener's share on one worker. Stable for the worker's life, whatever reloads come.
class ListenerTelemetry
{
public:
    explicit ListenerTelemetry(std::string name);
    ~ListenerTelemetry();

    void opened() { add(1); }
    void closed() { add(-1); }
    /// A request that was none: malformed or over a limit. \a reason: one of our own tokens, static storage.
    void refused(std::string_view reason);
    /// A TLS handshake has ended: `full`, `resumed`, or why it failed. Static storage.
    void handshake(std::string_view result);

    [[nodiscard]] const std::string& name() const { return m_name; }
    [[nodiscard]] std::int64_t connections() const { return m_connections.load(std::memory_order_relaxed); }
    [[nodiscard]] const SparseCounts<std::string_view>& refusals() const { return *m_refusals; }
    [[nodiscard]] const SparseCounts<std::string_view>& handshakes() const { return *m_handshakes; }

private:
    void add(std::int64_t by)
    {
        m_connections.store(m_connections.load(std::memory_order_relaxed) + by, std::memory_order_relaxed);
    }

    std::string m_name;
    std::atomic<std::int64_t> m_connections = 0;
    std::unique_ptr<SparseCounts<std::string_view>> m_refusals;
    std::unique_ptr<SparseCounts<std::string_view>> m_handshakes;
};

/// Where one worker counts. Made and owned by Telemetry, written by that worker's thread alone, read by the
/// scrape at any time.
class WorkerTelemetry
{
public:
    explicit WorkerTelemetry(AccessLogQueue* log); ///< null: no access log
    ~WorkerTelemetry();
    WorkerTelemetry(const WorkerTelemetry&) = delete;
    WorkerTelemetry& operator=(const WorkerTelemetry&) = delete;

    /// The counters for a configuration. Counts go on where the configurations before left them.
    [[nodiscard]] std::shared_ptr<RequestTelemetry> bind(std::shared_ptr<const MetricsLayout> layout);

    /// The named listener's share; the reference stays good as long as this object.
    [[nodiscard]] ListenerTelemetry& listener(std::string_view name);

    void requestStarted() { addInFlight(1); }
    void requestEnded() { addInFlight(-1); }
    [[nodiscard]] std::int64_t inFlight() const { return m_inFlight.load(std::memory_order_relaxed); }

    // For the scrape; any thread.
    [[nodiscard]] std::vector<std::shared_ptr<const RequestShard>> shards() const;
    /// Hands over the shards whose configuration nobody uses any more.
    [[nodiscard]] std::vector<std::shared_ptr<const RequestShard>> takeRetired();
    void visitListeners(const std::function<void(const ListenerTelemetry&)>& visit) const;

private:
    void addInFlight(std::int64_t by)
    {
        m_inFlight.store(m_inFlight.load(std::memory_order_relaxed) + by, std::memory_order_relaxed);
    }

    AccessLogQueue* m_log;
    std::atomic<std::int64_t> m_inFlight = 0;
    mutable std::mutex m_mutex; ///< guards the two lists' shape, not the counts; the data path never takes it
    std::deque<ListenerTelemetry> m_listeners;
    std::deque<std::shared_ptr<RequestShard>> m_shards;
};

} // namespace postern
