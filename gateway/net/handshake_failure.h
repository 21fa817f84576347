#pragma once

#include <cstdint>
#include <string_view>

namespace postern {

/// Why a TLS handshake failed: a closed list with stable tokens, for logs and
/// `postern_tls_handshakes_total`.
enum class HandshakeFailure : std::uint8_t {
    None,
    PeerClosed,         ///< the peer left in the middle
    NotTls,             ///< what came is no TLS; often plain HTTP
    Version,            ///< no version in common
    Cipher,             ///< no cipher suite, group or signature algorithm in common
    Protocol,           ///< no application protocol in common (ALPN)
    CertificateMissing, ///< one is required
    CertificateExpired, ///< or not valid yet; of the leaf or one above it
    CertificateRevoked, ///< by a CRL; or the CRL itself has expired
    CertificateUnknown, ///< leads to no authority that is trusted
    CertificatePurpose, ///< is not meant for this
    CertificateName,    ///< is somebody else's
    CertificateInvalid, ///< anything else that is wrong with one
    PeerRefused,        ///< the peer sent an alert
    Malformed,          ///< the peer broke the protocol
    TimedOut,           ///< the owner's deadline; never set by a channel
    Internal,           ///< ours
    Count
};

[[nodiscard]] std::string_view tokenOf(HandshakeFailure failure);

} // namespace postern
