#include "gateway/net/native_address.h"

#include <netinet/in.h>
#include <sys/un.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace postern {

namespace {
constexpr std::size_t kMappedPrefix = 12; // ::ffff:a.b.c.d
} // namespace

NativeAddress::NativeAddress(const SocketAddress& address)
{
    if (address.isUnix()) {
        sockaddr_un local{};
        local.sun_family = AF_UNIX;
        const QByteArray path = address.path.toUtf8();
        Q_ASSERT(path.size() <= SocketAddress::mostPathBytes); // parse() has seen to it
        std::memcpy(local.sun_path, path.constData(), static_cast<std::size_t>(path.size()));
        std::memcpy(&storage, &local, size = sizeof local);
        return;
    }
    const auto& bytes = address.host.bytes;
    if (address.host.isV4) {
        sockaddr_in v4{};
        v4.sin_family = AF_INET;
        v4.sin_port = htons(address.port);
        std::memcpy(&v4.sin_addr, bytes.data() + kMappedPrefix, sizeof v4.sin_addr);
        std::memcpy(&storage, &v4, size = sizeof v4);
    } else {
        sockaddr_in6 v6{};
        v6.sin6_family = AF_INET6;
        v6.sin6_port = htons(address.port);
        std::memcpy(&v6.sin6_addr, bytes.data(), sizeof v6.sin6_addr);
        std::memcpy(&storage, &v6, size = sizeof v6);
    }
}

Result<SocketAddress> localAddress(int fd)
{
    sockaddr_storage storage{};
    socklen_t size = sizeof storage;
    if (::getsockname(fd, reinterpret_cast<sockaddr*>(&storage), &size) != 0)
        return failure(Error::fromErrno(QStringLiteral("getsockname"), errno));
    SocketAddress address;
    if (storage.ss_family == AF_UNIX) {
        sockaddr_un local{};
        std::memcpy(&local, &storage, std::min(static_cast<std::size_t>(size), sizeof local));
        address.path = QString::fromUtf8(
            local.sun_path, static_cast<qsizetype>(::strnlen(local.sun_path, sizeof local.sun_path)));
        return address;
    }
    if (storage.ss_family == AF_INET) {
        sockaddr_in v4{};
        std::memcpy(&v4, &storage, sizeof v4);
        address.host.isV4 = true;
        std::fill_n(address.host.bytes.begin() + 10, 2, quint8{0xff});
        std::memcpy(address.host.bytes.data() + kMappedPrefix, &v4.sin_addr, sizeof v4.sin_addr);
        address.port = ntohs(v4.sin_port);
        return address;
    }
    if (storage.ss_family != AF_INET6)
        return failure(
            Error::environment(Error::Kind::Unsupported, QStringLiteral("neither an IP nor a unix socket")));
    sockaddr_in6 v6{};
    std::memcpy(&v6, &storage, sizeof v6);
    std::memcpy(address.host.bytes.data(), &v6.sin6_addr, sizeof v6.sin6_addr);
    address.port = ntohs(v6.sin6_port);
    return address;
}

} // namespace postern
