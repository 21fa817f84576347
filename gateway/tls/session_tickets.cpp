#include "gateway/tls/session_tickets.h"

#include "gateway/tls/trust.h"

#include <openssl/core_names.h>
#include <openssl/rand.h>

#include <algorithm>
#include <cstring>

namespace postern {

namespace {

/// Until when a client's session may be resumed, in seconds since the epoch: as long as it may be believed,
/// and at most a session's life from \a now on.
std::int64_t endOfSession(const SSL& ssl, Clock::Wall now)
{
    const Clock::Wall end = std::min(now + TicketKeys::kLifetime, Trust::endOfVerdict(ssl));
    return std::chrono::floor<std::chrono::seconds>(end.time_since_epoch()).count();
}

} // namespace

SessionTickets::SessionTickets(std::shared_ptr<TicketKeys> keys, const Clock& clock)
    : m_keys(std::move(keys)), m_clock(clock), m_cipher(EVP_CIPHER_fetch(nullptr, "AES-256-CBC", nullptr))
{}

void SessionTickets::useIn(SSL_CTX& context, Binding binding) const
{
    SSL_CTX_set_app_data(&context, const_cast<SessionTickets*>(this));
    SSL_CTX_set_session_cache_mode(&context, SSL_SESS_CACHE_OFF); // tickets alone
    SSL_CTX_set_timeout(&context,
                        std::chrono::duration_cast<std::chrono::seconds>(TicketKeys::kLifetime).count());
    SSL_CTX_set_num_tickets(&context, 1); // each connection is worth one more
    SSL_CTX_set_tlsext_ticket_key_evp_cb(&context, key);
    if (binding == Binding::Certificate)
        SSL_CTX_set_session_ticket_cb(&context, bind, judge, const_cast<SessionTickets*>(this));
}

bool SessionTickets::begin(const TicketKeys::Key& key, const unsigned char* vector, EVP_CIPHER_CTX* cipher,
                           EVP_MAC_CTX* mac, bool sealing) const
{
    static constexpr char digest[] = "SHA256";
    const OSSL_PARAM parameters[] = {
        OSSL_PARAM_construct_octet_string(OSSL_MAC_PARAM_KEY, const_cast<unsigned char*>(key.mac.data()),
                                          key.mac.size()),
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, const_cast<char*>(digest), 0),
        OSSL_PARAM_construct_end()};
    return EVP_CipherInit_ex(cipher, m_cipher.get(), nullptr, key.cipher.data(), vector, sealing ? 1 : 0) ==
               1 &&
           EVP_MAC_CTX_set_params(mac, parameters) == 1;
}

/// OpenSSL's contract: -1 fault, 0 no such key (a full handshake follows), 1 done, 2 done and wants a new
/// ticket.
int SessionTickets::key(SSL* ssl, unsigned char* name, unsigned char* vector, EVP_CIPHER_CTX* cipher,
                        EVP_MAC_CTX* mac, int sealing)
{
    const auto& self = *static_cast<const SessionTickets*>(SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl)));
    if (sealing == 1) {
        const auto key = self.m_keys->sealing();
        std::memcpy(name, key->name.data(), key->name.size());
        if (RAND_bytes(vector, EVP_CIPHER_get_iv_length(self.m_cipher.get())) != 1)
            return -1;
        return self.begin(*key, vector, cipher, mac, true) ? 1 : -1;
    }
    const auto key = self.m_keys->opening({reinterpret_cast<const char*>(name), 16});
    if (!key)
        return 0;
    if (!self.begin(*key, vector, cipher, mac, false))
        return -1;
    // In TLS 1.3 each ticket is for one connection, which therefore gets another.
    return SSL_version(ssl) == TLS1_3_VERSION || self.m_keys->sealing()->name != key->name ? 2 : 1;
}

/// A ticket is made: notes until when the client's certificates are good. A resumed session keeps its note,
/// so that no chain of renewals outlives the one handshake in which they were verified.
int SessionTickets::bind(SSL* ssl, void* self)
{
    SSL_SESSION* session = SSL_get_session(ssl);
    if (!session || SSL_session_reused(ssl) == 1 || !SSL_SESSION_get0_peer(session))
        return 1;
    const std::int64_t end = endOfSession(*ssl, static_cast<const SessionTickets*>(self)->m_clock.wall());
    return SSL_SESSION_set1_ticket_appdata(session, &end, sizeof end);
}

SSL_TICKET_RETURN SessionTickets::judge(SSL* ssl, SSL_SESSION* session, const unsigned char*, std::size_t,
                                        SSL_TICKET_STATUS status, void* self)
{
    if (status != SSL_TICKET_SUCCESS && status != SSL_TICKET_SUCCESS_RENEW)
        return SSL_TICKET_RETURN_IGNORE_RENEW;
    if (SSL_SESSION_get0_peer(session)) {
        void* note = nullptr;
        std::size_t size = 0;
        std::int64_t end = 0;
        SSL_SESSION_get0_ticket_appdata(session, &note, &size);
        if (size != sizeof end)
            return SSL_TICKET_RETURN_IGNORE_RENEW;
        std::memcpy(&end, note, sizeof end);
        const Clock::Wall now = static_cast<const SessionTickets*>(self)->m_clock.wall();
        if (now.time_since_epoch() >= std::chrono::seconds(end))
            return SSL_TICKET_RETURN_IGNORE_RENEW;
    }
    return status == SSL_TICKET_SUCCESS_RENEW || SSL_version(ssl) == TLS1_3_VERSION
               ? SSL_TICKET_RETURN_USE_RENEW
               : SSL_TICKET_RETURN_USE;
}

} // namespace postern
