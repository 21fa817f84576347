#pragma once

#include "gateway/tls/openssl_pointers.h"

#include <vector>

namespace postern {

/// Sessions that a server has offered, to be resumed by the next connections to it. Purpose: a handshake at a
/// third of the price. Owned by an endpoint and its connections, on one worker's thread. TLS 1.3's are used
/// once (RFC 8446 §C.4).
class TlsSessionCache
{
public:
    void add(SslSessionPointer session);
    /// One that can be resumed, and whose server's certificate has not expired; null without.
    [[nodiscard]] SslSessionPointer take();
    [[nodiscard]] std::size_t size() const { return m_sessions.size(); }

private:
    std::vector<SslSessionPointer> m_sessions; ///< the newest last
};

} // namespace postern
