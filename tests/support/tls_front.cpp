#include "tests/support/tls_front.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>

namespace postern::test {

namespace {

sockaddr_in loopback(quint16 port)
{
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(port);
    return address;
}

} // namespace

TlsFront::TlsFront(const TlsPeerSettings& settings, quint16 plainPort)
    : m_context(TlsPeer::makeContext(TlsPeer::Role::Server, settings))
    , m_settings(settings)
    , m_plainPort(plainPort)
{
    sockaddr_in address = loopback(0);
    socklen_t size = sizeof address;
    m_listening = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (::bind(m_listening, reinterpret_cast<sockaddr*>(&address), size) != 0 ||
        ::listen(m_listening, 512) != 0 ||
        ::getsockname(m_listening, reinterpret_cast<sockaddr*>(&address), &size) != 0 || ::pipe(m_stop) != 0)
        qFatal("TlsFront can not listen");
    m_port = ntohs(address.sin_port);
    m_acceptor = std::thread([this] { acceptAll(); });
}

TlsFront::~TlsFront()
{
    ::close(m_stop[1]);
    m_acceptor.join();
    for (std::thread& thread : m_threads)
        thread.join();
    ::close(m_listening);
    ::close(m_stop[0]);
}

std::vector<TlsFront::Seen> TlsFront::seen() const
{
    const std::lock_guard lock(m_mutex);
    return m_seen;
}

void TlsFront::acceptAll()
{
    while (true) {
        std::array<pollfd, 2> wanted{pollfd{m_listening, POLLIN, 0}, pollfd{m_stop[0], POLLIN, 0}};
        if (::poll(wanted.data(), wanted.size(), -1) <= 0 || wanted[1].revents != 0)
            return;
        const int fd = ::accept4(m_listening, nullptr, nullptr, SOCK_CLOEXEC);
        if (fd >= 0)
            m_threads.emplace_back([this, fd] { serve(fd); });
    }
}

void TlsFront::serve(int fd)
{
    TlsPeer peer(fd, TlsPeer::Role::Server, m_settings, m_context);
    Seen seen;
    seen.done = peer.connect();
    seen.resumed = peer.isResumed();
    seen.protocol = peer.protocol();
    seen.clientName = peer.peerName();
    seen.error = peer.error();
    if (const char* name = SSL_get_servername(peer.ssl(), TLSEXT_NAMETYPE_host_name))
        seen.serverName = name;
    {
        const std::lock_guard lock(m_mutex);
        m_seen.push_back(seen);
    }
    if (!seen.done)
        return;
    const int plain = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const sockaddr_in address = loopback(m_plainPort);
    if (::connect(plain, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0)
        relay(peer, plain);
    ::close(plain);
}

void TlsFront::relay(TlsPeer& peer, int plain)
{
    std::array<char, 16384> room;
    while (true) {
        const auto state = peer.read();
        std::string_view bytes = peer.received();
        while (!bytes.empty()) {
            const ssize_t count = ::send(plain, bytes.data(), bytes.size(), MSG_NOSIGNAL);
            if (count <= 0)
                return;
            bytes.remove_prefix(static_cast<std::size_t>(count));
        }
        peer.received().clear();
        if (state == TlsPeer::State::Failed)
            return;
        std::array<pollfd, 3> wanted{pollfd{peer.fd(), POLLIN, 0}, pollfd{plain, POLLIN, 0},
                                     pollfd{m_stop[0], POLLIN, 0}};
        if (::poll(wanted.data(), wanted.size(), -1) <= 0 || wanted[2].revents != 0)
            return;
        if (wanted[1].revents == 0)
            continue;
        const ssize_t count = ::recv(plain, room.data(), room.size(), 0);
        if (count <= 0) {
            peer.sendCloseNotify();
            return;
        }
        if (!peer.send({room.data(), static_cast<std::size_t>(count)}))
            return;
    }
}

} // namespace postern::test
