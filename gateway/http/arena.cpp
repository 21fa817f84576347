#include "gateway/http/arena.h"

#include <algorithm>
#include <charconv>
#include <cstring>

namespace postern {

Arena::Arena(std::size_t blockSize) : m_blockSize(blockSize) {}

void Arena::grow(std::size_t size)
{
    // A fresh context that never needs text takes no memory: the first block comes with the first need.
    const std::size_t room = std::max(size, m_blockSize);
    if (m_blocks.empty())
        m_firstSize = room;
    m_blocks.push_back(std::make_unique_for_overwrite<char[]>(room));
    m_next = m_blocks.back().get();
    m_end = m_next + room;
}

std::string_view Arena::copy(std::string_view text)
{
    if (text.empty())
        return {};
    char* const room = allocate(text.size());
    std::memcpy(room, text.data(), text.size());
    return {room, text.size()};
}

std::string_view Arena::join(std::string_view first, std::string_view second)
{
    char* const room = allocate(first.size() + second.size());
    std::copy(second.begin(), second.end(), std::copy(first.begin(), first.end(), room));
    return {room, first.size() + second.size()};
}

std::string_view Arena::decimal(unsigned long long number)
{
    constexpr std::size_t kMostDigits = 20;
    char* const room = allocate(kMostDigits);
    const std::to_chars_result result = std::to_chars(room, room + kMostDigits, number);
    shrinkLast(room, static_cast<std::size_t>(result.ptr - room));
    return {room, static_cast<std::size_t>(result.ptr - room)};
}

void Arena::reset()
{
    if (m_blocks.empty())
        return;
    m_blocks.resize(1);
    if (m_firstSize > m_blockSize) { // the first need was an unusual one
        m_blocks.front() = std::make_unique_for_overwrite<char[]>(m_blockSize);
        m_firstSize = m_blockSize;
    }
    m_next = m_blocks.front().get();
    m_end = m_next + m_blockSize;
}

} // namespace postern
