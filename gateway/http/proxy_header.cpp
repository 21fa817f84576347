#include "gateway/http/proxy_header.h"

#include "gateway/http/crc32c.h"

#include <algorithm>
#include <array>
#include <utility>

namespace postern {

namespace {

using State = ProxyHeaderResult::State;

constexpr ProxyHeaderResult kRefused{State::Refused, 0, {}};

// The specification lets a receiver take the socket's address instead; that is the trusted proxy's, and what
// the stranger says of itself would be believed as the proxy's word.
constexpr ProxyHeader kUnknownClient{ProxyHeader::Source::Unknown, std::nullopt};

ProxyHeaderResult needMore(std::size_t size) { return {State::NeedMore, size, {}}; }

// Version 1: `PROXY TCP4 192.0.2.1 198.51.100.1 56324 443\r\n`, 107 bytes at most.
constexpr std::string_view kTextBegin = "PROXY ";
constexpr std::size_t kLongestText = 107;

// Version 2.
constexpr std::string_view kSignature("\r\n\r\n\0\r\nQUIT\n", 12);
constexpr std::size_t kFixedSize = 16;
constexpr std::uint8_t kCrcType = 0x03;
constexpr std::size_t kCrcSize = 4;

/// The text up to the next space; nothing where there is none, or nothing before it.
std::optional<std::string_view> takeWord(std::string_view& rest)
{
    const std::size_t space = rest.find(' ');
    if (space == std::string_view::npos || space == 0)
        return std::nullopt;
    const std::string_view word = rest.substr(0, space);
    rest.remove_prefix(space + 1);
    return word;
}

/// A decimal number up to 65535, without sign and leading zeros.
bool isPort(std::string_view text)
{
    if (text.empty() || text.size() > 5 || (text.size() > 1 && text[0] == '0'))
        return false;
    int number = 0;
    for (const char digit : text) {
        if (digit < '0' || digit > '9')
            return false;
        number = number * 10 + (digit - '0');
    }
    return number <= 65535;
}

std::optional<HostAddress> readAddress(std::string_view text, bool isV6)
{
    return (text.find(':') != std::string_view::npos) == isV6 ? HostAddress::parse(text) : std::nullopt;
}

/// \a line without `PROXY ` and its end.
std::optional<ProxyHeader> readTextLine(std::string_view line)
{
    constexpr std::string_view kUnknown = "UNKNOWN";
    if (line == kUnknown || (line.starts_with(kUnknown) && line[kUnknown.size()] == ' '))
        return kUnknownClient; // whatever follows is to be ignored
    const auto transport = takeWord(line);
    if (!transport || (*transport != "TCP4" && *transport != "TCP6"))
        return std::nullopt;
    const auto source = takeWord(line);
    const auto destination = takeWord(line);
    const auto sourcePort = takeWord(line);
    if (!source || !destination || !sourcePort || !isPort(*sourcePort) || !isPort(line))
        return std::nullopt;
    const bool isV6 = *transport == "TCP6";
    const auto address = readAddress(*source, isV6);
    if (!address || !readAddress(*destination, isV6))
        return std::nullopt;
    return ProxyHeader{ProxyHeader::Source::Address, address};
}

ProxyHeaderResult readText(std::string_view bytes)
{
    const std::string_view considered = bytes.substr(0, kLongestText);
    const std::size_t end = considered.find_first_of("\r\n");
    if (end == std::string_view::npos)
        return bytes.size() < kLongestText ? needMore(bytes.size() + 1) : kRefused;
    if (considered[end] != '\r' || end + 2 > kLongestText)
        return kRefused;
    if (end + 1 == considered.size())
        return needMore(end + 2);
    if (considered[end + 1] != '\n')
        return kRefused;
    const auto header = readTextLine(considered.substr(kTextBegin.size(), end - kTextBegin.size()));
    return header ? ProxyHeaderResult{State::Done, end + 2, *header} : kRefused;
}

std::size_t numberAt(std::string_view bytes, std::size_t at)
{
    return static_cast<std::size_t>(static_cast<unsigned char>(bytes[at])) << 8 |
           static_cast<unsigned char>(bytes[at + 1]);
}

/// TLVs fill the rest of \a header from \a at exactly; a CRC among them is right.
bool areTlvsRight(std::string_view header, std::size_t at)
{
    constexpr std::size_t kHead = 3;
    bool hasCrc = false;
    while (at < header.size()) {
        if (header.size() - at < kHead)
            return false;
        const std::size_t size = numberAt(header, at + 1);
        const std::size_t value = at + kHead;
        if (header.size() - value < size)
            return false;
        if (static_cast<std::uint8_t>(header[at]) == kCrcType) {
            if (size != kCrcSize || std::exchange(hasCrc, true))
                return false;
            // Computed with its own place filled with zeros.
            constexpr std::array<char, kCrcSize> zeros{};
            std::uint32_t crc = crc32c(header.substr(0, value));
            crc = crc32c({zeros.data(), zeros.size()}, crc);
            crc = crc32c(header.substr(value + size), crc);
            if (crc != (numberAt(header, value) << 16 | numberAt(header, value + 2)))
                return false;
        }
        at = value + size;
    }
    return true;
}

struct Family
{
    std::uint8_t code; ///< address family and transport
    std::size_t size;  ///< of both addresses and ports
    std::size_t addressSize;
};

// Stream transports; datagrams do not come over this socket.
constexpr std::array<Family, 3> kFamilies = {{{0x11, 12, 4}, {0x21, 36, 16}, {0x31, 216, 0}}};

/// \a header is whole.
std::optional<ProxyHeader> readAddresses(std::string_view header)
{
    constexpr std::uint8_t kLocal = 0x20;
    constexpr std::uint8_t kUnspecified = 0x00;
    const auto code = static_cast<std::uint8_t>(header[13]);
    if (static_cast<std::uint8_t>(header[12]) == kLocal)
        return ProxyHeader{}; // the whole block is to be skipped
    if (code == kUnspecified)
        return kUnknownClient; // likewise
    const auto family = std::ranges::find(kFamilies, code, &Family::code);
    if (family == kFamilies.end() || header.size() < kFixedSize + family->size ||
        !areTlvsRight(header, kFixedSize + family->size))
        return std::nullopt;
    if (family->addressSize == 0)
        return ProxyHeader{ProxyHeader::Source::Unix, std::nullopt};
    const std::string_view source = header.substr(kFixedSize, family->addressSize);
    return ProxyHeader{ProxyHeader::Source::Address, HostAddress::fromBytes(source)};
}

ProxyHeaderResult readBinary(std::string_view bytes)
{
    if (bytes.size() > 12) {
        const auto command = static_cast<std::uint8_t>(bytes[12]);
        if (command != 0x20 && command != 0x21) // version 2, LOCAL or PROXY
            return kRefused;
    }
    if (bytes.size() < kFixedSize)
        return needMore(kFixedSize);
    const std::size_t size = kFixedSize + numberAt(bytes, 14);
    if (size > kLargestProxyHeader)
        return kRefused;
    if (bytes.size() < size)
        return needMore(size);
    const auto header = readAddresses(bytes.substr(0, size));
    return header ? ProxyHeaderResult{State::Done, size, *header} : kRefused;
}

bool mayBegin(std::string_view bytes, std::string_view beginning)
{
    const std::size_t common = std::min(bytes.size(), beginning.size());
    return bytes.substr(0, common) == beginning.substr(0, common);
}

} // namespace

ProxyHeaderResult readProxyHeader(std::string_view bytes, ProxyHeaderForm form)
{
    if (bytes.empty())
        return needMore(1);
    // The first byte tells them apart.
    if (form != ProxyHeaderForm::Text && mayBegin(bytes, kSignature))
        return readBinary(bytes);
    if (form != ProxyHeaderForm::Binary && mayBegin(bytes, kTextBegin))
        return bytes.size() < kTextBegin.size() ? needMore(kTextBegin.size()) : readText(bytes);
    return kRefused;
}

} // namespace postern
