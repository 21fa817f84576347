#pragma once

#include "gateway/net/secure_channel.h"

#include <cstdint>
#include <span>
#include <string_view>

namespace postern {

/// The bytes of one connection: reads, and writes that keep what the kernel did not take; encrypted where it
/// was secured, which its user does not notice beyond the handshake. Purpose: exactly one system call for one
/// piece of work, and never SIGPIPE. Owned by a connection, on its thread. Bounded by its user, who stops
/// sending while hasPending().
///
/// Secured: an end is one that the peer announced (close_notify); a connection that merely stops has Failed,
/// with ECONNRESET, and one whose bytes are not what they should be, with EPROTO. Counts and pending bytes
/// are those of the wire.
class StreamSocket
{
public:
    using Read = PlainSocket::Read;
    using Received = PlainSocket::Received;
    using Write = PlainSocket::Write;

    StreamSocket() = default;
    explicit StreamSocket(FileDescriptor fd) : m_plain(std::move(fd)) {}

    [[nodiscard]] int fd() const { return m_plain.fd(); }
    [[nodiscard]] bool isOpen() const { return m_plain.isOpen(); }

    /// From now on everything goes through \a channel. \a received was read before and is the channel's.
    /// handshake() must be Done before anything else is read or sent.
    void secure(std::unique_ptr<SecureChannel> channel, std::string_view received = {});
    /// Null: plain.
    [[nodiscard]] const SecureChannel* channel() const { return m_channel.get(); }
    /// Takes the handshake as far as it goes now, flushing what is pending. Call it after secure(), and after
    /// note() at each event until it is not UnderWay. Done at once for a plain socket. Afterwards mayRead()
    /// may be true without a further event.
    [[nodiscard]] Handshake handshake()
    {
        return m_channel ? m_channel->handshake(m_plain) : Handshake::Done;
    }

    /// What epoll said. Call it first, with each event.
    void note(std::uint32_t events) { m_plain.note(events); }
    /// Whether a read may give something. Starts as false, is set by note(), cleared by a short read.
    [[nodiscard]] bool mayRead() const
    {
        return m_plain.mayRead() || (m_channel && m_channel->hasBuffered());
    }
    /// The peer has sent its last byte, though some may still wait to be read.
    [[nodiscard]] bool peerEnded() const
    {
        return m_plain.peerEnded() || (m_channel && m_channel->peerEnded());
    }
    /// Secured, all of \a room may be written to, whatever the size that is returned; 64 KiB and more make
    /// the fewest system calls and copies.
    [[nodiscard]] Received receive(std::span<char> room)
    {
        return m_channel ? m_channel->receive(m_plain, room) : m_plain.receive(room);
    }

    /// Nothing has come, the end included. One system call, that reads nothing of the peer's.
    [[nodiscard]] bool isQuiet() { return m_channel ? m_channel->isQuiet(m_plain) : m_plain.isQuiet(); }

    /// \a first, \a second and \a third go in one call, behind whatever still waits.
    Write send(std::string_view first, std::string_view second = {}, std::string_view third = {})
    {
        return m_channel ? m_channel->send(m_plain, first, second, third)
                         : m_plain.send(first, second, third);
    }
    Write flush() { return m_plain.flush(); }
    [[nodiscard]] bool hasPending() const { return m_plain.hasPending(); }
    [[nodiscard]] std::size_t pending() const { return m_plain.pending(); }
    /// Bytes that the kernel took since the connection began.
    [[nodiscard]] std::uint64_t sent() const { return m_plain.sent(); }

    /// Bytes of those that the peer has taken, as far as its kernel tells; only differences mean something.
    /// One system call.
    [[nodiscard]] std::int64_t taken() const { return m_plain.taken(); }

    /// Of the last failed call.
    [[nodiscard]] int error() const { return m_plain.error(); }
    /// Says that nothing more will be sent (close_notify, FIN), after what is pending; reading goes on.
    void finishSending();
    /// Closes at once; what was pending is lost.
    void close();
    /// Closes so that the peer sees a reset, not an end.
    void abort();

private:
    PlainSocket m_plain;
    std::unique_ptr<SecureChannel> m_channel;
};

} // namespace postern
