#pragma once

#include <bit>
#include <cstdint>
#include <cstring>

namespace postern {

/// The first byte below 0x20 or equal to 0x7f in [\a at, \a end), or \a end: what ends a field value, and
/// what may not stand in one. Eight bytes at a time (the well-known "byte less than n" and "byte is zero"
/// tricks, whose lowest flagged byte is exact).
[[nodiscard]] inline const char* findControl(const char* at, const char* end)
{
    static_assert(std::endian::native == std::endian::little);
    constexpr std::uint64_t kOnes = 0x0101010101010101;
    constexpr std::uint64_t kHigh = 0x8080808080808080;
    while (end - at >= 8) {
        std::uint64_t word;
        std::memcpy(&word, at, sizeof word);
        const std::uint64_t below = (word - kOnes * 0x20) & ~word;
        const std::uint64_t crossed = word ^ (kOnes * 0x7f);
        const std::uint64_t found = (below | ((crossed - kOnes) & ~crossed)) & kHigh;
        if (found != 0)
            return at + std::countr_zero(found) / 8;
        at += 8;
    }
    while (at != end && static_cast<unsigned char>(*at) >= 0x20 && *at != 0x7f)
        ++at;
    return at;
}

} // namespace postern
