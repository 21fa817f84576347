#pragma once

#include "gateway/telemetry/cells.h"
#include "gateway/telemetry/request_record.h"
#include "gateway/telemetry/sparse_counts.h"
#include "gateway/telemetry/worker_telemetry.h"

#include <array>
#include <atomic>
#include <memory>

namespace postern {

struct MetricsLayout;

/// How a request counts for the objectives.
enum class Outcome : unsigned char { Ok, ServerError, ClientGone };
inline constexpr std::array<std::string_view, 3> outcomeNames{"ok", "server_error", "client_gone"};

/// The label of a method: a position in methodNames, the last for all that are not standard.
inline constexpr std::array<std::string_view, 10> methodNames{
    "GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "CONNECT", "TRACE", "other"};
[[nodiscard]] std::uint8_t methodLabel(std::string_view method);

/// What the gateway itself answers when something is wrong. Known at 0 before the first of them, so that it
/// is a step from 0 to 1, which `increase()` sees, and not a series that begins at 1, which it does not.
inline constexpr std::array<std::uint16_t, 4> errorCodes{500, 502, 503, 504};

/// Method and status of a response. A status that HTTP does not know (RFC 9110 §15: 100 to 599) is 0.
struct CodeKey
{
    std::uint16_t code = 0;
    std::uint8_t method = 0;
    friend auto operator<=>(const CodeKey&, const CodeKey&) = default;
};

/// The cells of one worker for one configuration, by position in its layout. Written by one thread, read by
/// the scrape; immutable once `retired()`.
class RequestShard
{
public:
    struct Route
    {
        SparseCounts<CodeKey> codes;
        std::array<LazyHistogram, outcomeNames.size()> durations;
        Counter* decisions = nullptr;  ///< three a policy: allow, deny, error
        std::uint16_t methodsSeen = 0; ///< the writer's
    };
    struct Upstream
    {
        std::unique_ptr<HistogramCells> durations;
    };

    explicit RequestShard(std::shared_ptr<const MetricsLayout> layout);

    void count(const RequestRecord& record);
    void observeUpstream(std::size_t upstream, std::chrono::nanoseconds duration);

    /// The writer is gone; what it wrote is visible to whoever sees true.
    void retire() { m_retired.store(true, std::memory_order_release); }
    [[nodiscard]] bool retired() const { return m_retired.load(std::memory_order_acquire); }

    [[nodiscard]] const MetricsLayout& layout() const { return *m_layout; }
    /// One more than the layout's routes: the last is for requests that matched none.
    [[nodiscard]] const Route& route(std::size_t index) const { return m_routes[index]; }
    [[nodiscard]] const Upstream& upstream(std::size_t index) const { return m_upstreams[index]; }

private:
    std::shared_ptr<const MetricsLayout> m_layout;
    std::unique_ptr<Route[]> m_routes;
    std::unique_ptr<Counter[]> m_decisions;
    std::unique_ptr<Upstream[]> m_upstreams;
    std::atomic<bool> m_retired = false;
};

} // namespace postern
