#include "gateway/upstream/endpoint_health.h"

#include "gateway/telemetry/endpoint_census.h"
#include "gateway/upstream/outlier_detector.h"

#include <algorithm>

namespace postern {

using namespace std::chrono_literals;

namespace {

constexpr Clock::Steady::duration kFirstSkip = 1s;
constexpr std::uint32_t kMostDoublings = 4; // 16 s

} // namespace

void EndpointHealth::connectFailed(Clock::Steady now)
{
    const std::uint32_t before = m_refusals.load(std::memory_order_relaxed);
    if (before > 0 && this->before(now, m_skippedUntil))
        return; // one of a burst: it says nothing that is not known
    const Clock::Steady until = now + kFirstSkip * (1 << std::min(before, kMostDoublings));
    m_skippedUntil.store(until.time_since_epoch().count(), std::memory_order_relaxed);
    m_refusals.store(before + 1, std::memory_order_relaxed);
}

void EndpointHealth::connected(Clock::Steady now)
{
    if (m_refusals.load(std::memory_order_relaxed) == 0)
        return; // no store where nothing changes: the line stays in every core's cache
    m_refusals.store(0, std::memory_order_relaxed);
    setSince(now);
}

void EndpointHealth::served(Clock::Steady now)
{
    if (m_refusals.load(std::memory_order_relaxed) > 0 && !before(now, m_skippedUntil))
        connected(now);
}

void EndpointHealth::checked(bool healthy, Clock::Steady now)
{
    if (m_failsChecks.exchange(!healthy, std::memory_order_relaxed) && healthy)
        setSince(now);
}

EndpointState EndpointHealth::state(Clock::Steady now) const
{
    if (isEjected(now))
        return EndpointState::Ejected;
    const bool well =
        m_refusals.load(std::memory_order_relaxed) == 0 && !m_failsChecks.load(std::memory_order_relaxed);
    return well ? EndpointState::Healthy : EndpointState::Unhealthy;
}

Clock::Steady EndpointHealth::since() const
{
    const std::int64_t since =
        std::max(m_since.load(std::memory_order_relaxed), m_ejectedUntil.load(std::memory_order_relaxed));
    return Clock::Steady(Clock::Steady::duration(since));
}

void EndpointHealth::forgetErrors()
{
    if (m_errors.load(std::memory_order_relaxed) != 0)
        m_errors.store(0, std::memory_order_relaxed);
}

void EndpointHealth::eject(const OutlierRules& rules, Clock::Steady now)
{
    // For every `baseEjection` that it behaved, one of its ejections is forgotten.
    const Clock::Steady last{Clock::Steady::duration(m_ejectedUntil.load(std::memory_order_relaxed))};
    const auto forgotten = static_cast<std::uint64_t>((now - last) / rules.baseEjection);
    const std::uint32_t before = m_ejections.load(std::memory_order_relaxed);
    const auto ejections =
        1 + before - static_cast<std::uint32_t>(std::min<std::uint64_t>(before, forgotten));
    const auto longest = std::max(rules.baseEjection, OutlierRules::kLongestEjection);
    const auto length = std::min(rules.baseEjection * static_cast<std::int64_t>(ejections), longest);
    m_ejections.store(ejections, std::memory_order_relaxed);
    m_errors.store(0, std::memory_order_relaxed);
    m_ejectedUntil.store((now + length).time_since_epoch().count(), std::memory_order_relaxed);
}

} // namespace postern
