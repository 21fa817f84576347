#include "gateway/upstream/upstream_settings.h"

#include "models/document/upstream.h"
#include "models/schema/address.h"

#include <algorithm>

namespace postern {

namespace {

std::size_t share(int whole, std::size_t workers)
{
    const auto count = static_cast<std::size_t>(std::max(whole, 0));
    return (count + workers - 1) / workers;
}

} // namespace

Result<UpstreamSettings> UpstreamSettings::of(const Upstream& upstream, std::size_t workers)
{
    UpstreamSettings settings;
    settings.name = upstream.name.toStdString();
    settings.protocol = upstream.protocol;
    settings.balancer = upstream.balancer;
    if (upstream.tls) {
        settings.security.required = true;
        settings.security.serverName = upstream.tls->serverName.toStdString();
        if (settings.security.serverName.empty() && upstream.dns)
            settings.security.serverName = upstream.dns->name.toStdString();
        if (settings.security.serverName.ends_with('.')) // no part of a name in TLS (RFC 6066 §3)
            settings.security.serverName.pop_back();
    }
    settings.connectTimeout = upstream.connectTimeout;
    settings.idleTimeout = upstream.idleTimeout;
    settings.maxConnectionAge = upstream.maxConnectionAge;
    settings.maxRequestsPerConnection = static_cast<std::uint32_t>(upstream.maxRequestsPerConnection);
    settings.maxConnections = std::max<std::size_t>(share(upstream.maxConnections, workers), 1);
    settings.maxPending = share(upstream.maxPending, workers);
    settings.maxRequests = share(upstream.maxRequests, workers);
    settings.slowStart = upstream.slowStart;
    if (const auto& outliers = upstream.outlierDetection)
        settings.outliers = OutlierRules{static_cast<std::uint32_t>(outliers->consecutiveErrors),
                                         outliers->baseEjection, outliers->maxEjected};
    for (const auto& endpoint : upstream.endpoints) {
        if (!SocketAddress::parse(endpoint.address))
            return failure(Error::invalid(QStringLiteral("upstream %1: %2 is no address with a port")
                                              .arg(upstream.name, endpoint.address)));
    }
    if (upstream.endpoints.empty() && !upstream.dns)
        return failure(Error::invalid(QStringLiteral("upstream %1 has no endpoint").arg(upstream.name)));
    return settings;
}

} // namespace postern
