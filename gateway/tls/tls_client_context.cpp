#include "gateway/tls/tls_client_context.h"

#include "gateway/tls/key_pair.h"
#include "gateway/tls/session_cache.h"
#include "gateway/tls/tls_channel.h"
#include "gateway/tls/trust.h"

#include <arpa/inet.h>
#include <openssl/err.h>

namespace postern {

namespace {

bool isAddress(const std::string& name)
{
    in6_addr room{};
    return inet_pton(AF_INET, name.c_str(), &room) == 1 || inet_pton(AF_INET6, name.c_str(), &room) == 1;
}

/// 1 takes it over.
int keepSession(SSL* ssl, SSL_SESSION* session) { return TlsChannel::of(ssl).keep(*session) ? 1 : 0; }

class ClientContext final : public TlsClientContext
{
public:
    Result<void> build(const TlsClientSettings& settings);
    [[nodiscard]] std::unique_ptr<SecureChannel>
    connect(const std::string& name, std::shared_ptr<TlsSessionCache> cache) const override;

private:
    std::shared_ptr<const Trust> m_trust;
    SslContextPointer m_context;
    std::string m_required; ///< of ALPN
    bool m_verifies = true;
};

Result<void> ClientContext::build(const TlsClientSettings& settings)
{
    auto made = newTlsContext(TLS_client_method(), settings.oldest);
    if (!made)
        return failure(made.error());
    m_context = std::move(*made);
    m_verifies = settings.verify == TlsClientSettings::Verify::Yes;
    if (m_verifies) {
        auto trust = settings.authorities ? Trust::read(*settings.authorities) : Trust::ofSystem();
        if (!trust)
            return failure(trust.error());
        m_trust = std::move(*trust);
        m_trust->useIn(*m_context, SSL_VERIFY_PEER);
    } else {
        SSL_CTX_set_verify(m_context.get(), SSL_VERIFY_NONE, nullptr);
    }
    if (settings.certificate) {
        auto pair = KeyPair::read(*settings.certificate);
        if (!pair)
            return failure(pair.error());
        if (auto used = pair->useIn(*m_context); !used)
            return used;
    }
    if (!settings.protocol.empty()) {
        const std::string alpn = alpnOf({settings.protocol});
        SSL_CTX_set_alpn_protos(m_context.get(), reinterpret_cast<const unsigned char*>(alpn.data()),
                                static_cast<unsigned int>(alpn.size()));
    }
    if (settings.protocol == "h2")
        m_required = settings.protocol;
    SSL_CTX_set_session_cache_mode(m_context.get(), SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
    SSL_CTX_sess_set_new_cb(m_context.get(), keepSession);
    return {};
}

std::unique_ptr<SecureChannel> ClientContext::connect(const std::string& name,
                                                      std::shared_ptr<TlsSessionCache> cache) const
{
    SslPointer ssl(SSL_new(m_context.get()));
    if (!ssl)
        return nullptr;
    X509_VERIFY_PARAM* expected = SSL_get0_param(ssl.get());
    bool named = !name.empty() || !m_verifies;
    if (isAddress(name)) {
        named = named && X509_VERIFY_PARAM_set1_ip_asc(expected, name.c_str()) == 1;
    } else if (!name.empty()) {
        // The common name is a person's name, or anything (RFC 9525 §2): subject alternative names alone.
        X509_VERIFY_PARAM_set_hostflags(expected, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS |
                                                      X509_CHECK_FLAG_NEVER_CHECK_SUBJECT);
        named = X509_VERIFY_PARAM_set1_host(expected, name.c_str(), name.size()) == 1 &&
                SSL_set_tlsext_host_name(ssl.get(), name.c_str()) == 1;
    }
    if (!named) {
        ERR_clear_error();
        return nullptr; // rather none than one that believes anybody
    }
    const auto resumed = cache ? cache->take() : std::nullopt;
    if (resumed)
        SSL_set_session(ssl.get(), resumed->session.get());
    auto channel = std::make_unique<TlsChannel>(std::move(ssl), TlsChannel::Role::Client, shared_from_this());
    channel->keepSessionsIn(std::move(cache), resumed ? resumed->believedUntil : Clock::Wall{});
    channel->require(m_required);
    return channel;
}

} // namespace

Result<std::shared_ptr<const TlsClientContext>> TlsClientContext::create(const TlsClientSettings& settings)
{
    auto context = std::make_shared<ClientContext>();
    if (auto built = context->build(settings); !built)
        return failure(built.error());
    return std::shared_ptr<const TlsClientContext>(std::move(context));
}

} // namespace postern
