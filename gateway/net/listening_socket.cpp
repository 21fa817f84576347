#include "gateway/net/listening_socket.h"

#include "gateway/net/native_address.h"
#include "gateway/net/tcp_liveness.h"
#include "gateway/net/unix_socket_file.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/stat.h>

#include <cerrno>

namespace postern {

namespace {

// The kernel cuts it down to net.core.somaxconn.
constexpr int kBacklog = 4096;

// A peer needs the right to write; the folder says who gets there at all.
constexpr mode_t kUnixMode = 0660;

bool enable(int fd, int level, int option)
{
    const int on = 1;
    return ::setsockopt(fd, level, option, &on, sizeof on) == 0;
}

/// Options by which workers share an address, and clients are served at once.
bool prepare(int fd, int family)
{
    if (family == AF_UNIX)
        return true;
    if (!enable(fd, SOL_SOCKET, SO_REUSEADDR) || !enable(fd, SOL_SOCKET, SO_REUSEPORT) ||
        !enable(fd, IPPROTO_TCP, TCP_NODELAY) || !watchPeerOf(fd))
        return false;
    // An IPv6 wildcard takes IPv6 alone: `0.0.0.0:8080` beside it must not clash.
    return family != AF_INET6 || enable(fd, IPPROTO_IPV6, IPV6_V6ONLY);
}

} // namespace

Result<FileDescriptor> listenOn(const SocketAddress& address)
{
    const auto failed = [&address](const char* call) {
        const int error = errno;
        return failure(
            Error::fromErrno(QStringLiteral("%1 %2").arg(QLatin1String(call), address.text()), error));
    };
    if (address.isUnix())
        if (auto room = removeStaleSocket(address.path); !room)
            return failure(room.error());
    const NativeAddress native(address);
    FileDescriptor socket(::socket(native.family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    if (!socket.isOpen())
        return failed("socket");
    const int fd = socket.fd();
    if (!prepare(fd, native.family()))
        return failed("setsockopt");
    if (::bind(fd, native.data(), native.size) != 0)
        return failed("bind");
    // Nobody connects before listen(), so nobody does before the mode is set.
    if (address.isUnix() && ::chmod(address.path.toUtf8().constData(), kUnixMode) != 0)
        return failed("chmod");
    if (::listen(fd, kBacklog) != 0)
        return failed("listen");
    return socket;
}

} // namespace postern
