#include "tests/bench/load/loopback.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <cerrno>

namespace postern::bench {

namespace {

sockaddr_in loopback(std::uint16_t port, std::uint8_t last)
{
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(0x7f000000U | last);
    return address;
}

} // namespace

FileDescriptor connectToLoopback(std::uint16_t port, Connecting how, std::uint8_t source)
{
    const int kind = SOCK_STREAM | SOCK_CLOEXEC | (how == Connecting::UnderWay ? SOCK_NONBLOCK : 0);
    FileDescriptor fd(::socket(AF_INET, kind, 0));
    const int on = 1;
    ::setsockopt(fd.fd(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (source != 0) {
        ::setsockopt(fd.fd(), IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
        const sockaddr_in own = loopback(0, source);
        if (::bind(fd.fd(), reinterpret_cast<const sockaddr*>(&own), sizeof own) != 0)
            return {};
    }
    const sockaddr_in peer = loopback(port, 1);
    if (::connect(fd.fd(), reinterpret_cast<const sockaddr*>(&peer), sizeof peer) != 0 &&
        errno != EINPROGRESS)
        return {};
    if (::fcntl(fd.fd(), F_SETFL, O_NONBLOCK) != 0)
        return {};
    return fd;
}

} // namespace postern::bench
