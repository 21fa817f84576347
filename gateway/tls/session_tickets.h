#pragma once

#include "gateway/tls/openssl_pointers.h"
#include "gateway/tls/ticket_keys.h"

namespace postern {

/// How a context seals and opens its session tickets. Purpose: joins OpenSSL's callbacks with TicketKeys, and
/// keeps a session from outliving the client's certificates it was begun with. Owned by a TlsServerContext;
/// immutable, any thread.
class SessionTickets
{
public:
    enum class Binding : unsigned char { None, Certificate };

    /// \a clock outlives this.
    SessionTickets(std::shared_ptr<TicketKeys> keys, const Clock& clock);

    /// \a context's tickets are made here from now on; this outlives it and its connections.
    void useIn(SSL_CTX& context, Binding binding) const;

private:
    static int key(SSL* ssl, unsigned char* name, unsigned char* vector, EVP_CIPHER_CTX* cipher,
                   EVP_MAC_CTX* mac, int sealing);
    static int bind(SSL* ssl, void* self);
    static SSL_TICKET_RETURN judge(SSL* ssl, SSL_SESSION* session, const unsigned char* name,
                                   std::size_t nameSize, SSL_TICKET_STATUS status, void* self);
    [[nodiscard]] bool begin(const TicketKeys::Key& key, const unsigned char* vector, EVP_CIPHER_CTX* cipher,
                             EVP_MAC_CTX* mac, bool sealing) const;

    std::shared_ptr<TicketKeys> m_keys;
    const Clock& m_clock;
    CipherPointer m_cipher; ///< fetched once
};

} // namespace postern
