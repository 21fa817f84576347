#include "gateway/tls/handshake_diagnosis.h"

#include "gateway/tls/openssl_error.h"

#include <openssl/err.h>
#include <openssl/x509_vfy.h>

namespace postern {

namespace {

HandshakeFailure ofCertificate(long verdict)
{
    switch (verdict) {
    case X509_V_ERR_CERT_HAS_EXPIRED:
    case X509_V_ERR_CERT_NOT_YET_VALID:
        return HandshakeFailure::CertificateExpired;
    case X509_V_ERR_CERT_REVOKED:
    case X509_V_ERR_CRL_HAS_EXPIRED:
    case X509_V_ERR_CRL_NOT_YET_VALID:
    case X509_V_ERR_CRL_SIGNATURE_FAILURE:
    case X509_V_ERR_UNABLE_TO_GET_CRL:
        return HandshakeFailure::CertificateRevoked;
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
    case X509_V_ERR_CERT_UNTRUSTED:
    case X509_V_ERR_CERT_SIGNATURE_FAILURE: // an authority of the same name, with another key
        return HandshakeFailure::CertificateUnknown;
    case X509_V_ERR_INVALID_PURPOSE:
    case X509_V_ERR_INVALID_CA:
        return HandshakeFailure::CertificatePurpose;
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH:
        return HandshakeFailure::CertificateName;
    default:
        return HandshakeFailure::CertificateInvalid;
    }
}

HandshakeFailure ofReason(int reason)
{
    if (reason >= SSL_AD_REASON_OFFSET && reason < SSL_AD_REASON_OFFSET + 256)
        return HandshakeFailure::PeerRefused;
    switch (reason) {
    case SSL_R_HTTP_REQUEST:
    case SSL_R_HTTPS_PROXY_REQUEST:
    case SSL_R_WRONG_VERSION_NUMBER:
    case SSL_R_PACKET_LENGTH_TOO_LONG:
        return HandshakeFailure::NotTls;
    case SSL_R_UNSUPPORTED_PROTOCOL:
    case SSL_R_UNKNOWN_PROTOCOL:
    case SSL_R_VERSION_TOO_LOW:
    case SSL_R_WRONG_SSL_VERSION:
    case SSL_R_INAPPROPRIATE_FALLBACK:
        return HandshakeFailure::Version;
    case SSL_R_NO_SHARED_CIPHER:
    case SSL_R_NO_CIPHERS_SPECIFIED:
    case SSL_R_NO_SHARED_SIGNATURE_ALGORITHMS:
    case SSL_R_NO_SUITABLE_SIGNATURE_ALGORITHM:
    case SSL_R_NO_SUITABLE_KEY_SHARE:
    case SSL_R_NO_SUITABLE_GROUPS:
        return HandshakeFailure::Cipher;
    case SSL_R_NO_APPLICATION_PROTOCOL:
        return HandshakeFailure::Protocol;
    case SSL_R_PEER_DID_NOT_RETURN_A_CERTIFICATE:
        return HandshakeFailure::CertificateMissing;
    case SSL_R_UNEXPECTED_EOF_WHILE_READING:
        return HandshakeFailure::PeerClosed;
    case ERR_R_INTERNAL_ERROR:
    case ERR_R_MALLOC_FAILURE:
        return HandshakeFailure::Internal;
    default:
        return HandshakeFailure::Malformed;
    }
}

} // namespace

HandshakeDiagnosis diagnoseHandshake(const SSL& ssl, bool ended)
{
    const int reason = ERR_GET_REASON(ERR_peek_last_error());
    std::string text = takeOpensslError();
    if (const long verdict = SSL_get_verify_result(&ssl);
        verdict != X509_V_OK && reason == SSL_R_CERTIFICATE_VERIFY_FAILED)
        return {ofCertificate(verdict), X509_verify_cert_error_string(verdict)};
    if (ended)
        return {HandshakeFailure::PeerClosed, std::move(text)};
    return {ofReason(reason), std::move(text)};
}

} // namespace postern
