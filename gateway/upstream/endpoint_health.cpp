#include "gateway/upstream/endpoint_health.h"

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
    const Clock::Steady until = now + kFirstSkip * (1 << std::min(before, kMostDoublings));
    m_skippedUntil.store(until.time_since_epoch().count(), std::memory_order_relaxed);
    m_refusals.store(before + 1, std::memory_order_relaxed);
}

void EndpointHealth::connected()
{
    if (!isHealthy()) // no store where nothing changes: the line stays in every core's cache
        m_refusals.store(0, std::memory_order_relaxed);
}

} // namespace postern
