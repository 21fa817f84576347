#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

namespace postern {

/// A count with one writer and any number of readers. Relaxed: a reader may be a moment late, never wrong,
/// and the writer pays for no locked instruction.
class Counter
{
public:
    void add(std::uint64_t by = 1) { m_value.store(value() + by, std::memory_order_relaxed); }
    [[nodiscard]] std::uint64_t value() const { return m_value.load(std::memory_order_relaxed); }

private:
    std::atomic<std::uint64_t> m_value = 0;
};

/// A histogram with one writer: a count a bucket, and the sum. The total is the buckets' sum, so that a
/// reader never sees the two disagree. Nanoseconds throughout, so that no sum loses digits.
class HistogramCells
{
public:
    explicit HistogramCells(std::span<const std::chrono::nanoseconds> bounds);

    void observe(std::chrono::nanoseconds duration);
    /// One more than there are bounds: the last holds what is beyond them.
    [[nodiscard]] std::uint64_t bucket(std::size_t index) const { return m_buckets[index].value(); }
    [[nodiscard]] std::uint64_t sum() const { return m_sum.value(); }

private:
    std::span<const std::chrono::nanoseconds> m_bounds; ///< the layout's, which outlives this
    std::unique_ptr<Counter[]> m_buckets;
    Counter m_sum;
};

/// A histogram that takes memory at its first observation: most routes never see most outcomes.
class LazyHistogram
{
public:
    void observe(std::span<const std::chrono::nanoseconds> bounds, std::chrono::nanoseconds duration);
    /// Null while nothing was observed.
    [[nodiscard]] const HistogramCells* cells() const { return m_published.load(std::memory_order_acquire); }

private:
    std::unique_ptr<HistogramCells> m_cells;
    std::atomic<HistogramCells*> m_published = nullptr;
};

} // namespace postern
