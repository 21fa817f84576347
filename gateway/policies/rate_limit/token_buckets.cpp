#include "gateway/policies/rate_limit/token_buckets.h"

#include <algorithm>
#include <bit>
#include <cstdlib>
#include <cstring>
#include <new>
#include <thread>

#include <sys/mman.h>

namespace postern {

namespace {
__extension__ using Wide = unsigned __int128;
}

TokenBuckets::TokenBuckets(std::size_t capacity) : m_mask(std::bit_ceil(std::max(capacity, window)) - 1)
{
    // Anonymous pages are zero and take no memory until a key falls into them.
    const std::size_t bytes = (m_mask + 1) * sizeof(Cell);
    void* pages = ::mmap(nullptr, bytes + sizeof(Cell) * window, PROT_READ | PROT_WRITE,
                         MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (pages == MAP_FAILED)
        throw std::bad_alloc();
    // The first window holds the mapping's size for Free; cells follow.
    std::memcpy(pages, &bytes, sizeof bytes);
    m_cells.reset(static_cast<Cell*>(pages) + window);
}

TokenBuckets::~TokenBuckets() = default;

void TokenBuckets::Free::operator()(Cell* cells) const
{
    Cell* mapping = cells - window;
    std::size_t bytes = 0;
    std::memcpy(&bytes, mapping, sizeof bytes);
    ::munmap(mapping, bytes + sizeof(Cell) * window);
}

TokenBuckets::Cell TokenBuckets::load(const Cell& cell)
{
    // The halves may come from different moments; replace() compares both, so a torn read only repeats the
    // loop.
    return {__atomic_load_n(&cell.key, __ATOMIC_RELAXED), __atomic_load_n(&cell.full, __ATOMIC_RELAXED)};
}

bool TokenBuckets::replace(Cell& cell, Cell& expected, const Cell& desired)
{
    auto wideExpected = std::bit_cast<Wide>(expected);
    const bool done =
        __atomic_compare_exchange_n(reinterpret_cast<Wide*>(&cell), &wideExpected,
                                    std::bit_cast<Wide>(desired), false, __ATOMIC_ACQ_REL, __ATOMIC_RELAXED);
    if (!done)
        expected = std::bit_cast<Cell>(wideExpected);
    return done;
}

TokenBuckets::Cell* TokenBuckets::findKnown(std::uint64_t key, Cell& current)
{
    Cell* cells = windowOf(key);
    for (std::size_t i = 0; i < window; ++i) {
        current = load(cells[i]);
        if (current.key == key)
            return &cells[i];
    }
    return nullptr;
}

void TokenBuckets::admit(std::uint64_t key, std::int64_t now)
{
    // One thread at a time brings new keys into a window, else two could give the same key two cells.
    std::atomic_flag& lock = m_locks[(key & m_mask) / window % m_locks.size()];
    while (lock.test_and_set(std::memory_order_acquire))
        std::this_thread::yield();

    Cell current;
    while (!findKnown(key, current)) {
        Cell* cells = windowOf(key);
        Cell* best = nullptr;
        for (std::size_t i = 0; i < window; ++i) {
            const Cell seen = load(cells[i]);
            if (!best || std::max(seen.full, now) < std::max(current.full, now)) {
                best = &cells[i];
                current = seen;
            }
        }
        replace(*best, current, {key, now});
    }
    lock.clear(std::memory_order_release);
}

TokenBuckets::Answer TokenBuckets::draw(std::uint64_t key, const Rate& rate, std::int64_t now)
{
    key |= 1; // 0 marks a cell never used
    const std::int64_t depth = rate.interval * rate.burst;
    for (;;) {
        Cell current;
        Cell* cell = findKnown(key, current);
        if (!cell) {
            admit(key, now);
            continue;
        }
        const std::int64_t full = std::max(current.full, now);
        if (full + rate.interval > now + depth) {
            return {.allowed = false,
                    .remaining = 0,
                    .wait = std::chrono::nanoseconds(full + rate.interval - now - depth),
                    .untilFull = std::chrono::nanoseconds(full - now)};
        }
        const Cell desired{key, full + rate.interval};
        if (replace(*cell, current, desired)) {
            return {.allowed = true,
                    .remaining = (now + depth - desired.full) / rate.interval,
                    .wait = {},
                    .untilFull = std::chrono::nanoseconds(desired.full - now)};
        }
    }
}

void TokenBuckets::giveBack(std::uint64_t key, const Rate& rate)
{
    key |= 1;
    Cell seen;
    while (Cell* cell = findKnown(key, seen))
        if (replace(*cell, seen, {key, seen.full - rate.interval}))
            return;
}

void TokenBuckets::rescale(const Rate& from, const Rate& to, std::int64_t now)
{
    const double factor = static_cast<double>(to.interval) / static_cast<double>(from.interval);
    const std::int64_t depth = to.interval * to.burst;
    for (std::size_t i = 0; i <= m_mask; ++i) {
        Cell seen = load(m_cells[i]);
        while (seen.key != 0 && seen.full > now) {
            const auto drawn = static_cast<std::int64_t>(static_cast<double>(seen.full - now) * factor);
            if (replace(m_cells[i], seen, {seen.key, now + std::min(drawn, depth)}))
                break;
        }
    }
}

} // namespace postern
