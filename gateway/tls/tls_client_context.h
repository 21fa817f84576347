#pragma once

#include "gateway/net/secure_channel.h"
#include "gateway/tls/pem_file.h"
#include "gateway/tls/tls_defaults.h"
#include "models/base/result.h"

#include <optional>

namespace postern {

class TlsSessionCache;

/// What TLS to an upstream is made of.
struct TlsClientSettings
{
    enum class Verify : unsigned char { No, Yes };

    std::optional<TrustFiles> authorities = {}; ///< none: the system's
    std::optional<KeyPairFiles> certificate = {};
    /// ALPN: `h2`, without which the handshake fails; `http/1.1`, which need not be answered.
    std::string protocol = {};
    OldestTls oldest = OldestTls::V1_2;
    Verify verify = Verify::Yes;

    friend bool operator==(const TlsClientSettings&, const TlsClientSettings&) = default;
};

/// TLS as it is spoken to one upstream. Immutable, shared by all workers; any thread.
class TlsClientContext : public std::enable_shared_from_this<TlsClientContext>
{
public:
    /// An error names the file, what was found and what was expected.
    static Result<std::shared_ptr<const TlsClientContext>> create(const TlsClientSettings& settings);
    virtual ~TlsClientContext() = default;

    /// The client's end of one more connection. The server's certificate must be \a name's, by its subject
    /// alternative names, not its common name (RFC 9525 §2): a DNS name, which is sent too (SNI), or an IP
    /// address, which is not (RFC 6066 §3). Sessions are taken from \a cache and put there; it must be used with
    /// this context and this name alone. Null when there is no memory.
    [[nodiscard]] virtual std::unique_ptr<SecureChannel>
    connect(const std::string& name, std::shared_ptr<TlsSessionCache> cache) const = 0;
};

} // namespace postern
