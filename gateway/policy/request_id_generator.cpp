#include "gateway/policy/request_id_generator.h"

#include <QRandomGenerator>

#include <bit>

namespace postern {

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
    static constexpr char digits[] = "0123456789abcdef";
    int shift = 60;
    for (int i = 0; i < 36; ++i) {
        if (i == 8 || i == 13 || i == 18 || i == 23) {
            out[i] = '-';
            continue;
        }
        const std::uint64_t word = i < 18 ? high : low;
        out[i] = digits[word >> shift & 0xf];
        shift = shift == 0 ? 60 : shift - 4;
    }
}

} // namespace postern
