#pragma once

#include "gateway/http/host_address.h"
#include "gateway/http/proxy_header.h"

#include <QString>

#include <memory>
#include <optional>

namespace postern {

class TlsServerContext;

/// What a configuration says of one listener. Immutable; shared by the snapshot, the workers' ports and the
/// connections that began under it.
struct ListenerSettings
{
    QString name;
    IpRanges trusted;
    std::optional<ProxyHeaderForm> proxyHeader; ///< required from every client, where set
    bool isHttp2 = false;                       ///< from the first byte, where ALPN does not say otherwise
    bool detectsHttp2 = false;                  ///< or HTTP/1.x: HTTP/2's preface tells
    bool isSecured = false;                     ///< TLS, or nothing: also where tls is null
    std::shared_ptr<const TlsServerContext> tls = {};

    /// Whether something comes before the first request.
    [[nodiscard]] bool needsOpening() const { return proxyHeader || detectsHttp2 || isSecured; }
};

} // namespace postern
