#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

struct sockaddr;

namespace postern {

/// An IPv4 or IPv6 address. IPv4 is kept in its mapped form (`::ffff:a.b.c.d`), so that both compare alike.
class HostAddress
{
public:
    /// `10.0.0.1`, `2001:db8::1`; no port, no brackets, no zone.
    static std::optional<HostAddress> parse(std::string_view text);
    /// Of an accepted connection; nothing for other families.
    static std::optional<HostAddress> fromSocket(const sockaddr* address);
    /// Four or sixteen bytes in network order; nothing for another size.
    static std::optional<HostAddress> fromBytes(std::string_view bytes);

    [[nodiscard]] bool isV4() const;
    [[nodiscard]] std::string text() const;
    [[nodiscard]] const std::array<std::uint8_t, 16>& bytes() const { return m_bytes; }

    friend bool operator==(const HostAddress&, const HostAddress&) = default;

private:
    std::array<std::uint8_t, 16> m_bytes{};
};

/// A set of networks, such as a listener's `trustedProxies`. Immutable once made.
class IpRanges
{
public:
    /// Adds `10.0.0.0/8` or a single address, or `unix:`: every peer without an IP address. \returns whether
    /// it was understood: host bits beyond the prefix are an error, as they hide a typing mistake.
    [[nodiscard]] bool add(std::string_view cidr);
    [[nodiscard]] bool contains(const HostAddress& address) const;
    /// Of a peer, that has no address on a `unix:` socket.
    [[nodiscard]] bool contains(const std::optional<HostAddress>& peer) const
    {
        return peer ? contains(*peer) : m_nameless;
    }
    [[nodiscard]] bool empty() const { return m_ranges.empty() && !m_nameless; }

private:
    struct Range
    {
        HostAddress network;
        int prefix; // of 128
    };
    std::vector<Range> m_ranges;
    bool m_nameless = false;
};

} // namespace postern
