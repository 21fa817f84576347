#include "tests/support/tls_peer.h"

#include <QtGlobal>

#include <fcntl.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <csignal>

namespace postern::test {

namespace {

constexpr int kLimit = 60'000; // ms

std::vector<unsigned char> wireOf(const std::vector<std::string>& protocols)
{
    std::vector<unsigned char> wire;
    for (const std::string& protocol : protocols) {
        wire.push_back(static_cast<unsigned char>(protocol.size()));
        wire.insert(wire.end(), protocol.begin(), protocol.end());
    }
    return wire;
}

void useCertificate(SSL_CTX* context, const IssuedCertificate& issued)
{
    BIO* bio = BIO_new_mem_buf(issued.certificate.data(), static_cast<int>(issued.certificate.size()));
    X509* leaf = PEM_read_bio_X509(bio, nullptr, nullptr, nullptr);
    SSL_CTX_use_certificate(context, leaf);
    X509_free(leaf);
    while (X509* above = PEM_read_bio_X509(bio, nullptr, nullptr, nullptr))
        SSL_CTX_add0_chain_cert(context, above);
    BIO_free(bio);
    bio = BIO_new_mem_buf(issued.key.data(), static_cast<int>(issued.key.size()));
    EVP_PKEY* key = PEM_read_bio_PrivateKey(bio, nullptr, nullptr, nullptr);
    if (SSL_CTX_use_PrivateKey(context, key) != 1)
        qFatal("test key");
    EVP_PKEY_free(key);
    BIO_free(bio);
    ERR_clear_error();
}

void trust(SSL_CTX* context, const std::string& authorities)
{
    BIO* bio = BIO_new_mem_buf(authorities.data(), static_cast<int>(authorities.size()));
    while (X509* authority = PEM_read_bio_X509(bio, nullptr, nullptr, nullptr)) {
        X509_STORE_add_cert(SSL_CTX_get_cert_store(context), authority);
        X509_free(authority);
    }
    BIO_free(bio);
    ERR_clear_error();
}

int chooseProtocol(SSL*, const unsigned char** chosen, unsigned char* size, const unsigned char* offered,
                   unsigned int offeredSize, void* wanted)
{
    const auto& alpn = *static_cast<const std::vector<unsigned char>*>(wanted);
    unsigned char* match = nullptr;
    const int result = SSL_select_next_proto(&match, size, alpn.data(), static_cast<unsigned>(alpn.size()),
                                             offered, offeredSize);
    *chosen = match;
    return result == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_ALERT_FATAL;
}

int keepSession(SSL* ssl, SSL_SESSION* session)
{
    static_cast<std::shared_ptr<SSL_SESSION>*>(SSL_get_app_data(ssl))->reset(session, SSL_SESSION_free);
    return 1;
}

std::string commonName(X509_NAME* name)
{
    std::array<char, 256> text{};
    const int size = X509_NAME_get_text_by_NID(name, NID_commonName, text.data(), text.size());
    return size < 0 ? std::string() : std::string(text.data(), static_cast<std::size_t>(size));
}

} // namespace

std::shared_ptr<SSL_CTX> TlsPeer::makeContext(Role role, const TlsPeerSettings& settings)
{
    // What the context's callback needs goes with it.
    const auto alpn = std::make_shared<std::vector<unsigned char>>(wireOf(settings.protocols));
    std::shared_ptr<SSL_CTX> made(
        SSL_CTX_new(role == Role::Server ? TLS_server_method() : TLS_client_method()),
        [alpn](SSL_CTX* context) { SSL_CTX_free(context); });
    SSL_CTX* context = made.get();
    SSL_CTX_set_security_level(context, 0);
    SSL_CTX_set_min_proto_version(context, settings.oldest);
    SSL_CTX_set_max_proto_version(context, settings.newest);
    if (!settings.suites12.empty())
        SSL_CTX_set_cipher_list(context, settings.suites12.c_str());
    if (!settings.certificate.key.empty())
        useCertificate(context, settings.certificate);
    if (!settings.authorities.empty()) {
        trust(context, settings.authorities);
        SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
    }
    if (settings.wantsClientCertificate)
        SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
    if (role == Role::Server) {
        const unsigned char id[] = "peer";
        SSL_CTX_set_session_id_context(context, id, 4);
        if (!alpn->empty())
            SSL_CTX_set_alpn_select_cb(context, chooseProtocol, alpn.get());
    } else {
        if (!alpn->empty())
            SSL_CTX_set_alpn_protos(context, alpn->data(), static_cast<unsigned>(alpn->size()));
        SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
        SSL_CTX_sess_set_new_cb(context, keepSession);
    }
    return made;
}

TlsPeer::TlsPeer(int fd, Role role, const TlsPeerSettings& settings)
    : TlsPeer(fd, role, settings, makeContext(role, settings))
{}

TlsPeer::TlsPeer(int fd, Role role, const TlsPeerSettings& settings, std::shared_ptr<SSL_CTX> context)
    : m_fd(fd), m_context(std::move(context))
{
    ::signal(SIGPIPE, SIG_IGN); // OpenSSL writes without MSG_NOSIGNAL
    ::fcntl(fd, F_SETFL, ::fcntl(fd, F_GETFL) | O_NONBLOCK);
    m_ssl.reset(SSL_new(m_context.get()), SSL_free);
    SSL_set_app_data(m_ssl.get(), &m_session);
    SSL_set_fd(m_ssl.get(), fd);
    if (role == Role::Server) {
        SSL_set_accept_state(m_ssl.get());
        return;
    }
    SSL_set_connect_state(m_ssl.get());
    if (!settings.serverName.empty()) {
        SSL_set_tlsext_host_name(m_ssl.get(), settings.serverName.c_str());
        if (!settings.authorities.empty())
            SSL_set1_host(m_ssl.get(), settings.serverName.c_str());
    }
}

TlsPeer::~TlsPeer()
{
    m_ssl.reset();
    ::close(m_fd);
}

TlsPeer::State TlsPeer::judge(int result)
{
    if (result > 0)
        return State::Done;
    const int error = SSL_get_error(m_ssl.get(), result);
    if (error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE)
        return State::Waits;
    const char* reason = ERR_reason_error_string(ERR_peek_last_error());
    m_error = reason ? reason : error == SSL_ERROR_ZERO_RETURN ? "close_notify" : "end";
    ERR_clear_error();
    return State::Failed;
}

TlsPeer::State TlsPeer::handshake()
{
    ERR_clear_error();
    return judge(SSL_do_handshake(m_ssl.get()));
}

TlsPeer::State TlsPeer::read()
{
    while (true) {
        std::array<char, 16384> room;
        ERR_clear_error();
        const int count = SSL_read(m_ssl.get(), room.data(), static_cast<int>(room.size()));
        if (count <= 0)
            return judge(count);
        m_received.append(room.data(), static_cast<std::size_t>(count));
    }
}

bool TlsPeer::waitFor(State state)
{
    if (state != State::Waits)
        return false;
    const auto events = static_cast<short>(SSL_want_write(m_ssl.get()) ? POLLOUT : POLLIN);
    pollfd wanted{m_fd, events, 0};
    return ::poll(&wanted, 1, kLimit) == 1;
}

bool TlsPeer::readUntil(std::size_t count)
{
    State state = read();
    while (m_received.size() < count && waitFor(state))
        state = read();
    return m_received.size() >= count;
}

bool TlsPeer::connect()
{
    State state = handshake();
    while (waitFor(state))
        state = handshake();
    return state == State::Done;
}

std::size_t TlsPeer::sendSome(std::string_view bytes)
{
    ERR_clear_error();
    SSL_set_mode(m_ssl.get(), SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    std::size_t sent = 0;
    while (sent < bytes.size()) {
        const int count = SSL_write(m_ssl.get(), bytes.data() + sent, static_cast<int>(bytes.size() - sent));
        if (count <= 0) {
            judge(count);
            break;
        }
        sent += static_cast<std::size_t>(count);
    }
    return sent;
}

bool TlsPeer::send(std::string_view bytes)
{
    m_error.clear();
    while (!bytes.empty()) {
        bytes.remove_prefix(sendSome(bytes));
        if (!bytes.empty() && (!m_error.empty() || !waitFor(State::Waits)))
            return false;
    }
    return true;
}

void TlsPeer::updateKey()
{
    SSL_key_update(m_ssl.get(), SSL_KEY_UPDATE_REQUESTED);
    handshake();
}

void TlsPeer::sendCloseNotify() { SSL_shutdown(m_ssl.get()); }

void TlsPeer::truncate() { ::shutdown(m_fd, SHUT_WR); }

void TlsPeer::resume(const std::shared_ptr<SSL_SESSION>& session)
{
    SSL_set_session(m_ssl.get(), session.get());
}

bool TlsPeer::isResumed() const { return SSL_session_reused(m_ssl.get()) == 1; }

std::string TlsPeer::protocol() const
{
    const unsigned char* name = nullptr;
    unsigned size = 0;
    SSL_get0_alpn_selected(m_ssl.get(), &name, &size);
    return {reinterpret_cast<const char*>(name), size};
}

std::string TlsPeer::peerName() const
{
    X509* certificate = SSL_get0_peer_certificate(m_ssl.get());
    return certificate ? commonName(X509_get_subject_name(certificate)) : std::string();
}

std::string TlsPeer::peerAuthority() const
{
    X509* certificate = SSL_get0_peer_certificate(m_ssl.get());
    return certificate ? commonName(X509_get_issuer_name(certificate)) : std::string();
}

int TlsPeer::version() const { return SSL_version(m_ssl.get()); }

std::string TlsPeer::cipher() const { return SSL_get_cipher_name(m_ssl.get()); }

bool TlsPeer::sawCloseNotify() const { return (SSL_get_shutdown(m_ssl.get()) & SSL_RECEIVED_SHUTDOWN) != 0; }

} // namespace postern::test
