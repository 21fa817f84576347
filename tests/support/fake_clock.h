#pragma once

#include "models/base/clock.h"

#include <atomic>

namespace postern::test {

/// A clock that moves only when the test says so. Safe to move while other threads read it.
class FakeClock final : public Clock {
public:
    [[nodiscard]] Steady steady() const override { return Steady(std::chrono::nanoseconds(m_elapsed.load())); }
    [[nodiscard]] Wall wall() const override
    {
        return m_start + std::chrono::duration_cast<Wall::duration>(std::chrono::nanoseconds(m_elapsed.load()));
    }
    void advance(std::chrono::nanoseconds by) { m_elapsed += by.count(); }

private:
    // 2026-01-01T00:00:00Z, any fixed moment will do.
    Wall m_start = Wall(std::chrono::seconds(1767225600));
    std::atomic<std::int64_t> m_elapsed = 1'000'000'000;
};

} // namespace postern::test
