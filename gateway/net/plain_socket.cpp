#include "gateway/net/plain_socket.h"

#include <linux/sockios.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>

namespace postern {

namespace {

bool isTransient(int error) { return error == EAGAIN || error == EWOULDBLOCK; }

} // namespace

void PlainSocket::note(std::uint32_t events)
{
    if (events & (EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR))
        m_mayRead = true;
    if (events & (EPOLLRDHUP | EPOLLHUP))
        m_peerEnded = true;
}

PlainSocket::Received PlainSocket::receive(std::span<char> room)
{
    ssize_t count = 0;
    do {
        count = ::recv(m_fd.fd(), room.data(), room.size(), MSG_DONTWAIT);
    } while (count < 0 && errno == EINTR);
    if (count > 0) {
        const auto size = static_cast<std::size_t>(count);
        // A short read has emptied the queue: what comes later makes an edge of its own. An end that came
        // before this read does not: it has to be fetched.
        if (size < room.size() && !m_peerEnded)
            m_mayRead = false;
        return {Read::Data, size};
    }
    m_mayRead = false;
    if (count == 0) {
        m_peerEnded = true;
        return {Read::End, 0};
    }
    if (isTransient(errno))
        return {Read::Nothing, 0};
    setError(errno);
    return {Read::Failed, 0};
}

bool PlainSocket::isQuiet() const
{
    char byte = 0;
    return ::recv(m_fd.fd(), &byte, 1, MSG_PEEK | MSG_DONTWAIT) < 0 && isTransient(errno);
}

PlainSocket::Write PlainSocket::send(std::string_view first, std::string_view second, std::string_view third)
{
    if (hasPending()) {
        m_pending->bytes.append(first).append(second).append(third);
        return Write::Pending;
    }
    std::array<iovec, 3> parts = {};
    std::size_t used = 0;
    for (const std::string_view part : {first, second, third}) {
        if (!part.empty())
            parts[used++] = {const_cast<char*>(part.data()), part.size()};
    }
    if (used == 0)
        return Write::Done;
    ssize_t count = 0;
    do {
        if (used == 1) {
            count = ::send(m_fd.fd(), parts[0].iov_base, parts[0].iov_len, MSG_NOSIGNAL | MSG_DONTWAIT);
        } else {
            msghdr message{};
            message.msg_iov = parts.data();
            message.msg_iovlen = used;
            count = ::sendmsg(m_fd.fd(), &message, MSG_NOSIGNAL | MSG_DONTWAIT);
        }
    } while (count < 0 && errno == EINTR);
    if (count < 0 && !isTransient(errno)) {
        setError(errno);
        return Write::Failed;
    }
    std::size_t taken = count < 0 ? 0 : static_cast<std::size_t>(count);
    m_sent += taken;
    for (const std::string_view part : {first, second, third}) {
        const std::size_t gone = std::min(taken, part.size());
        keep(part.substr(gone));
        taken -= gone;
    }
    return hasPending() ? Write::Pending : Write::Done;
}

void PlainSocket::keep(std::string_view bytes)
{
    if (bytes.empty())
        return;
    if (!m_pending)
        m_pending = std::make_unique<Pending>();
    m_pending->bytes.append(bytes);
}

PlainSocket::Write PlainSocket::flush()
{
    while (hasPending()) {
        const std::string_view rest = m_pending->rest();
        const ssize_t count = ::send(m_fd.fd(), rest.data(), rest.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
        if (count < 0) {
            if (errno == EINTR)
                continue;
            if (isTransient(errno))
                return Write::Pending;
            setError(errno);
            return Write::Failed;
        }
        m_sent += static_cast<std::size_t>(count);
        m_pending->start += static_cast<std::size_t>(count);
        if (static_cast<std::size_t>(count) < rest.size())
            return Write::Pending; // a short write has filled the kernel's buffer
        m_pending.reset();         // an idle connection keeps no buffer
        if (m_finishWhenSent)
            finishSending();
    }
    return Write::Done;
}

std::int64_t PlainSocket::taken() const
{
    int waiting = 0; // sent, and not acknowledged
    if (::ioctl(m_fd.fd(), SIOCOUTQ, &waiting) != 0)
        waiting = 0;
    return static_cast<std::int64_t>(m_sent) - waiting;
}

void PlainSocket::finishSending()
{
    m_finishWhenSent = hasPending();
    if (!m_finishWhenSent)
        ::shutdown(m_fd.fd(), SHUT_WR);
}

void PlainSocket::abort()
{
    const linger reset{.l_onoff = 1, .l_linger = 0};
    ::setsockopt(m_fd.fd(), SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
    close();
}

void PlainSocket::close()
{
    m_fd.reset();
    m_mayRead = false;
    m_pending.reset();
}

} // namespace postern
