#include "gateway/policy/request_id_generator.h"

#include <QRandomGenerator>

#include <array>
#include <bit>
#include <cstring>
#include <string_view>

namespace postern {

namespace {

constexpr auto makePairs()
{
    constexpr std::string_view digits = "0123456789abcdef";
    std::array<std::array<char, 2>, 256> pairs{};
    for (std::size_t byte = 0; byte < pairs.size(); ++byte)
        pairs[byte] = {digits[byte >> 4], digits[byte & 0xf]};
    return pairs;
}

/// The two digits of each byte.
constexpr std::array<std::array<char, 2>, 256> kPairs = makePairs();

/// The bytes of \a word from \a first down to \a last, the lowest being 0.
char* writeBytes(char* out, std::uint64_t word, int first, int last)
{
    for (int byte = first; byte >= last; --byte) {
        std::memcpy(out, kPairs[word >> (byte * 8) & 0xff].data(), 2);
        out += 2;
    }
    return out;
}

} // namespace

RequestIdGenerator::RequestIdGenerator()
{
    for (std::uint64_t& word : m_state)
        word = QRandomGenerator::system()->generate64();
}

/// xoshiro256** (Blackman and Vigna, "Scrambled Linear Pseudorandom Number Generators", 2018).
std::uint64_t RequestIdGenerator::next()
{
    const std::uint64_t result = std::rotl(m_state[1] * 5, 7) * 9;
    const std::uint64_t shifted = m_state[1] << 17;
    m_state[2] ^= m_state[0];
    m_state[3] ^= m_state[1];
    m_state[1] ^= m_state[2];
    m_state[0] ^= m_state[3];
    m_state[2] ^= shifted;
    m_state[3] = std::rotl(m_state[3], 45);
    return result;
}

void RequestIdGenerator::write(char* out, Clock::Wall now)
{
    const auto milliseconds = static_cast<std::uint64_t>(
        std::chrono::duration_cast<std::chrono::milliseconds>(now.time_since_epoch()).count());
    const std::uint64_t high = milliseconds << 16 | 0x7000 | (next() & 0x0fff);
    const std::uint64_t low = (next() & 0x3fffffffffffffff) | 0x8000000000000000;
    out = writeBytes(out, high, 7, 4);
    *out++ = '-';
    out = writeBytes(out, high, 3, 2);
    *out++ = '-';
    out = writeBytes(out, high, 1, 0);
    *out++ = '-';
    out = writeBytes(out, low, 7, 6);
    *out++ = '-';
    writeBytes(out, low, 5, 0);
}

} // namespace postern
