#pragma once

#include "gateway/http/host_address.h"
#include "gateway/http/proxy_header.h"

#include <QString>

#include <optional>

namespace postern {

/// What a configuration says of one listener. Immutable; shared by the snapshot, the workers' ports and the
/// connections that began under it.
struct ListenerSettings
{
    QString name;
    IpRanges trusted;
    std::optional<ProxyHeaderForm> proxyHeader; ///< required from every client, where set
    bool isHttp2 = false;                       ///< from the first byte (h2c)
    bool detectsHttp2 = false;                  ///< or HTTP/1.x: HTTP/2's preface tells

    /// Whether something comes before the first request.
    [[nodiscard]] bool needsOpening() const { return proxyHeader || detectsHttp2; }
};

} // namespace postern
