#pragma once

#include "gateway/net/secure_channel.h"
#include "gateway/tls/openssl_pointers.h"
#include "gateway/tls/record_stream.h"
#include "models/base/clock.h"

namespace postern {

class TlsSessionCache;

/// One TLS connection, server's or client's end. Purpose: OpenSSL's SSL object behind the SecureChannel
/// interface, in as little memory as it can idle in: no buffers, and no session once tickets are out.
///
/// Bounds: what a peer may say after the handshake without sending data (KeyUpdate, tickets, renegotiation)
/// is counted, and grows only with the bytes it sends; empty records are bounded by OpenSSL.
class TlsChannel final : public SecureChannel
{
public:
    enum class Role : unsigned char { Server, Client };

    /// \a ssl has its context, its names and its role's settings. \a keeper lives as long as it does.
    TlsChannel(SslPointer ssl, Role role, std::shared_ptr<const void> keeper);
    ~TlsChannel() override;

    /// Of an SSL that belongs to a channel.
    [[nodiscard]] static TlsChannel& of(const SSL* ssl);

    void feed(std::string_view bytes) override { m_stream.feed(bytes); }
    Handshake handshake(PlainSocket& socket) override;
    [[nodiscard]] PlainSocket::Received receive(PlainSocket& socket, std::span<char> room) override;
    [[nodiscard]] bool hasBuffered() const override { return m_hasBuffered; }
    [[nodiscard]] bool peerEnded() const override { return m_readState == PlainSocket::Read::End; }
    [[nodiscard]] bool isQuiet(PlainSocket& socket) override;
    PlainSocket::Write send(PlainSocket& socket, std::string_view first, std::string_view second,
                            std::string_view third) override;
    void finishSending(PlainSocket& socket) override;

    [[nodiscard]] HandshakeFailure failure() const override { return m_failure; }
    [[nodiscard]] std::string_view failureText() const override
    {
        return m_rare ? std::string_view(m_rare->failureText) : std::string_view();
    }
    [[nodiscard]] std::string_view applicationProtocol() const override;
    [[nodiscard]] std::string_view serverName() const override;
    [[nodiscard]] std::string_view version() const override { return SSL_get_version(m_ssl.get()); }
    [[nodiscard]] std::string_view cipher() const override { return SSL_get_cipher_name(m_ssl.get()); }
    [[nodiscard]] bool isResumed() const override { return SSL_session_reused(m_ssl.get()) == 1; }
    [[nodiscard]] const std::shared_ptr<const ClientCertificate>& clientCertificate() const override;

    /// Where a client's tickets go. \a believedUntil: of the session that is offered, if one is.
    void keepSessionsIn(std::shared_ptr<TlsSessionCache> cache, Clock::Wall believedUntil)
    {
        rare().sessions = std::move(cache);
        rare().believedUntil = believedUntil;
    }
    /// OpenSSL has a session that the server offers. False: nobody wants it.
    [[nodiscard]] bool keep(SSL_SESSION& session);
    /// The handshake fails unless the server agrees on \a protocol; of a client.
    void require(std::string protocol) { rare().requiredProtocol = std::move(protocol); }
    /// OpenSSL tells: a record has come that carries no data.
    void heardOtherRecord();

private:
    /// What most connections do without.
    struct Rare
    {
        std::shared_ptr<const ClientCertificate> clientCertificate;
        std::shared_ptr<TlsSessionCache> sessions;
        Clock::Wall believedUntil{}; ///< of the session that is resumed
        std::string requiredProtocol;
        std::string failureText;
    };
    [[nodiscard]] Rare& rare();

    [[nodiscard]] bool established();
    void failed();
    [[nodiscard]] std::size_t read(PlainSocket& socket, std::span<char> room);
    void readEnded(PlainSocket& socket);
    [[nodiscard]] bool write(std::string_view bytes);
    [[nodiscard]] bool writeJoined(std::initializer_list<std::string_view> parts);

    RecordStream m_stream; ///< before m_ssl, which refers to it
    SslPointer m_ssl;
    std::shared_ptr<const void> m_keeper;
    std::unique_ptr<Rare> m_rare;
    std::uint64_t m_data = 0;                                ///< bytes, both ways
    std::uint32_t m_otherRecords = 0;                        ///< received after the handshake
    PlainSocket::Read m_readState = PlainSocket::Read::Data; ///< End, Failed: nothing more comes
    HandshakeFailure m_failure = HandshakeFailure::None;
    Role m_role;
    bool m_established = false;
    bool m_hasBuffered = false;
    bool m_finished = false; ///< close_notify is sent, or can not be
};

} // namespace postern
