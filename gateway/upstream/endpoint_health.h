#pragma once

#include "models/base/clock.h"

#include <atomic>
#include <cstdint>
#include <limits>

namespace postern {

enum class EndpointState : unsigned char;
struct OutlierRules;

/// How one attempt at an endpoint ended, as far as the endpoint is to blame.
enum class AttemptOutcome : unsigned char {
    Success,       ///< any response that is not 5xx
    ServerError,   ///< a 5xx
    Reset,         ///< the connection ended, or what came was no HTTP, before the response was whole
    Timeout,       ///< no response in time
    ConnectFailure ///< no connection; the pool reports these itself
};

/// How the whole process sees one endpoint: a handful of atomics, shared by the workers' views of it, the
/// health checks and the scrape. Shared, not one a worker, because a verdict is about the endpoint: eight
/// workers would each need their own five errors to learn it, and a metric could not say one thing. They are
/// written when something changes and not with every request, so reading them costs no worker anything.
class alignas(64) EndpointHealth
{
public:
    /// Before every moment, and far enough from its type's end to be reckoned with.
    static constexpr Clock::Steady kLongAgo{
        Clock::Steady::duration(std::numeric_limits<std::int64_t>::min() / 2)};

    /// \a since: when it joined its upstream; its slow start begins then.
    explicit EndpointHealth(Clock::Steady since = kLongAgo) { setSince(since); }

    /// A connection was refused, or took too long: the endpoint is passed over for a moment, longer each time
    /// in a row. Attempts that fail while it is passed over were under way already, and are part of that
    /// time.
    void connectFailed(Clock::Steady now);
    /// A connection came about.
    void connected(Clock::Steady now);
    /// A request succeeded. Once the endpoint is no longer passed over, that is as good as a new connection:
    /// where those that are there suffice, none is made for hours. Before, it says nothing of new ones.
    void served(Clock::Steady now);
    /// What the health checks found.
    void checked(bool healthy, Clock::Steady now);

    [[nodiscard]] bool passesChecks() const { return !m_failsChecks.load(std::memory_order_relaxed); }
    [[nodiscard]] bool isEjected(Clock::Steady now) const { return before(now, m_ejectedUntil); }
    [[nodiscard]] EndpointState state(Clock::Steady now) const;
    /// Well, or refusing for long enough to be tried again.
    [[nodiscard]] bool isWorthTrying(Clock::Steady now) const
    {
        return !m_failsChecks.load(std::memory_order_relaxed) && !before(now, m_ejectedUntil) &&
               (m_refusals.load(std::memory_order_relaxed) == 0 || !before(now, m_skippedUntil));
    }
    /// When it joined, or was last well again.
    [[nodiscard]] Clock::Steady since() const;

private:
    friend class OutlierDetector;
    friend class UpstreamDirectory;
    using Moment = std::atomic<std::int64_t>; ///< of Clock::Steady

    [[nodiscard]] static bool before(Clock::Steady now, const Moment& moment)
    {
        return now.time_since_epoch().count() < moment.load(std::memory_order_relaxed);
    }
    void setSince(Clock::Steady since)
    {
        m_since.store(since.time_since_epoch().count(), std::memory_order_relaxed);
    }
    /// \returns errors in a row.
    std::uint32_t addError() { return m_errors.fetch_add(1, std::memory_order_relaxed) + 1; }
    void forgetErrors();
    /// Under the directory's lock.
    void eject(const OutlierRules& rules, Clock::Steady now);

    Moment m_skippedUntil = kLongAgo.time_since_epoch().count();
    Moment m_ejectedUntil = kLongAgo.time_since_epoch().count();
    Moment m_since = kLongAgo.time_since_epoch().count();
    std::atomic<std::uint32_t> m_refusals = 0;  ///< times in a row that no connection came about
    std::atomic<std::uint32_t> m_errors = 0;    ///< attempts in a row that failed
    std::atomic<std::uint32_t> m_ejections = 0; ///< falls with time
    std::atomic<bool> m_failsChecks = false;
};

} // namespace postern
