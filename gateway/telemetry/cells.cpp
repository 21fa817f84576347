#include "gateway/telemetry/cells.h"

#include <algorithm>

namespace postern {

HistogramCells::HistogramCells(std::span<const std::chrono::nanoseconds> bounds)
    : m_bounds(bounds), m_buckets(std::make_unique<Counter[]>(bounds.size() + 1))
{}

void HistogramCells::observe(std::chrono::nanoseconds duration)
{
    // A bound belongs to its bucket (`le`), hence lower_bound.
    const auto at = std::lower_bound(m_bounds.begin(), m_bounds.end(), duration);
    m_buckets[static_cast<std::size_t>(at - m_bounds.begin())].add();
    m_sum.add(static_cast<std::uint64_t>(std::max<std::chrono::nanoseconds::rep>(0, duration.count())));
}

void LazyHistogram::observe(std::span<const std::chrono::nanoseconds> bounds,
                            std::chrono::nanoseconds duration)
{
    if (!m_cells) {
        m_cells = std::make_unique<HistogramCells>(bounds);
        m_published.store(m_cells.get(), std::memory_order_release);
    }
    m_cells->observe(duration);
}

} // namespace postern
