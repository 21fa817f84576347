#pragma once

#include <chrono>

namespace postern {

/// Time as a dependency, so that tests need no sleeps. Implementations are safe to call from any thread.
class Clock
{
public:
    using Steady = std::chrono::steady_clock::time_point;
    using Wall = std::chrono::system_clock::time_point;

    virtual ~Clock() = default;
    /// Never goes back; for durations and deadlines.
    [[nodiscard]] virtual Steady steady() const = 0;
    /// UTC; for stamps, tokens' lifetimes and dates.
    [[nodiscard]] virtual Wall wall() const = 0;
};

class SystemClock final : public Clock
{
public:
    [[nodiscard]] Steady steady() const override { return std::chrono::steady_clock::now(); }
    [[nodiscard]] Wall wall() const override { return std::chrono::system_clock::now(); }
};

} // namespace postern
