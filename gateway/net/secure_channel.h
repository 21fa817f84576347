#pragma once

#include "gateway/net/client_certificate.h"
#include "gateway/net/handshake_failure.h"
#include "gateway/net/plain_socket.h"

#include <memory>

namespace postern {

/// How far a handshake has come.
enum class Handshake : unsigned char {
    Done,
    UnderWay, ///< call again at the socket's next event
    Failed    ///< what there is to say to the peer was sent; close
};

/// The encryption of one connection. Purpose: `net` moves bytes without knowing TLS; gateway/tls implements
/// this. Owned by the StreamSocket that it secures, on its thread. The functions that take a socket do for it
/// what StreamSocket's functions of the same name promise; \a socket is always the same one, though it may
/// have moved.
class SecureChannel
{
public:
    virtual ~SecureChannel() = default;

    /// \a bytes were read from the socket already, and are the first of the handshake.
    virtual void feed(std::string_view bytes) = 0;
    virtual Handshake handshake(PlainSocket& socket) = 0;
    [[nodiscard]] virtual PlainSocket::Received receive(PlainSocket& socket, std::span<char> room) = 0;
    /// Something was decrypted, or is here to be, that receive() gives without the socket.
    [[nodiscard]] virtual bool hasBuffered() const = 0;
    /// The peer has said that it sends no more (close_notify).
    [[nodiscard]] virtual bool peerEnded() const = 0;
    /// Takes in what the protocol itself has to say. True when no byte and no end came.
    [[nodiscard]] virtual bool isQuiet(PlainSocket& socket) = 0;
    virtual PlainSocket::Write send(PlainSocket& socket, std::string_view first, std::string_view second,
                                    std::string_view third) = 0;
    /// close_notify.
    virtual void finishSending(PlainSocket& socket) = 0;

    // What the handshake came to; views live as long as this.
    [[nodiscard]] virtual HandshakeFailure failure() const = 0;
    /// The same in words, for logs.
    [[nodiscard]] virtual std::string_view failureText() const = 0;
    /// `h2`, `http/1.1`; empty where the peers did not agree on any.
    [[nodiscard]] virtual std::string_view applicationProtocol() const = 0;
    /// The name the client asked for (SNI), as it wrote it; empty without one.
    [[nodiscard]] virtual std::string_view serverName() const = 0;
    [[nodiscard]] virtual std::string_view version() const = 0; ///< `TLSv1.3`
    [[nodiscard]] virtual std::string_view cipher() const = 0;  ///< `TLS_AES_128_GCM_SHA256`
    [[nodiscard]] virtual bool isResumed() const = 0;
    /// The peer's, verified; null without one. Servers only.
    [[nodiscard]] virtual const std::shared_ptr<const ClientCertificate>& clientCertificate() const = 0;
};

} // namespace postern
