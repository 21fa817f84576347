#include "gateway/tls/tls_server_context.h"

#include "gateway/tls/certificate_description.h"
#include "gateway/tls/key_pair.h"
#include "gateway/tls/openssl_error.h"
#include "gateway/tls/server_names.h"
#include "gateway/tls/session_tickets.h"
#include "gateway/tls/tls_channel.h"
#include "gateway/tls/trust.h"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <set>

namespace postern {

namespace {

using DigestPointer = OpensslPointer<EVP_MD_CTX, EVP_MD_CTX_free>;

class ServerContext final : public TlsServerContext
{
public:
    ServerContext(std::shared_ptr<TicketKeys> tickets, const Clock& clock)
        : m_tickets(std::move(tickets), clock)
    {}

    Result<void> build(const TlsServerSettings& settings);

    [[nodiscard]] std::unique_ptr<SecureChannel> accept() const override
    {
        SslPointer ssl(SSL_new(m_contexts.front().get()));
        if (!ssl)
            return nullptr;
        return std::make_unique<TlsChannel>(std::move(ssl), TlsChannel::Role::Server, shared_from_this());
    }
    [[nodiscard]] Clock::Wall earliestExpiry() const override { return m_expiry; }

private:
    /// What a context was made for: one more key of a kind that it has would displace the first.
    struct Claim
    {
        std::vector<std::string> names;
        std::set<int> kinds;
    };

    Result<void> addCertificate(const KeyPairFiles& files, const TlsServerSettings& settings);
    Result<SslContextPointer> newContext(const TlsServerSettings& settings);
    void limitSessions(const TlsServerSettings& settings);
    static int chooseCertificate(SSL* ssl, int* alert, void* context);
    static int chooseProtocol(SSL* ssl, const unsigned char** chosen, unsigned char* size,
                              const unsigned char* offered, unsigned int offeredSize, void* context);

    std::shared_ptr<const Trust> m_trust;
    std::vector<SslContextPointer> m_contexts;
    std::vector<Claim> m_claims; ///< of each
    ServerNames m_names;
    std::string m_alpn;
    SessionTickets m_tickets;
    Clock::Wall m_expiry = Clock::Wall::max();
};

int verifyMode(TlsServerSettings::ClientCertificates mode)
{
    switch (mode) {
    case TlsServerSettings::ClientCertificates::Off:
        return SSL_VERIFY_NONE;
    case TlsServerSettings::ClientCertificates::Optional:
        return SSL_VERIFY_PEER;
    case TlsServerSettings::ClientCertificates::Required:
        return SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT;
    }
    return SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT;
}

Result<void> ServerContext::build(const TlsServerSettings& settings)
{
    Q_ASSERT(!settings.certificates.empty());
    m_alpn = alpnOf(settings.protocols);
    if (settings.clientCertificates != TlsServerSettings::ClientCertificates::Off) {
        if (!settings.clientAuthorities)
            return failure(Error::invalid(QStringLiteral("client certificates need authorities: `ca`")));
        auto trust = Trust::read(*settings.clientAuthorities);
        if (!trust)
            return failure(trust.error());
        m_trust = std::move(*trust);
    }
    for (const KeyPairFiles& files : settings.certificates) {
        if (auto added = addCertificate(files, settings); !added)
            return added;
    }
    limitSessions(settings);
    return {};
}

Result<void> ServerContext::addCertificate(const KeyPairFiles& files, const TlsServerSettings& settings)
{
    auto pair = KeyPair::read(files);
    if (!pair)
        return failure(pair.error());
    m_expiry = std::min(m_expiry, pair->notAfter);
    // The same names with another kind of key (RSA beside ECDSA) share a context, in which OpenSSL takes what
    // the client understands.
    const int kind = EVP_PKEY_get_base_id(pair->key.get());
    for (std::size_t i = 0; i < m_contexts.size(); ++i)
        if (m_claims[i].names == pair->names && m_claims[i].kinds.insert(kind).second)
            return pair->useIn(*m_contexts[i]);
    auto context = newContext(settings);
    if (!context)
        return failure(context.error());
    if (auto used = pair->useIn(**context); !used)
        return used;
    for (const std::string& name : pair->names)
        m_names.add(name, m_contexts.size());
    m_claims.push_back({std::move(pair->names), {kind}});
    m_contexts.push_back(std::move(*context));
    return {};
}

Result<SslContextPointer> ServerContext::newContext(const TlsServerSettings& settings)
{
    auto made = newTlsContext(TLS_server_method(), settings.oldest);
    if (!made)
        return made;
    SSL_CTX& context = **made;
    if (m_trust) {
        m_trust->useIn(context, verifyMode(settings.clientCertificates));
        m_trust->announceIn(context);
    }
    SSL_CTX_set_tlsext_servername_callback(&context, chooseCertificate);
    SSL_CTX_set_tlsext_servername_arg(&context, this);
    if (!m_alpn.empty())
        SSL_CTX_set_alpn_select_cb(&context, chooseProtocol, this);
    m_tickets.useIn(context, m_trust ? SessionTickets::Binding::Certificate : SessionTickets::Binding::None);
    return made;
}

/// Sessions are good only where everything that they were begun under is the same.
void ServerContext::limitSessions(const TlsServerSettings& settings)
{
    const DigestPointer digest(EVP_MD_CTX_new());
    std::array<unsigned char, EVP_MAX_MD_SIZE> id{};
    unsigned int size = 0;
    EVP_DigestInit_ex(digest.get(), EVP_sha256(), nullptr);
    const auto add = [&digest](std::string_view text) {
        const std::uint64_t length = text.size();
        EVP_DigestUpdate(digest.get(), &length, sizeof length);
        EVP_DigestUpdate(digest.get(), text.data(), text.size());
    };
    for (const KeyPairFiles& files : settings.certificates)
        add(files.certificate.text);
    add({reinterpret_cast<const char*>(&settings.oldest), 1});
    add({reinterpret_cast<const char*>(&settings.clientCertificates), 1});
    if (settings.clientAuthorities) {
        add(settings.clientAuthorities->authorities.text);
        add(settings.clientAuthorities->crls.text);
    }
    EVP_DigestFinal_ex(digest.get(), id.data(), &size);
    for (const SslContextPointer& context : m_contexts)
        SSL_CTX_set_session_id_context(context.get(), id.data(),
                                       std::min<unsigned int>(size, SSL_MAX_SID_CTX_LENGTH));
}

int ServerContext::chooseCertificate(SSL* ssl, int*, void* context)
{
    const auto& self = *static_cast<const ServerContext*>(context);
    const char* name = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);
    if (!name)
        return SSL_TLSEXT_ERR_NOACK;
    const auto found = self.m_names.find(name);
    if (!found)
        return SSL_TLSEXT_ERR_NOACK;
    SSL_CTX* chosen = self.m_contexts[*found].get();
    if (SSL_get_SSL_CTX(ssl) != chosen)
        SSL_set_SSL_CTX(ssl, chosen);
    return SSL_TLSEXT_ERR_OK;
}

int ServerContext::chooseProtocol(SSL*, const unsigned char** chosen, unsigned char* size,
                                  const unsigned char* offered, unsigned int offeredSize, void* context)
{
    const std::string& alpn = static_cast<const ServerContext*>(context)->m_alpn;
    unsigned char* match = nullptr;
    const int result =
        SSL_select_next_proto(&match, size, reinterpret_cast<const unsigned char*>(alpn.data()),
                              static_cast<unsigned int>(alpn.size()), offered, offeredSize);
    *chosen = match;
    return result == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_ALERT_FATAL;
}

} // namespace

Result<std::shared_ptr<const TlsServerContext>> TlsServerContext::create(const TlsServerSettings& settings,
                                                                         std::shared_ptr<TicketKeys> tickets,
                                                                         const Clock& clock)
{
    auto context = std::make_shared<ServerContext>(std::move(tickets), clock);
    if (auto built = context->build(settings); !built)
        return failure(built.error());
    return std::shared_ptr<const TlsServerContext>(std::move(context));
}

} // namespace postern
