#include "gateway/server/listener_sockets.h"

#include "gateway/net/listening_socket.h"
#include "gateway/net/native_address.h"

#include <fcntl.h>
#include <linux/filter.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>

namespace postern {

namespace {

/// Whether nobody listens on \a address: SO_REUSEPORT would let two gateways share it silently, each with
/// half of the other's clients.
Result<void> requireFree(const SocketAddress& address)
{
    const NativeAddress native(address);
    const FileDescriptor probe(::socket(native.family(), SOCK_STREAM | SOCK_CLOEXEC, 0));
    const int on = 1;
    if (!probe.isOpen() || ::setsockopt(probe.fd(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0)
        return failure(Error::fromErrno(QStringLiteral("socket %1").arg(address.text()), errno));
    if (::bind(probe.fd(), native.data(), native.size) != 0)
        return failure(Error::fromErrno(QStringLiteral("bind %1").arg(address.text()), errno));
    return {};
}

} // namespace

Result<ListenerSockets> ListenerSockets::listen(const SocketAddress& address, std::size_t workers,
                                                Neighbours neighbours)
{
    if (neighbours == Neighbours::Refused && address.port != 0 && !address.isUnix())
        if (const auto isFree = requireFree(address); !isFree)
            return failure(isFree.error());
    ListenerSockets result;
    result.m_workers = workers;
    result.m_asked = address;
    result.m_bound = address;
    if (auto opened = result.openUpTo(workers); !opened)
        return failure(opened.error());
    return result;
}

Result<ListenerSockets> ListenerSockets::inherit(const SocketAddress& asked, const SocketAddress& bound,
                                                 std::vector<FileDescriptor> sockets, std::size_t workers)
{
    ListenerSockets result;
    result.m_workers = workers;
    result.m_asked = asked;
    result.m_bound = bound;
    result.m_sockets = std::move(sockets);
    if (auto opened = result.openUpTo(workers); !opened)
        return failure(opened.error());
    return result;
}

Result<void> ListenerSockets::openUpTo(std::size_t count)
{
    if (m_bound.isUnix())
        count = 1;
    while (m_sockets.size() < count) {
        auto socket = listenOn(m_bound);
        if (!socket)
            return failure(socket.error());
        const auto bound = localAddress(socket->fd());
        if (!bound)
            return failure(bound.error());
        m_bound = *bound; // the first one chooses the port for all
        m_sockets.push_back(std::move(*socket));
        own();
    }
    return {};
}

void ListenerSockets::own()
{
    if (m_bound.isUnix())
        m_file = UnixSocketFile::at(m_bound.path);
}

Result<std::vector<FileDescriptor>> ListenerSockets::forWorker(std::size_t worker) const
{
    std::vector<FileDescriptor> result;
    const bool shared = m_bound.isUnix();
    for (std::size_t i = shared ? 0 : worker; i < m_sockets.size(); i += m_workers) {
        FileDescriptor duplicate(::fcntl(m_sockets[i].fd(), F_DUPFD_CLOEXEC, 0));
        if (!duplicate.isOpen())
            return failure(Error::fromErrno(QStringLiteral("dup"), errno));
        result.push_back(std::move(duplicate));
    }
    return result;
}

Result<std::vector<FileDescriptor>> ListenerSockets::duplicates() const
{
    std::vector<FileDescriptor> result;
    const std::size_t owners = m_bound.isUnix() ? 1 : m_workers;
    for (std::size_t worker = 0; worker < owners; ++worker) {
        auto some = forWorker(worker);
        if (!some)
            return failure(some.error());
        std::ranges::move(*some, std::back_inserter(result));
    }
    return result;
}

void ListenerSockets::turnAway()
{
    m_file.remove();
    if (m_bound.isUnix())
        return;
    // A socket filter sees a segment from its TCP header on; byte 13 are the flags. SYN without ACK: drop.
    constexpr unsigned flags = 13, synOrAck = 0x12, syn = 0x02, everything = 0xffffffff;
    std::array<sock_filter, 5> program{{BPF_STMT(BPF_LD | BPF_B | BPF_ABS, flags),
                                        BPF_STMT(BPF_ALU | BPF_AND | BPF_K, synOrAck),
                                        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, syn, 0, 1),
                                        BPF_STMT(BPF_RET | BPF_K, 0), BPF_STMT(BPF_RET | BPF_K, everything)}};
    const sock_fprog filter{static_cast<unsigned short>(program.size()), program.data()};
    // Where the kernel has no socket filters the close is as abrupt as it is without this.
    for (const FileDescriptor& socket : m_sockets)
        ::setsockopt(socket.fd(), SOL_SOCKET, SO_ATTACH_FILTER, &filter, sizeof filter);
}

} // namespace postern
