#pragma once

#include <QString>

#include <array>
#include <optional>

namespace postern {

/// An IPv4 or IPv6 address; IPv4 stands in its mapped form, so both compare as sixteen bytes.
struct IpAddress
{
    std::array<quint8, 16> bytes{};
    bool isV4 = false;

    [[nodiscard]] bool isLoopback() const;
    [[nodiscard]] QString text() const;
    static std::optional<IpAddress> parse(QStringView text);
    friend bool operator==(const IpAddress&, const IpAddress&) = default;
};

/// `127.0.0.1:8080`, `[::1]:8080`, `unix:/run/app.sock`.
struct SocketAddress
{
    /// The most bytes of a socket's path that the kernel takes (sun_path, without its NUL).
    static constexpr qsizetype mostPathBytes = 107;

    IpAddress host;
    quint16 port = 0;
    QString path = {}; ///< absolute; then host and port say nothing

    [[nodiscard]] bool isUnix() const { return !path.isEmpty(); }
    /// Only this machine gets there: loopback, or a path.
    [[nodiscard]] bool isLocal() const { return isUnix() || host.isLoopback(); }
    [[nodiscard]] QString text() const;
    static std::optional<SocketAddress> parse(QStringView text);
    friend bool operator==(const SocketAddress&, const SocketAddress&) = default;
};

/// `10.0.0.0/8`, `fd00::/8`, or one address. Bits past the prefix must be zero.
struct IpRange
{
    IpAddress base;
    int prefix = 0; ///< 0–32 or 0–128, in the base's own family

    [[nodiscard]] bool contains(const IpAddress& address) const;
    static std::optional<IpRange> parse(QStringView text);
    friend bool operator==(const IpRange&, const IpRange&) = default;
};

} // namespace postern
