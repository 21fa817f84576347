#include "gateway/proxy/client_socket.h"

#include "gateway/event/epoll_dispatcher.h"

#include <sys/socket.h>

namespace postern {

ClientSocket ClientSocket::of(FileDescriptor fd)
{
    ClientSocket client;
    client.socket = StreamSocket(std::move(fd));
    sockaddr_storage address{};
    socklen_t size = sizeof address;
    if (::getpeername(client.socket.fd(), reinterpret_cast<sockaddr*>(&address), &size) == 0)
        client.address = HostAddress::fromSocket(reinterpret_cast<sockaddr*>(&address));
    client.addressText = client.address ? client.address->text() : "unix";
    return client;
}

Result<void> ClientSocket::attach(EpollDispatcher& dispatcher, FdHandler& handler)
{
    if (token.generation != 0) {
        dispatcher.rebind(token, handler);
        return {};
    }
    const auto added = dispatcher.add(socket.fd(), handler);
    if (!added)
        return failure(added.error());
    token = *added;
    return {};
}

} // namespace postern
