#pragma once

#include "gateway/net/secure_channel.h"
#include "gateway/tls/pem_file.h"
#include "gateway/tls/ticket_keys.h"
#include "gateway/tls/tls_defaults.h"
#include "models/base/result.h"

#include <optional>

namespace postern {

/// What a listener's TLS is made of.
struct TlsServerSettings
{
    enum class ClientCertificates : unsigned char { Off, Optional, Required };

    std::vector<KeyPairFiles> certificates; ///< at least one; the first serves unknown names
    OldestTls oldest = OldestTls::V1_2;
    std::vector<std::string> protocols; ///< ALPN, the preferred first; empty: ALPN is ignored
    ClientCertificates clientCertificates = ClientCertificates::Off;
    std::optional<TrustFiles> clientAuthorities; ///< there unless Off

    friend bool operator==(const TlsServerSettings&, const TlsServerSettings&) = default;
};

/// TLS as one listener speaks it. Purpose: one SSL_CTX for each certificate, made once and shared by all
/// workers; a rotation makes a new one of these for new connections, while the old ones keep theirs.
/// Immutable; any thread; lives until its last connection has gone.
///
/// SNI: an exact name, else a wildcard, else the first certificate, as nginx and Envoy do. ALPN: the server's
/// order; a client that offers only others is refused with no_application_protocol (RFC 7301 §3.2), one that
/// offers none gets none. Sessions are resumed by tickets alone, while the settings are the same, the ticket
/// is younger than TicketKeys::kLifetime; with a client's certificate, while it, the chain above it and the
/// CRLs it was looked up in have not expired, and at most kLifetime after the handshake that verified it.
class TlsServerContext : public std::enable_shared_from_this<TlsServerContext>
{
public:
    /// An error names the file, what was found and what was expected. \a clock outlives this.
    static Result<std::shared_ptr<const TlsServerContext>>
    create(const TlsServerSettings& settings, std::shared_ptr<TicketKeys> tickets, const Clock& clock);
    virtual ~TlsServerContext() = default;

    /// The server's end of one more connection.
    [[nodiscard]] virtual std::unique_ptr<SecureChannel> accept() const = 0;
    /// When the first of its certificates ends.
    [[nodiscard]] virtual Clock::Wall earliestExpiry() const = 0;
};

} // namespace postern
