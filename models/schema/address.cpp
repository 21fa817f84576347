#include "models/schema/address.h"

#include <arpa/inet.h>

#include <algorithm>
#include <cstring>

namespace postern {

namespace {

constexpr int mappedPrefix = 96; // ::ffff:0:0/96, RFC 4291 §2.5.5.2

/// A decimal number without sign, spaces or leading zeros.
std::optional<int> parseNumber(QStringView text, int largest)
{
    if (text.isEmpty() || text.size() > 5 || (text.size() > 1 && text[0] == u'0'))
        return std::nullopt;
    int number = 0;
    for (const QChar c : text) {
        if (c < u'0' || c > u'9')
            return std::nullopt;
        number = number * 10 + (c.unicode() - u'0');
    }
    return number <= largest ? std::optional(number) : std::nullopt;
}

bool bit(const std::array<quint8, 16>& bytes, int index)
{
    return (bytes[std::size_t(index / 8)] >> (7 - index % 8)) & 1;
}

} // namespace

std::optional<IpAddress> IpAddress::parse(QStringView text)
{
    const QByteArray latin = text.toLatin1();
    IpAddress address;
    if (inet_pton(AF_INET, latin.constData(), address.bytes.data() + 12) == 1) {
        address.bytes[10] = address.bytes[11] = 0xff;
        address.isV4 = true;
        return address;
    }
    if (inet_pton(AF_INET6, latin.constData(), address.bytes.data()) == 1)
        return address;
    return std::nullopt;
}

bool IpAddress::isLoopback() const
{
    if (isV4)
        return bytes[12] == 127;
    return std::all_of(bytes.begin(), bytes.end() - 1, [](quint8 b) { return b == 0; }) && bytes[15] == 1;
}

QString IpAddress::text() const
{
    char buffer[INET6_ADDRSTRLEN] = {};
    inet_ntop(isV4 ? AF_INET : AF_INET6, bytes.data() + (isV4 ? 12 : 0), buffer, sizeof buffer);
    return QString::fromLatin1(buffer);
}

std::optional<SocketAddress> SocketAddress::parse(QStringView text)
{
    if (text.startsWith(u"unix:")) {
        const QStringView path = text.mid(5);
        const bool visible =
            std::all_of(path.begin(), path.end(), [](QChar c) { return c > u' ' && c != u'\x7f'; });
        if (!path.startsWith(u'/') || path.endsWith(u'/') || !visible || path.toUtf8().size() > mostPathBytes)
            return std::nullopt;
        return SocketAddress{{}, 0, path.toString()};
    }
    const qsizetype colon = text.lastIndexOf(u':');
    if (colon < 0)
        return std::nullopt;
    QStringView host = text.left(colon);
    const bool bracketed = host.startsWith(u'[') && host.endsWith(u']');
    if (bracketed)
        host = host.mid(1, host.size() - 2);
    const auto address = IpAddress::parse(host);
    const auto port = parseNumber(text.mid(colon + 1), 65535);
    if (!address || !port || address->isV4 == bracketed)
        return std::nullopt;
    return SocketAddress{*address, quint16(*port)};
}

QString SocketAddress::text() const
{
    if (isUnix())
        return QLatin1String("unix:") + path;
    const QString host_ = host.isV4 ? host.text() : QLatin1Char('[') + host.text() + QLatin1Char(']');
    return host_ + QLatin1Char(':') + QString::number(port);
}

std::optional<IpRange> IpRange::parse(QStringView text)
{
    const qsizetype slash = text.indexOf(u'/');
    const auto base = IpAddress::parse(slash < 0 ? text : text.left(slash));
    if (!base)
        return std::nullopt;
    const int bits = base->isV4 ? 32 : 128;
    const auto prefix = slash < 0 ? std::optional(bits) : parseNumber(text.mid(slash + 1), bits);
    if (!prefix)
        return std::nullopt;
    for (int i = *prefix + 128 - bits; i < 128; ++i)
        if (bit(base->bytes, i))
            return std::nullopt;
    return IpRange{*base, *prefix};
}

bool IpRange::contains(const IpAddress& address) const
{
    if (address.isV4 != base.isV4)
        return false;
    const int bits = prefix + (base.isV4 ? mappedPrefix : 0);
    const auto whole = std::size_t(bits / 8);
    if (std::memcmp(base.bytes.data(), address.bytes.data(), whole) != 0)
        return false;
    const int rest = bits % 8;
    return rest == 0 || ((base.bytes[whole] ^ address.bytes[whole]) >> (8 - rest)) == 0;
}

} // namespace postern
