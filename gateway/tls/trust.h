#pragma once

#include "gateway/tls/openssl_pointers.h"
#include "gateway/tls/pem_file.h"
#include "models/base/clock.h"
#include "models/base/result.h"

#include <optional>
#include <string>

namespace postern {

/// Authorities, and what they have revoked. Purpose: one reading of `ca.crt` and `ca.crl` for listeners and
/// upstreams. Immutable once made, shared by contexts of all threads.
///
/// Of a chain, every certificate is looked up in its issuer's CRL where the file has one; an issuer without a
/// CRL revokes nothing. An expired CRL refuses all whom it might have listed. A `ca.crt` without any
/// self-signed certificate makes what it holds the anchors.
class Trust
{
public:
    [[nodiscard]] static Result<std::shared_ptr<const Trust>> read(const TrustFiles& files);
    /// The system's: /etc/ssl/certs.
    [[nodiscard]] static Result<std::shared_ptr<const Trust>> ofSystem();

    /// From now on \a context verifies peers by this, which outlives it.
    void useIn(SSL_CTX& context, int verifyMode) const;
    /// Tells clients whose certificates are wanted.
    void announceIn(SSL_CTX& context) const;

    /// Until when what a whole handshake of \a ssl found out about its peer may be believed without another
    /// one: as long as each certificate of the chain, and each CRL that might list one, is good. The end of
    /// time where there is no chain.
    [[nodiscard]] static Clock::Wall endOfVerdict(const SSL& ssl);

private:
    Trust() = default;
    [[nodiscard]] Result<void> addAuthorities(const PemFile& file);
    [[nodiscard]] Result<void> addCrls(const PemFile& file);
    static int verify(int verdict, X509_STORE_CTX* context);
    /// When the first CRL of \a issuer must have been replaced; the end of time without.
    [[nodiscard]] Clock::Wall endOfCrls(const X509_NAME& issuer) const;
    [[nodiscard]] bool hasCrlOf(const X509_NAME& issuer) const;

    StorePointer m_store;
    std::vector<CertificatePointer> m_authorities;
    std::vector<CrlPointer> m_crls;
};

} // namespace postern
