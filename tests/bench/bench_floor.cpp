// The floor under every HTTP/1.1 proxy: one epoll loop that moves heads and bodies without a look at them.
//   bench_floor --port P --origin P
//
// Purpose: four calls of input and output a request and nothing else, so that a ratio to a peer can be read:
// what is between this and the peer is all that any proxy could save. No proxy itself: a request is what one
// read brings, an answer has a Content-Length, and who breaks off is forgotten with its origin's connection.
#include "gateway/event/file_descriptor.h"
#include "tests/bench/load/arguments.h"
#include "tests/bench/load/loopback.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace postern::bench {

namespace {

/// A client's connection, or one to the origin; two of them belong together while a request is under way.
struct Connection
{
    FileDescriptor fd;
    bool isClient = false;
    Connection* peer = nullptr;
    std::string unsent;   ///< the kernel did not take it yet
    std::size_t left = 0; ///< of the answer's bytes; 0: its head comes first
};

/// Bytes of the whole answer that begins with \a text; 0 where that can not be told.
std::size_t answerSize(std::string_view text)
{
    constexpr std::string_view kLength = "\r\nContent-Length: ";
    const std::size_t end = text.find("\r\n\r\n");
    const std::size_t length = text.find(kLength);
    if (end == std::string_view::npos || length == std::string_view::npos)
        return 0;
    return end + 4 + std::strtoull(text.data() + length + kLength.size(), nullptr, 10);
}

class Floor
{
public:
    Floor(FileDescriptor listening, std::uint16_t origin)
        : m_set(::epoll_create1(EPOLL_CLOEXEC)), m_listening(std::move(listening)), m_origin(origin)
    {
        epoll_event event{};
        event.events = EPOLLIN;
        ::epoll_ctl(m_set.fd(), EPOLL_CTL_ADD, m_listening.fd(), &event);
    }

    [[noreturn]] void run()
    {
        std::array<epoll_event, 256> events;
        for (;;) {
            const int count = ::epoll_wait(m_set.fd(), events.data(), static_cast<int>(events.size()), -1);
            for (int i = 0; i < count; ++i) {
                const epoll_event& event = events[static_cast<std::size_t>(i)];
                if (event.data.ptr)
                    ready(*static_cast<Connection*>(event.data.ptr), event.events);
                else
                    accept();
            }
            m_gone.clear(); // events of this batch may have named them
        }
    }

private:
    Connection& add(FileDescriptor fd, bool isClient)
    {
        auto* const connection = new Connection{std::move(fd), isClient, nullptr, {}, 0}; // ends in close()
        epoll_event event{};
        event.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET;
        event.data.ptr = connection;
        ::epoll_ctl(m_set.fd(), EPOLL_CTL_ADD, connection->fd.fd(), &event);
        return *connection;
    }

    void accept()
    {
        for (;;) {
            FileDescriptor fd(::accept4(m_listening.fd(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
            if (!fd.isOpen())
                return;
            const int on = 1;
            ::setsockopt(fd.fd(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
            add(std::move(fd), true);
        }
    }

    Connection& originConnection()
    {
        if (m_idle.empty())
            return add(connectToLoopback(m_origin, Connecting::UnderWay), false);
        Connection& last = *m_idle.back();
        m_idle.pop_back();
        return last;
    }

    void ready(Connection& connection, std::uint32_t events)
    {
        if (!connection.fd.isOpen())
            return;
        if ((events & EPOLLOUT) != 0 && !connection.unsent.empty()) {
            const std::string rest = std::exchange(connection.unsent, {});
            send(connection, rest);
        }
        if ((events & (EPOLLIN | EPOLLRDHUP)) == 0)
            return;
        const ssize_t count = ::recv(connection.fd.fd(), m_buffer.data(), m_buffer.size(), MSG_DONTWAIT);
        if (count > 0)
            received(connection, {m_buffer.data(), static_cast<std::size_t>(count)});
        else if (count == 0 || errno != EAGAIN)
            close(connection);
    }

    void received(Connection& connection, std::string_view bytes)
    {
        if (connection.isClient) {
            if (!connection.peer) {
                connection.peer = &originConnection();
                connection.peer->peer = &connection;
            }
            send(*connection.peer, bytes);
            return;
        }
        Connection* const client = connection.peer;
        if (connection.left == 0)
            connection.left = answerSize(bytes);
        if (!client || bytes.size() > connection.left)
            return close(connection);
        connection.left -= bytes.size();
        if (connection.left == 0) {
            client->peer = connection.peer = nullptr;
            m_idle.push_back(&connection);
        }
        send(*client, bytes);
    }

    static void send(Connection& connection, std::string_view bytes)
    {
        ssize_t count = 0;
        if (connection.unsent.empty())
            count = ::send(connection.fd.fd(), bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
        connection.unsent += bytes.substr(count < 0 ? 0 : static_cast<std::size_t>(count));
    }

    void close(Connection& connection)
    {
        connection.fd.reset();
        std::erase(m_idle, &connection);
        m_gone.emplace_back(&connection);
        if (Connection* const peer = std::exchange(connection.peer, nullptr)) {
            peer->peer = nullptr;
            close(*peer);
        }
    }

    FileDescriptor m_set;
    FileDescriptor m_listening;
    std::uint16_t m_origin;
    std::vector<Connection*> m_idle;
    std::vector<std::unique_ptr<Connection>> m_gone;
    std::array<char, 128 * 1024> m_buffer;
};

FileDescriptor listenOnLoopback(std::uint16_t port)
{
    FileDescriptor fd(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    const int on = 1;
    ::setsockopt(fd.fd(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::bind(fd.fd(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
        ::listen(fd.fd(), 16384) != 0)
        return {};
    return fd;
}

} // namespace

} // namespace postern::bench

int main(int argc, char** argv)
{
    using namespace postern::bench;
    const Arguments arguments(argc, argv);
    auto listening = listenOnLoopback(static_cast<std::uint16_t>(arguments.number("--port", 0)));
    if (!listening.isOpen()) {
        std::perror("bench_floor");
        return 1;
    }
    const auto floor = std::make_unique<Floor>(std::move(listening),
                                               static_cast<std::uint16_t>(arguments.number("--origin", 0)));
    floor->run();
}
