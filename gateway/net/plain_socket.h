#pragma once

#include "gateway/event/file_descriptor.h"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace postern {

/// The bytes of one connection as they are on the wire: reads, and writes that keep what the kernel did not
/// take. Purpose: exactly one system call for one piece of work, and never SIGPIPE. Owned by a StreamSocket
/// (which see for what its functions promise), on its thread.
class PlainSocket
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

    PlainSocket() = default;
    explicit PlainSocket(FileDescriptor fd) : m_fd(std::move(fd)) {}

    [[nodiscard]] int fd() const { return m_fd.fd(); }
    [[nodiscard]] bool isOpen() const { return m_fd.isOpen(); }

    void note(std::uint32_t events);
    [[nodiscard]] bool mayRead() const { return m_mayRead; }
    [[nodiscard]] bool peerEnded() const { return m_peerEnded; }
    [[nodiscard]] Received receive(std::span<char> room);
    [[nodiscard]] bool isQuiet() const;

    Write send(std::string_view first, std::string_view second = {}, std::string_view third = {});
    Write flush();
    [[nodiscard]] bool hasPending() const { return !m_pending.empty(); }
    [[nodiscard]] std::size_t pending() const { return m_pending.size() - m_pendingStart; }
    [[nodiscard]] std::uint64_t sent() const { return m_sent; }
    [[nodiscard]] std::int64_t taken() const;

    [[nodiscard]] int error() const { return m_error; }
    /// A fault that was not the kernel's: what error() says from now on.
    void setError(int error) { m_error = error; }
    void finishSending();
    void close();
    void abort();

private:
    FileDescriptor m_fd;
    std::string m_pending;
    std::size_t m_pendingStart = 0;
    std::uint64_t m_sent = 0;
    int m_error = 0;
    bool m_mayRead = false;
    bool m_peerEnded = false;
    bool m_finishWhenSent = false;
};

} // namespace postern
