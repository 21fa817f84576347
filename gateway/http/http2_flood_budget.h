#pragma once

#include "models/base/clock.h"

#include <algorithm>
#include <cstdint>

namespace postern {

/// What one HTTP/2 peer may do that costs us work and moves no request on: resets of either side, PING,
/// SETTINGS, PRIORITY, window updates, empty and broken-up frames. Purpose: Rapid Reset, MadeYouReset and all
/// their kin end at one limit (RFC 9113 §10.5). A bucket: it is refilled by time, and by work that was done,
/// as an honest peer's overhead grows with that. A value of the connection.
class Http2FloodBudget
{
public:
    /// \a capacity: what may be spent at once; a tenth of it comes back each second.
    explicit Http2FloodBudget(std::uint32_t capacity) : m_capacity(capacity), m_left(capacity) {}

    /// Work was done for the peer.
    void earn(std::uint32_t amount) { m_left = std::min(m_left + amount, m_capacity); }
    /// False: it has spent too much. The clock is looked at only then.
    [[nodiscard]] bool spend(std::uint64_t amount, const Clock& clock)
    {
        if (amount > m_left)
            refill(clock.steady());
        if (amount > m_left)
            return false;
        m_left -= static_cast<std::uint32_t>(amount);
        return true;
    }
    /// Since when time refills it.
    void start(Clock::Steady now) { m_refilledAt = now; }

private:
    void refill(Clock::Steady now)
    {
        using namespace std::chrono_literals;
        const auto since = std::min<Clock::Steady::duration>(now - m_refilledAt, 10s);
        earn(static_cast<std::uint32_t>(m_capacity * (since / 1ms) / 10'000));
        m_refilledAt = now;
    }

    std::uint32_t m_capacity;
    std::uint32_t m_left;
    Clock::Steady m_refilledAt{};
};

} // namespace postern
