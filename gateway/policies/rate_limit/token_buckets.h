#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>

namespace postern {

/// Token buckets by key, exact over any number of threads: one compare-and-swap decides a request of a known
/// key; a new key takes its cell under a short lock.
///
/// A bucket is kept as its theoretical arrival time (the generic cell rate algorithm, ITU-T I.371 annex A,
/// which is a token bucket kept in one number): the moment at which it would be full again. A bucket that is
/// full is the same as no bucket, so cells free themselves with time and no sweep is needed. Keys are 64-bit
/// hashes under a secret of the process.
///
/// Bounded: when all cells a key may use are busy, the bucket that has been drawn on least is forgotten, so
/// that a flood of new keys can not free a caller who is at its limit.
class TokenBuckets
{
public:
    /// \a capacity: how many keys are counted at once, rounded up to a power of two.
    explicit TokenBuckets(std::size_t capacity);
    ~TokenBuckets();
    TokenBuckets(const TokenBuckets&) = delete;
    TokenBuckets& operator=(const TokenBuckets&) = delete;

    struct Rate
    {
        std::int64_t interval = 1; ///< ns until one token is back
        std::int64_t burst = 1;    ///< tokens in a full bucket
    };
    struct Answer
    {
        bool allowed = false;
        std::int64_t remaining = 0;       ///< tokens left after this request
        std::chrono::nanoseconds wait{0}; ///< until the next token; zero when allowed
        std::chrono::nanoseconds untilFull{0};
    };

    /// Draws one token. \a now in ns of the steady clock; any thread.
    Answer draw(std::uint64_t key, const Rate& rate, std::int64_t now);

    /// Gives back a token just drawn, because another limit refused the request.
    void giveBack(std::uint64_t key, const Rate& rate);

    /// Rewrites every bucket for a new rate: the tokens drawn stay drawn. Any thread, while others draw.
    void rescale(const Rate& from, const Rate& to, std::int64_t now);

    [[nodiscard]] std::size_t capacity() const { return m_mask + 1; }

private:
    struct alignas(16) Cell
    {
        std::uint64_t key = 0; ///< 0: never used
        std::int64_t full = 0; ///< when the bucket is full again, ns
    };
    static constexpr std::size_t window = 8; ///< cells a key may lie in: two cache lines

    static Cell load(const Cell& cell);
    static bool replace(Cell& cell, Cell& expected, const Cell& desired);
    Cell* windowOf(std::uint64_t key) { return &m_cells[key & m_mask & ~(window - 1)]; }
    /// The key's cell and what stood there; null when it has none.
    Cell* findKnown(std::uint64_t key, Cell& current);
    /// Gives the key a cell, full, in place of a free or the least drawn one.
    void admit(std::uint64_t key, std::int64_t now);

    struct Free
    {
        void operator()(Cell* cells) const;
    };
    std::unique_ptr<Cell[], Free> m_cells;
    std::size_t m_mask;
    std::array<std::atomic_flag, 256> m_locks; ///< by window, for new keys alone
};

} // namespace postern
