#include "gateway/tls/tls_defaults.h"

#include "gateway/tls/openssl_error.h"
#include "gateway/tls/tls_channel.h"

namespace postern {

namespace {

// 128 bits first: as safe, and faster. ChaCha20 goes first for clients that put it first.
constexpr const char* kSuites13 =
    "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256";
constexpr const char* kSuites12 =
    "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:"
    "ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305";
constexpr const char* kGroups = "X25519:P-256:P-384";
constexpr int kSecurityLevel = 2;

constexpr std::uint64_t kOptions = SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION |
                                   SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_PRIORITIZE_CHACHA;

/// Every record that is received passes here, twice in TLS 1.3: as on the wire, and as it was inside.
void heard(int written, int version, int contentType, const void* bytes, std::size_t size, SSL* ssl, void*)
{
    const bool isOuter = contentType == SSL3_RT_HEADER && version != TLS1_3_VERSION;
    if (written != 0 || size == 0 || !(isOuter || contentType == SSL3_RT_INNER_CONTENT_TYPE))
        return;
    const int type = *static_cast<const unsigned char*>(bytes);
    if (type != SSL3_RT_APPLICATION_DATA)
        TlsChannel::of(ssl).heardOtherRecord();
}

} // namespace

Result<SslContextPointer> newTlsContext(const SSL_METHOD* role, OldestTls oldest)
{
    SslContextPointer context(SSL_CTX_new(role));
    const int lowest = oldest == OldestTls::V1_3 ? TLS1_3_VERSION : TLS1_2_VERSION;
    const bool made = context && SSL_CTX_set_min_proto_version(context.get(), lowest) == 1 &&
                      SSL_CTX_set_max_proto_version(context.get(), TLS1_3_VERSION) == 1 &&
                      SSL_CTX_set_ciphersuites(context.get(), kSuites13) == 1 &&
                      SSL_CTX_set_cipher_list(context.get(), kSuites12) == 1 &&
                      SSL_CTX_set1_groups_list(context.get(), kGroups) == 1;
    if (!made)
        return failure(Error::environment(
            Error::Kind::Internal,
            QStringLiteral("OpenSSL: %1").arg(QString::fromStdString(takeOpensslError()))));
    SSL_CTX_set_options(context.get(), kOptions);
    SSL_CTX_set_security_level(context.get(), kSecurityLevel);
    SSL_CTX_set_read_ahead(context.get(), 0); // RecordStream reads ahead
    // No chain made up of what happens to be trusted: the file has the chain.
    SSL_CTX_set_mode(context.get(), SSL_MODE_RELEASE_BUFFERS | SSL_MODE_NO_AUTO_CHAIN);
    SSL_CTX_set_msg_callback(context.get(), heard);
    return context;
}

std::string alpnOf(const std::vector<std::string>& protocols)
{
    std::string wire;
    for (const std::string& protocol : protocols) {
        wire += static_cast<char>(protocol.size());
        wire += protocol;
    }
    return wire;
}

} // namespace postern
