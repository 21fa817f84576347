#pragma once

#include "models/document/settings.h"

#include <algorithm>
#include <chrono>
#include <cstdint>

namespace postern {

/// Whether a client sends, or reads, as fast as `limits.minimumRate` wants. Purpose: a byte just before each
/// timeout would hold a connection for ever. A store of time, as long as `minimumRateGrace` at most: waiting
/// for the client takes from it, each of its bytes gives back 1/rate of a second. Only time in which the
/// gateway waits for the client counts. Owned by a client's session, begun anew with each message.
class ClientPace
{
public:
    using Duration = std::chrono::steady_clock::duration;

    void begin(const Limits& limits) { m_left = limits.minimumRateGrace; }

    /// It was waited for \a time, in which \a bytes came, or went.
    void spend(Duration time, std::uint64_t bytes, const Limits& limits)
    {
        if (limits.minimumRate.count == 0)
            return;
        // Beyond what the grace can hold a byte earns nothing: so many are not multiplied either.
        const auto grace = static_cast<std::uint64_t>(limits.minimumRateGrace.count());
        const auto most = grace * limits.minimumRate.count / 1000 + 1;
        const Duration earned = std::chrono::microseconds(std::min<std::uint64_t>(bytes, most) * 1'000'000 /
                                                          limits.minimumRate.count);
        m_left = std::min<Duration>(m_left - time + earned, limits.minimumRateGrace);
    }

    /// How much longer it may be waited without a byte.
    [[nodiscard]] Duration left(const Limits& limits) const
    {
        return limits.minimumRate.count == 0 ? Duration::max() : m_left;
    }

private:
    Duration m_left{};
};

} // namespace postern
