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
    bool isHttp2 = false;                       ///< from the first byte

    /// Whether a connection is HTTP/1.x from its first byte.
    [[nodiscard]] bool isPlainHttp1() const { return !proxyHeader && !isHttp2; }
};

} // namespace postern
