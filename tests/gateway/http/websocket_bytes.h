#pragma once

#include <string>
#include <string_view>

namespace postern::test {

enum class Masking { On, Off };

/// One frame (RFC 6455 §5.2) with the shortest form of its length. \a first is its first byte: FIN, RSV and
/// opcode.
inline std::string frame(unsigned first, std::string_view payload, Masking masking)
{
    const unsigned masked = masking == Masking::On ? 0x80 : 0;
    std::string bytes(1, static_cast<char>(first));
    const auto number = [&bytes](std::size_t value, int size) {
        for (int i = size - 1; i >= 0; --i)
            bytes += static_cast<char>(value >> (8 * i) & 0xff);
    };
    if (payload.size() < 126) {
        number(masked | payload.size(), 1);
    } else if (payload.size() < 65536) {
        number(masked | 126, 1);
        number(payload.size(), 2);
    } else {
        number(masked | 127, 1);
        number(payload.size(), 8);
    }
    if (masking == Masking::Off)
        return bytes.append(payload);
    const std::string mask = "\x11\x22\x33\x44";
    bytes += mask;
    for (std::size_t i = 0; i < payload.size(); ++i)
        bytes += static_cast<char>(payload[i] ^ mask[i % 4]);
    return bytes;
}

/// The payload of one whole frame of at most 125 bytes; empty where there is none.
inline std::string payloadOf(std::string_view bytes)
{
    if (bytes.size() < 2)
        return {};
    const bool masked = (bytes[1] & 0x80) != 0;
    const std::string_view mask = masked ? bytes.substr(2, 4) : std::string_view("\0\0\0\0", 4);
    std::string payload(bytes.substr(masked ? 6 : 2));
    for (std::size_t i = 0; i < payload.size(); ++i)
        payload[i] = static_cast<char>(payload[i] ^ mask[i % 4]);
    return payload;
}

} // namespace postern::test
