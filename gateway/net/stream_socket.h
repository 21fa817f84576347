#pragma once

#include "gateway/event/file_descriptor.h"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace postern {

/// The bytes of one connection: reads, and writes that keep what the kernel did not take. Purpose: exactly
/// one system call for one piece of work, and never SIGPIPE. Owned by a connection, on its thread. Bounded by
/// its user, who stops sending while hasPending().
class StreamSocket
{
public:
    enum class Read {
        Data,
        Nothing, ///< wait for the next edge
        End,     ///< the peer has finished sending
        Failed   ///< errno is in error()
    };
    struct Received
    {
        Read state = Read::Nothing;
        std::size_t size = 0;
    };
    enum class Write {
        Done,
        Pending, ///< the rest is kept: flush() at the next EPOLLOUT
        Failed   ///< nothing of this call was kept
    };

    StreamSocket() = default;
    explicit StreamSocket(FileDescriptor fd) : m_fd(std::move(fd)) {}

    [[nodiscard]] int fd() const { return m_fd.fd(); }
    [[nodiscard]] bool isOpen() const { return m_fd.isOpen(); }

    /// What epoll said. Call it first, with each event.
    void note(std::uint32_t events);
    /// Whether a read may give something. Starts as false, is set by note(), cleared by a short read.
    [[nodiscard]] bool mayRead() const { return m_mayRead; }
    /// The peer has sent its last byte, though some may still wait to be read.
    [[nodiscard]] bool peerEnded() const { return m_peerEnded; }
    [[nodiscard]] Received receive(std::span<char> room);

    /// Nothing has come, the end included. One system call, that reads nothing.
    [[nodiscard]] bool isQuiet() const;

    /// \a first and \a second go in one call, behind whatever still waits.
    Write send(std::string_view first, std::string_view second = {}, std::string_view third = {});
    Write flush();
    [[nodiscard]] bool hasPending() const { return !m_pending.empty(); }
    [[nodiscard]] std::size_t pending() const { return m_pending.size() - m_pendingStart; }
    /// Bytes that the kernel took since the connection began.
    [[nodiscard]] std::uint64_t sent() const { return m_sent; }

    /// Of the last failed call.
    [[nodiscard]] int error() const { return m_error; }
    /// Says that nothing more will be sent (FIN); reading goes on.
    void finishSending();
    /// Closes at once; what was pending is lost.
    void close();
    /// Closes so that the peer sees a reset, not an end.
    void abort();

private:
    FileDescriptor m_fd;
    std::string m_pending;
    std::size_t m_pendingStart = 0;
    std::uint64_t m_sent = 0;
    int m_error = 0;
    bool m_mayRead = false;
    bool m_peerEnded = false;
};

} // namespace postern
