#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>

namespace postern {

/// Counts by a key whose possible values are many and whose actual ones are few: (method, status), a
/// refusal's reason. One writer appends and counts, readers walk along without a lock; nothing is ever
/// removed. Keys are looked up one after the other, the order being that of their first appearance.
template<typename Key>
class SparseCounts
{
public:
    /// True where \a key is new. Adding 0 makes the key known.
    bool add(const Key& key, std::uint64_t by = 1)
    {
        for (Chunk* chunk = &m_first;; chunk = chunk->next.get()) {
            const std::size_t used = chunk->used.load(std::memory_order_relaxed);
            for (std::size_t i = 0; i < used; ++i) {
                auto& [known, count] = chunk->entries[i];
                if (known != key)
                    continue;
                count.store(count.load(std::memory_order_relaxed) + by, std::memory_order_relaxed);
                return false;
            }
            if (used < chunk->entries.size()) {
                append(*chunk, used, key, by);
                return true;
            }
            if (!chunk->next) {
                chunk->next = std::make_unique<Chunk>();
                chunk->published.store(chunk->next.get(), std::memory_order_release);
            }
        }
    }

    /// Calls \a visit(key, count) for each key known so far. Any thread.
    template<typename Visit>
    void forEach(Visit&& visit) const
    {
        const Chunk* chunk = &m_first;
        while (chunk) {
            const std::size_t used = chunk->used.load(std::memory_order_acquire);
            for (std::size_t i = 0; i < used; ++i)
                visit(chunk->entries[i].key, chunk->entries[i].count.load(std::memory_order_relaxed));
            chunk = chunk->published.load(std::memory_order_acquire);
        }
    }

private:
    struct Entry
    {
        Key key{};
        std::atomic<std::uint64_t> count = 0;
    };
    struct Chunk
    {
        std::array<Entry, 6> entries;
        std::atomic<std::size_t> used = 0;
        std::unique_ptr<Chunk> next;             ///< the writer's
        std::atomic<Chunk*> published = nullptr; ///< the readers'
    };

    static void append(Chunk& chunk, std::size_t at, const Key& key, std::uint64_t by)
    {
        chunk.entries[at].key = key;
        chunk.entries[at].count.store(by, std::memory_order_relaxed);
        chunk.used.store(at + 1, std::memory_order_release);
    }

    Chunk m_first;
};

} // namespace postern
