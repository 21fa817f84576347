#pragma once

#include "gateway/event/file_descriptor.h"
#include "gateway/net/unix_socket_file.h"
#include "models/base/result.h"
#include "models/schema/address.h"

#include <vector>

namespace postern {

/// The sockets of one address: at least one a worker, all of one port, the kernel spreads clients over them
/// (SO_REUSEPORT). Of a `unix:` path there is one, which all workers accept on; its file goes with it. The
/// gateway keeps them and gives workers duplicates, so that it can turn clients away before the workers
/// close. Owned by the control thread; the address is free again when this and the workers' duplicates are
/// gone.
class ListenerSockets
{
public:
    enum class Neighbours : unsigned char {
        Refused, ///< another process, or listener, on the address is an error, as everywhere else
        Allowed  ///< SO_REUSEPORT's own rule: an address of ours may change into one that overlaps
    };

    static Result<ListenerSockets> listen(const SocketAddress& address, std::size_t workers,
                                          Neighbours neighbours);

    /// Sockets that another process opened for \a asked, and hands over: all of them are accepted from, as a
    /// client waits in the queue of one. More are opened where there are more workers.
    static Result<ListenerSockets> inherit(const SocketAddress& asked, const SocketAddress& bound,
                                           std::vector<FileDescriptor> sockets, std::size_t workers);

    /// As asked for; with port 0 another one than bound().
    [[nodiscard]] const SocketAddress& asked() const { return m_asked; }
    [[nodiscard]] const SocketAddress& bound() const { return m_bound; }

    /// Duplicates for one of the workers: one, or several where there are more sockets than workers.
    [[nodiscard]] Result<std::vector<FileDescriptor>> forWorker(std::size_t worker) const;
    /// Duplicates of all.
    [[nodiscard]] Result<std::vector<FileDescriptor>> duplicates() const;

    /// From now on the kernel drops attempts to connect, as if they had been lost on the way; handshakes that
    /// have begun end, and who waits is still to be accepted. A closed listening socket resets both: close it
    /// a moment after this, and nobody loses a request.
    void turnAway();
    /// Another process accepts on these sockets from now on, and owns a path's file.
    void leave() { m_file.leave(); }
    /// The process that handed them over has let go: the file is ours.
    void own();

private:
    [[nodiscard]] Result<void> openUpTo(std::size_t count);

    std::size_t m_workers = 1;
    SocketAddress m_asked;
    SocketAddress m_bound;
    std::vector<FileDescriptor> m_sockets;
    UnixSocketFile m_file;
};

} // namespace postern
