#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

namespace postern {

/// Wakes the access log's thread, and only when it needs to be: once for the first line after a rest, once
/// more when a ring gets half full. Shared by all rings; written a few times a second whatever the traffic.
class LogWake
{
public:
    LogWake();
    ~LogWake();
    LogWake(const LogWake&) = delete;
    LogWake& operator=(const LogWake&) = delete;

    enum Need : unsigned char { Nothing, Lines, Hurry };
    /// From any thread.
    void need(Need need);
    /// Wakes it in any case.
    void signal();
    /// The writer's: takes the need back before it looks at the rings.
    void rest() { m_need.store(Nothing); }
    [[nodiscard]] bool hurried() const { return m_need.load() == Hurry; }
    /// Waits for a wake-up for at most \a milliseconds (-1: for ever).
    void wait(int milliseconds);

private:
    int m_event;
    std::atomic<unsigned char> m_need = Nothing;
};

/// Whole lines on their way from one worker to the log's thread. One producer, one consumer, bounded.
class LogRing
{
public:
    /// \a capacity: a power of two.
    LogRing(std::size_t capacity, LogWake& wake);

    /// The producer's. A line that finds no room is dropped and counted.
    void push(std::string_view line);
    void drop() { m_dropped.store(m_dropped.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed); }
    [[nodiscard]] std::uint64_t dropped() const { return m_dropped.load(std::memory_order_relaxed); }

    /// The consumer's: what is there now, in two pieces where it wraps.
    [[nodiscard]] std::array<std::string_view, 2> peek() const;
    void consume(std::size_t bytes);

private:
    const std::size_t m_capacity;
    const std::unique_ptr<char[]> m_bytes;
    LogWake& m_wake;
    // A cache line each, so that reading and writing do not slow each other down.
    alignas(64) std::atomic<std::uint64_t> m_head = 0; ///< bytes ever pushed
    std::atomic<std::uint64_t> m_dropped = 0;
    alignas(64) std::atomic<std::uint64_t> m_tail = 0; ///< bytes ever consumed
};

} // namespace postern
