#include "gateway/net/listening_socket.h"

#include "gateway/net/native_address.h"

#include <netinet/in.h>
#include <netinet/tcp.h>

#include <cerrno>

namespace postern {

namespace {

// The kernel cuts it down to net.core.somaxconn.
constexpr int kBacklog = 4096;

bool enable(int fd, int level, int option)
{
    const int on = 1;
    return ::setsockopt(fd, level, option, &on, sizeof on) == 0;
}

} // namespace

Result<FileDescriptor> listenOn(const SocketAddress& address)
{
    const auto failed = [&address](const char* call) {
        const int error = errno;
        return failure(
            Error::fromErrno(QStringLiteral("%1 %2").arg(QLatin1String(call), address.text()), error));
    };
    const NativeAddress native(address);
    FileDescriptor socket(::socket(native.family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    if (!socket.isOpen())
        return failed("socket");
    const int fd = socket.fd();
    if (!enable(fd, SOL_SOCKET, SO_REUSEADDR) || !enable(fd, SOL_SOCKET, SO_REUSEPORT) ||
        !enable(fd, IPPROTO_TCP, TCP_NODELAY))
        return failed("setsockopt");
    // An IPv6 wildcard takes IPv6 alone: `0.0.0.0:8080` beside it must not clash.
    if (native.family() == AF_INET6 && !enable(fd, IPPROTO_IPV6, IPV6_V6ONLY))
        return failed("setsockopt");
    if (::bind(fd, native.data(), native.size) != 0)
        return failed("bind");
    if (::listen(fd, kBacklog) != 0)
        return failed("listen");
    return socket;
}

} // namespace postern
