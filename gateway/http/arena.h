#pragma once

#include <cstddef>
#include <memory>
#include <string_view>
#include <vector>

namespace postern {

/// Bump allocator for the texts of one exchange: rewritten targets, header values that policies set, copied
/// heads. Owned by the exchange's context and reused: reset() gives everything back at once and keeps the
/// first block, so that a warm exchange allocates nothing. Everything it handed out dies at reset(). One
/// thread.
class Arena
{
public:
    explicit Arena(std::size_t blockSize = 4096);
    Arena(const Arena&) = delete;
    Arena& operator=(const Arena&) = delete;

    /// Room for \a size bytes, unaligned; never null.
    [[nodiscard]] char* allocate(std::size_t size)
    {
        if (size > static_cast<std::size_t>(m_end - m_next))
            grow(size);
        char* const room = m_next;
        m_next += size;
        return room;
    }
    /// Gives back the tail of the latest allocation, \a size being what was really used of it.
    void shrinkLast(char* room, std::size_t used) { m_next = room + used; }

    [[nodiscard]] std::string_view copy(std::string_view text);
    [[nodiscard]] std::string_view join(std::string_view first, std::string_view second);
    [[nodiscard]] std::string_view decimal(unsigned long long number);

    void reset();

private:
    void grow(std::size_t size);

    std::size_t m_blockSize;
    std::vector<std::unique_ptr<char[]>> m_blocks; // the first stays, if it is of m_blockSize
    std::size_t m_firstSize = 0;
    char* m_next = nullptr;
    char* m_end = nullptr;
};

} // namespace postern
