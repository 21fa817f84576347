#pragma once

#include "gateway/net/stream_socket.h"
#include "tests/support/tls_peer.h"

#include <QtGlobal>

#include <sys/epoll.h>
#include <sys/socket.h>

namespace postern::test {

/// A secured StreamSocket and a peer, over a socket pair, in one thread.
struct TlsPair
{
    /// \a context: the peer's, where sessions are to be resumed.
    TlsPair(std::unique_ptr<SecureChannel> channel, TlsPeer::Role peerRole, const TlsPeerSettings& settings,
            std::shared_ptr<SSL_CTX> context = nullptr)
    {
        int fds[2] = {-1, -1};
        if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) != 0)
            qFatal("socketpair");
        near = StreamSocket(FileDescriptor(fds[0]));
        near.secure(std::move(channel));
        far = context ? std::make_unique<TlsPeer>(fds[1], peerRole, settings, std::move(context))
                      : std::make_unique<TlsPeer>(fds[1], peerRole, settings);
    }

    /// As an event would: everything may be ready.
    void note() { near.note(EPOLLIN | EPOLLOUT); }

    /// Drives both ends until each is done or failed. True when both are done.
    bool handshake()
    {
        constexpr int mostTurns = 100;
        auto ours = Handshake::UnderWay;
        auto theirs = TlsPeer::State::Waits;
        for (int turn = 0; turn < mostTurns; ++turn) {
            if (theirs == TlsPeer::State::Waits)
                theirs = far->handshake();
            note();
            ours = near.handshake();
            if (ours == Handshake::Failed) {
                // What the failure was is told by an alert, after what the peer took for the end.
                theirs = theirs == TlsPeer::State::Done ? far->read() : far->handshake();
                return false;
            }
            if (theirs == TlsPeer::State::Failed) {
                note();
                ours = near.handshake();
                return false;
            }
            if (ours == Handshake::Done && theirs == TlsPeer::State::Done)
                return true;
        }
        return false;
    }

    /// All that is there for our end to read.
    std::string read(std::size_t room = 128 * 1024)
    {
        std::string bytes;
        std::string area(room, 0);
        note();
        while (near.mayRead()) {
            const auto received = near.receive(area);
            last = received.state;
            if (received.state != StreamSocket::Read::Data)
                break;
            bytes.append(area, 0, received.size);
        }
        return bytes;
    }

    StreamSocket near;
    std::unique_ptr<TlsPeer> far;
    StreamSocket::Read last = StreamSocket::Read::Nothing;
};

} // namespace postern::test
