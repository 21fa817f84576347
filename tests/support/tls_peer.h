#pragma once

#include "tests/support/certificate_authority.h"

#include <openssl/ssl.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace postern::test {

struct TlsPeerSettings
{
    int oldest = TLS1_2_VERSION;
    int newest = TLS1_3_VERSION;
    std::string serverName = {};             ///< SNI
    std::vector<std::string> protocols = {}; ///< ALPN; of a server: its order, with an alert where none fits
    std::string authorities = {};            ///< PEM; empty: nothing is verified
    IssuedCertificate certificate = {};      ///< a server needs one
    std::string suites12 = {};               ///< a cipher list of OpenSSL's; empty: its own
    bool wantsClientCertificate = false;
};

/// The other side of a TLS connection, as plain OpenSSL has it. Non-blocking; the test drives it.
class TlsPeer
{
public:
    enum class Role { Server, Client };
    enum class State { Done, Waits, Failed };

    /// Takes \a fd over.
    TlsPeer(int fd, Role role, const TlsPeerSettings& settings);
    /// With a context that others have too, so that sessions can be resumed.
    TlsPeer(int fd, Role role, const TlsPeerSettings& settings, std::shared_ptr<SSL_CTX> context);
    [[nodiscard]] static std::shared_ptr<SSL_CTX> makeContext(Role role, const TlsPeerSettings& settings);
    ~TlsPeer();
    TlsPeer(const TlsPeer&) = delete;
    TlsPeer& operator=(const TlsPeer&) = delete;

    State handshake();
    /// Decrypts what is there into received().
    State read();
    [[nodiscard]] std::string& received() { return m_received; }
    /// Waits until \a count bytes are there, or the end, or a minute.
    bool readUntil(std::size_t count);
    /// Blocks for at most a minute.
    bool send(std::string_view bytes);
    /// What the kernel takes now.
    std::size_t sendSome(std::string_view bytes);
    void updateKey();
    void sendCloseNotify();
    /// FIN without close_notify.
    void truncate();
    /// Blocking: until it is done or failed.
    bool connect();

    /// After the handshake (and, for TLS 1.3's ticket, a read).
    [[nodiscard]] std::shared_ptr<SSL_SESSION> session() const { return m_session; }
    void resume(const std::shared_ptr<SSL_SESSION>& session);
    [[nodiscard]] bool isResumed() const;
    [[nodiscard]] std::string protocol() const;
    [[nodiscard]] std::string peerName() const; ///< CN of the peer's certificate
    [[nodiscard]] std::string peerAuthority() const;
    [[nodiscard]] int version() const;
    [[nodiscard]] std::string cipher() const;
    [[nodiscard]] bool sawCloseNotify() const;
    [[nodiscard]] const std::string& error() const { return m_error; } ///< OpenSSL's reason of a Failed
    [[nodiscard]] int fd() const { return m_fd; }
    [[nodiscard]] SSL* ssl() const { return m_ssl.get(); }

private:
    State judge(int result);
    bool waitFor(State state);

    int m_fd;
    std::shared_ptr<SSL_CTX> m_context;
    std::shared_ptr<SSL> m_ssl;
    std::shared_ptr<SSL_SESSION> m_session;
    std::string m_received;
    std::string m_error;
};

} // namespace postern::test
