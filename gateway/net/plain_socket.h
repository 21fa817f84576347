#pragma once

#include "gateway/event/file_descriptor.h"

#include <cstdint>
#include <memory>
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
    [[nodiscard]] bool hasPending() const { return m_pending != nullptr; }
    [[nodiscard]] std::size_t pending() const { return m_pending ? m_pending->rest().size() : 0; }
    [[nodiscard]] std::uint64_t sent() const { return m_sent; }
    [[nodiscard]] std::int64_t taken() const;

    [[nodiscard]] int error() const { return m_error; }
    /// A fault that was not the kernel's: what error() says from now on.
    void setError(int error) { m_error = static_cast<std::int16_t>(error); }
    void finishSending();
    void close();
    void abort();

private:
    /// Never empty: a connection that waits for nothing carries a pointer.
    struct Pending
    {
        std::string bytes;
        std::size_t start = 0;
        [[nodiscard]] std::string_view rest() const { return std::string_view(bytes).substr(start); }
    };

    void keep(std::string_view bytes);

    FileDescriptor m_fd;
    std::int16_t m_error = 0; // Linux has some 130 of them
    bool m_mayRead : 1 = false;
    bool m_peerEnded : 1 = false;
    bool m_finishWhenSent : 1 = false;
    std::unique_ptr<Pending> m_pending;
    std::uint64_t m_sent = 0;
};

} // namespace postern
