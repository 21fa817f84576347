#include "gateway/upstream/upstream_settings.h"

#include "models/document/upstream.h"

#include <algorithm>

namespace postern {

namespace {

Failure notBuilt(const Upstream& upstream, const QString& what)
{
    Error error = Error::invalid(QStringLiteral("upstream %1: %2 is not built yet").arg(upstream.name, what));
    error.kind = Error::Kind::Unsupported;
    return failure(error);
}

std::size_t share(int whole, std::size_t workers)
{
    const auto count = static_cast<std::size_t>(std::max(whole, 1));
    return (count + workers - 1) / workers;
}

} // namespace

Result<UpstreamSettings> UpstreamSettings::of(const Upstream& upstream, std::size_t workers)
{
    if (upstream.dns)
        return notBuilt(upstream, QStringLiteral("dns"));
    if (upstream.tls || upstream.protocol != UpstreamProtocol::Http1)
        return notBuilt(upstream, QStringLiteral("a protocol other than plain http1"));
    if (upstream.balancer != Balancer::RoundRobin && upstream.balancer != Balancer::LeastRequest)
        return notBuilt(upstream, QStringLiteral("this balancer"));

    UpstreamSettings settings;
    settings.name = upstream.name.toStdString();
    settings.balancer = upstream.balancer;
    settings.connectTimeout = upstream.connectTimeout;
    settings.idleTimeout = upstream.idleTimeout;
    settings.maxConnections = share(upstream.maxConnections, workers);
    settings.maxPending = share(upstream.maxPending, workers);
    for (const auto& endpoint : upstream.endpoints) {
        const auto address = SocketAddress::parse(endpoint.address);
        if (!address)
            return failure(Error::invalid(QStringLiteral("upstream %1: %2 is no address with a port")
                                              .arg(upstream.name, endpoint.address)));
        settings.endpoints.push_back(
            {*address, std::max(endpoint.weight, 1), endpoint.address.toStdString()});
    }
    if (settings.endpoints.empty())
        return failure(Error::invalid(QStringLiteral("upstream %1 has no endpoint").arg(upstream.name)));
    return settings;
}

} // namespace postern
