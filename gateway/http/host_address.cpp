#include "gateway/http/host_address.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <charconv>
#include <cstring>

namespace postern {

namespace {

constexpr std::array<std::uint8_t, 12> kMappedPrefix = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

bool bitsBeyond(const std::array<std::uint8_t, 16>& bytes, int prefix)
{
    for (int bit = prefix; bit < 128; ++bit) {
        if ((bytes[static_cast<std::size_t>(bit / 8)] >> (7 - bit % 8) & 1) != 0)
            return true;
    }
    return false;
}

} // namespace

std::optional<HostAddress> HostAddress::parse(std::string_view text)
{
    std::array<char, INET6_ADDRSTRLEN> terminated{};
    if (text.empty() || text.size() >= terminated.size() || text.find('\0') != std::string_view::npos)
        return std::nullopt;
    std::ranges::copy(text, terminated.begin());
    HostAddress address;
    if (text.find(':') != std::string_view::npos) {
        if (::inet_pton(AF_INET6, terminated.data(), address.m_bytes.data()) == 1)
            return address;
        return std::nullopt;
    }
    std::ranges::copy(kMappedPrefix, address.m_bytes.begin());
    if (::inet_pton(AF_INET, terminated.data(), address.m_bytes.data() + kMappedPrefix.size()) == 1)
        return address;
    return std::nullopt;
}

std::optional<HostAddress> HostAddress::fromSocket(const sockaddr* socket)
{
    HostAddress address;
    if (socket->sa_family == AF_INET) {
        sockaddr_in v4;
        std::memcpy(&v4, socket, sizeof v4);
        std::ranges::copy(kMappedPrefix, address.m_bytes.begin());
        std::memcpy(address.m_bytes.data() + kMappedPrefix.size(), &v4.sin_addr, sizeof v4.sin_addr);
        return address;
    }
    if (socket->sa_family == AF_INET6) {
        sockaddr_in6 v6;
        std::memcpy(&v6, socket, sizeof v6);
        std::memcpy(address.m_bytes.data(), &v6.sin6_addr, sizeof v6.sin6_addr);
        return address;
    }
    return std::nullopt;
}

std::optional<HostAddress> HostAddress::fromBytes(std::string_view bytes)
{
    HostAddress address;
    if (bytes.size() != 4 && bytes.size() != address.m_bytes.size())
        return std::nullopt;
    if (bytes.size() == 4)
        std::ranges::copy(kMappedPrefix, address.m_bytes.begin());
    std::memcpy(address.m_bytes.data() + address.m_bytes.size() - bytes.size(), bytes.data(), bytes.size());
    return address;
}

bool HostAddress::isV4() const
{
    return std::equal(kMappedPrefix.begin(), kMappedPrefix.end(), m_bytes.begin());
}

std::string HostAddress::text() const
{
    std::array<char, INET6_ADDRSTRLEN> buffer{};
    const bool v4 = isV4();
    ::inet_ntop(v4 ? AF_INET : AF_INET6, m_bytes.data() + (v4 ? kMappedPrefix.size() : 0), buffer.data(),
                buffer.size());
    return buffer.data();
}

bool IpRanges::add(std::string_view cidr)
{
    if (cidr == "unix:")
        return m_nameless = true;
    const std::size_t slash = cidr.find('/');
    const auto network = HostAddress::parse(cidr.substr(0, slash));
    if (!network)
        return false;
    const bool v4 = cidr.find(':') == std::string_view::npos;
    int prefix = v4 ? 32 : 128;
    if (slash != std::string_view::npos) {
        const std::string_view digits = cidr.substr(slash + 1);
        int given = 0;
        const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), given);
        if (error != std::errc() || end != digits.data() + digits.size() || given < 0 || given > prefix)
            return false;
        prefix = given;
    }
    if (v4)
        prefix += 96;
    if (bitsBeyond(network->bytes(), prefix))
        return false;
    m_ranges.push_back(Range{*network, prefix});
    return true;
}

bool IpRanges::contains(const HostAddress& address) const
{
    return std::ranges::any_of(m_ranges, [&address](const Range& range) {
        const auto whole = static_cast<std::size_t>(range.prefix / 8);
        const auto& network = range.network.bytes();
        const auto& bytes = address.bytes();
        if (!std::equal(network.begin(), network.begin() + static_cast<std::ptrdiff_t>(whole), bytes.begin()))
            return false;
        const int rest = range.prefix % 8;
        return rest == 0 || (network[whole] ^ bytes[whole]) >> (8 - rest) == 0;
    });
}

} // namespace postern
