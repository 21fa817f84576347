#include "tests/support/held_port.h"

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace postern::test {

HeldPort::HeldPort() : m_socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0))
{
    const int on = 1;
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    if (::setsockopt(m_socket, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0 ||
        ::bind(m_socket, reinterpret_cast<const sockaddr*>(&address), size) != 0 ||
        ::getsockname(m_socket, reinterpret_cast<sockaddr*>(&address), &size) != 0)
        qFatal("no port of 127.0.0.1 can be held");
    m_number = ntohs(address.sin_port);
}

HeldPort::~HeldPort() { ::close(m_socket); }

} // namespace postern::test
