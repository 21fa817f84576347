#pragma once

#include "gateway/proxy/tls_contexts.h"

#include <QByteArray>

namespace postern::test {

/// A listener `main` whose TLS a GatewayFixture serves, with \a more of its fields.
[[nodiscard]] QByteArray securedListener(const QByteArray& more = "protocols: [http1]");
/// What secures it: a certificate that nobody has to trust, and the ALPN \a protocols (none: it is ignored).
[[nodiscard]] TlsContexts securedListenerContexts(const std::vector<std::string>& protocols = {});

} // namespace postern::test
