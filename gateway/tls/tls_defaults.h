#pragma once

#include "gateway/tls/openssl_pointers.h"
#include "models/base/result.h"

#include <string>
#include <vector>

namespace postern {

/// The oldest version of TLS that is spoken; the newest is 1.3.
enum class OldestTls : unsigned char { V1_2, V1_3 };

/// A context with what holds for servers and clients alike: versions, AEAD suites with forward secrecy,
/// OpenSSL's security level 2, no compression, no renegotiation, no early data, buffers only while in use.
/// Its SSL objects must belong to a TlsChannel.
[[nodiscard]] Result<SslContextPointer> newTlsContext(const SSL_METHOD* role, OldestTls oldest);

/// Application protocols (`h2`, `http/1.1`) as ALPN has them on the wire: RFC 7301 §3.1.
[[nodiscard]] std::string alpnOf(const std::vector<std::string>& protocols);

} // namespace postern
