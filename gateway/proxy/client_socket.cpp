#include "gateway/proxy/client_socket.h"

#include "gateway/event/epoll_dispatcher.h"

#include <sys/socket.h>

namespace postern {

namespace {
constexpr const char* kUnix = "unix";
constexpr const char* kUnknown = "unknown"; // RFC 7239 §6.2
} // namespace

ClientSocket ClientSocket::of(FileDescriptor fd)
{
    ClientSocket client;
    client.socket = StreamSocket(std::move(fd));
    sockaddr_storage address{};
    socklen_t size = sizeof address;
    if (::getpeername(client.socket.fd(), reinterpret_cast<sockaddr*>(&address), &size) == 0)
        client.address = HostAddress::fromSocket(reinterpret_cast<sockaddr*>(&address));
    client.addressText = client.address ? client.address->text() : kUnix;
    return client;
}

void ClientSocket::identify(const ProxyHeader& header)
{
    switch (header.source) {
    case ProxyHeader::Source::Proxy:
        return;
    case ProxyHeader::Source::Address:
        addressText = header.address->text();
        break;
    case ProxyHeader::Source::Unix:
        addressText = kUnix;
        break;
    case ProxyHeader::Source::Unknown:
        addressText = kUnknown;
        break;
    }
    address = header.address;
    isBehindProxy = true;
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
