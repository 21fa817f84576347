#pragma once

#include <bit>
#include <cstdint>
#include <cstring>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

namespace postern {

/// The first byte below 0x20 or equal to 0x7f in [\a at, \a end), or \a end: what ends a field value, and
/// what may not stand in one. Sixteen bytes at a time where the processor can, eight elsewhere (the
/// well-known "byte less than n" and "byte is zero" tricks, whose lowest flagged byte is exact).
[[nodiscard]] inline const char* findControl(const char* at, const char* end)
{
#ifdef __SSE2__
    const __m128i lastControl = _mm_set1_epi8(0x1f);
    const __m128i del = _mm_set1_epi8(0x7f);
    for (; end - at >= 16; at += 16) {
        const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
        const __m128i below = _mm_cmpeq_epi8(_mm_min_epu8(bytes, lastControl), bytes);
        const auto found =
            static_cast<unsigned>(_mm_movemask_epi8(_mm_or_si128(below, _mm_cmpeq_epi8(bytes, del))));
        if (found != 0)
            return at + std::countr_zero(found);
    }
#endif
    static_assert(std::endian::native == std::endian::little);
    constexpr std::uint64_t kOnes = 0x0101010101010101;
    constexpr std::uint64_t kHigh = 0x8080808080808080;
    for (; end - at >= 8; at += 8) {
        std::uint64_t word;
        std::memcpy(&word, at, sizeof word);
        const std::uint64_t below = (word - kOnes * 0x20) & ~word;
        const std::uint64_t crossed = word ^ (kOnes * 0x7f);
        const std::uint64_t found = (below | ((crossed - kOnes) & ~crossed)) & kHigh;
        if (found != 0)
            return at + std::countr_zero(found) / 8;
    }
    while (at != end && static_cast<unsigned char>(*at) >= 0x20 && *at != 0x7f)
        ++at;
    return at;
}

/// The first colon in [\a at, \a end), or \a end; likewise.
[[nodiscard]] inline const char* findColon(const char* at, const char* end)
{
#ifdef __SSE2__
    const __m128i colon = _mm_set1_epi8(':');
    for (; end - at >= 16; at += 16) {
        const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
        const auto found = static_cast<unsigned>(_mm_movemask_epi8(_mm_cmpeq_epi8(bytes, colon)));
        if (found != 0)
            return at + std::countr_zero(found);
    }
#endif
    while (at != end && *at != ':')
        ++at;
    return at;
}

} // namespace postern
