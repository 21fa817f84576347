#include "gateway/server/handover_channel.h"

#include <QJsonDocument>

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

namespace postern {

namespace {

/// Room for the descriptors of one message, aligned as the kernel wants it.
struct ControlRoom
{
    alignas(cmsghdr) std::array<char, CMSG_SPACE(HandoverChannel::mostDescriptors * sizeof(int))> bytes{};
};

std::vector<FileDescriptor> descriptorsOf(msghdr& header)
{
    std::vector<FileDescriptor> result;
    for (cmsghdr* part = CMSG_FIRSTHDR(&header); part; part = CMSG_NXTHDR(&header, part)) {
        if (part->cmsg_level != SOL_SOCKET || part->cmsg_type != SCM_RIGHTS)
            continue;
        const std::size_t count = (part->cmsg_len - CMSG_LEN(0)) / sizeof(int);
        for (std::size_t i = 0; i < count; ++i) {
            int fd = -1;
            std::memcpy(&fd, CMSG_DATA(part) + i * sizeof fd, sizeof fd);
            result.emplace_back(fd);
        }
    }
    return result;
}

Error notAMessage(const char* what)
{
    return Error::environment(Error::Kind::Invalid,
                              QStringLiteral("the other process sent %1").arg(QLatin1String(what)));
}

Error gone()
{
    return Error::environment(Error::Kind::Unavailable, QStringLiteral("the other process has gone"));
}

} // namespace

HandoverChannel::HandoverChannel(FileDescriptor socket, int stop) : m_socket(std::move(socket)), m_stop(stop)
{}

Result<void> HandoverChannel::requireOurUser() const
{
    ucred peer{};
    socklen_t size = sizeof peer;
    if (::getsockopt(m_socket.fd(), SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0)
        return failure(Error::fromErrno(QStringLiteral("SO_PEERCRED"), errno));
    if (peer.uid != ::geteuid())
        return failure(Error::environment(
            Error::Kind::Denied,
            QStringLiteral("the other process is user %1's, this one %2's").arg(peer.uid).arg(::geteuid())));
    return {};
}

Result<void> HandoverChannel::waitFor(short events, std::chrono::milliseconds patience) const
{
    const auto end = std::chrono::steady_clock::now() + patience;
    for (;;) {
        const auto left =
            std::chrono::ceil<std::chrono::milliseconds>(end - std::chrono::steady_clock::now());
        std::array<pollfd, 2> entries{{{m_socket.fd(), events, 0}, {m_stop, POLLIN, 0}}};
        const int ready =
            ::poll(entries.data(), entries.size(), static_cast<int>(std::max<qint64>(left.count(), 0)));
        if (ready < 0 && errno == EINTR)
            continue;
        if (ready < 0)
            return failure(Error::fromErrno(QStringLiteral("poll"), errno));
        if (entries[1].revents != 0)
            return failure(Error::environment(Error::Kind::Unavailable, QStringLiteral("this process ends")));
        if (entries[0].revents != 0)
            return {}; // the call that follows names what is wrong, if anything
        if (left.count() <= 0)
            return failure(Error::environment(
                Error::Kind::TimedOut,
                QStringLiteral("the other process was silent for %1 ms").arg(patience.count())));
    }
}

Result<void> HandoverChannel::send(const QJsonObject& object, std::span<const int> descriptors,
                                   std::chrono::milliseconds patience)
{
    QByteArray text = QJsonDocument(object).toJson(QJsonDocument::Compact);
    if (static_cast<std::size_t>(text.size()) > mostBytes || descriptors.size() > mostDescriptors)
        return failure(
            Error::environment(Error::Kind::Exhausted, QStringLiteral("a hand-over message is too large")));
    iovec bytes{text.data(), static_cast<std::size_t>(text.size())};
    ControlRoom room;
    msghdr header{};
    header.msg_iov = &bytes;
    header.msg_iovlen = 1;
    if (!descriptors.empty()) {
        header.msg_control = room.bytes.data();
        header.msg_controllen = CMSG_SPACE(descriptors.size_bytes());
        cmsghdr* part = CMSG_FIRSTHDR(&header);
        part->cmsg_level = SOL_SOCKET;
        part->cmsg_type = SCM_RIGHTS;
        part->cmsg_len = CMSG_LEN(descriptors.size_bytes());
        std::memcpy(CMSG_DATA(part), descriptors.data(), descriptors.size_bytes());
    }
    for (;;) {
        if (auto room = waitFor(POLLOUT, patience); !room)
            return room;
        if (::sendmsg(m_socket.fd(), &header, MSG_NOSIGNAL | MSG_DONTWAIT) >= 0)
            return {};
        if (errno == EPIPE || errno == ECONNRESET)
            return failure(gone());
        if (errno != EINTR && errno != EAGAIN)
            return failure(Error::fromErrno(QStringLiteral("sendmsg"), errno));
    }
}

Result<HandoverChannel::Message> HandoverChannel::receive(std::chrono::milliseconds patience)
{
    std::vector<char> text(mostBytes);
    for (;;) {
        if (auto something = waitFor(POLLIN, patience); !something)
            return failure(something.error());
        iovec bytes{text.data(), text.size()};
        ControlRoom room;
        msghdr header{};
        header.msg_iov = &bytes;
        header.msg_iovlen = 1;
        header.msg_control = room.bytes.data();
        header.msg_controllen = room.bytes.size();
        const ssize_t size = ::recvmsg(m_socket.fd(), &header, MSG_CMSG_CLOEXEC | MSG_DONTWAIT);
        if (size < 0 && (errno == EINTR || errno == EAGAIN))
            continue;
        if (size == 0 || (size < 0 && errno == ECONNRESET))
            return failure(gone());
        if (size < 0)
            return failure(Error::fromErrno(QStringLiteral("recvmsg"), errno));
        Message message{{}, descriptorsOf(header)}; // closed again, whatever is wrong below
        if (header.msg_flags & MSG_CTRUNC)          // no descriptor left for them, or too many
            return failure(notAMessage("more descriptors than this process may have"));
        if (header.msg_flags & MSG_TRUNC)
            return failure(notAMessage("a message that is too large"));
        const QJsonDocument document =
            QJsonDocument::fromJson(QByteArray::fromRawData(text.data(), static_cast<qsizetype>(size)));
        if (!document.isObject())
            return failure(notAMessage("what is no message"));
        message.object = document.object();
        return message;
    }
}

} // namespace postern
