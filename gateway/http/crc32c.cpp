#include "gateway/http/crc32c.h"

#include <array>

namespace postern {

namespace {

constexpr std::uint32_t kReversedPolynomial = 0x82f63b78;

constexpr std::array<std::uint32_t, 256> makeTable()
{
    std::array<std::uint32_t, 256> table{};
    for (std::uint32_t byte = 0; byte < table.size(); ++byte) {
        std::uint32_t value = byte;
        for (int bit = 0; bit < 8; ++bit)
            value = (value >> 1) ^ ((value & 1) != 0 ? kReversedPolynomial : 0);
        table[byte] = value;
    }
    return table;
}

constexpr auto kTable = makeTable();

} // namespace

std::uint32_t crc32c(std::string_view bytes, std::uint32_t before)
{
    std::uint32_t value = ~before;
    for (const char byte : bytes)
        value = (value >> 8) ^ kTable[(value ^ static_cast<unsigned char>(byte)) & 0xff];
    return ~value;
}

} // namespace postern
