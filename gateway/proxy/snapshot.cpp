#include "gateway/proxy/compiled_snapshot.h"

#include "gateway/policy/policy_registry.h"
#include "gateway/upstream/upstream_settings.h"

#include <algorithm>

namespace postern {

namespace {

Result<Router> compileRouter(const EffectiveDocument& document)
{
    std::vector<RouteSpec> specs;
    for (const EffectiveRoute& effective : document.routes) {
        RouteSpec spec;
        for (const QString& method : effective.route.match.methods)
            spec.methods.push_back(method.toStdString());
        spec.path = effective.route.match.path.toStdString();
        for (const auto& [name, value] : effective.route.match.headers)
            spec.headers.push_back({name.toStdString(), value.toStdString()});
        specs.push_back(std::move(spec));
    }
    return Router::create(specs);
}

Result<std::vector<Snapshot::Compiled::RouteSettings>> compileRoutes(const EffectiveDocument& document)
{
    const auto& upstreams = document.api.spec.upstreams;
    std::vector<Snapshot::Compiled::RouteSettings> routes;
    for (const EffectiveRoute& effective : document.routes) {
        const Route& route = effective.route;
        std::optional<std::size_t> upstream;
        if (!route.upstream.isEmpty()) {
            const auto found =
                std::find_if(upstreams.begin(), upstreams.end(),
                             [&route](const Upstream& one) { return one.name == route.upstream; });
            if (found == upstreams.end())
                return failure(Error::invalid(
                    QStringLiteral("route %1: there is no upstream %2").arg(route.name, route.upstream),
                    route.place));
            upstream = static_cast<std::size_t>(found - upstreams.begin());
        }
        const bool webSocket = std::ranges::count(route.upgrade, UpgradeProtocol::WebSocket) > 0;
        routes.push_back({route.name.toStdString(), upstream, route.timeout, webSocket});
    }
    return routes;
}

std::optional<ProxyHeaderForm> proxyHeaderForm(ProxyProtocol protocol)
{
    switch (protocol) {
    case ProxyProtocol::Off:
        break;
    case ProxyProtocol::V1:
        return ProxyHeaderForm::Text;
    case ProxyProtocol::V2:
        return ProxyHeaderForm::Binary;
    case ProxyProtocol::Any:
        return ProxyHeaderForm::Either;
    }
    return std::nullopt;
}

Result<std::vector<std::shared_ptr<const ListenerSettings>>>
compileListeners(const EffectiveDocument& document, const TlsContexts& tls)
{
    std::vector<std::shared_ptr<const ListenerSettings>> listeners;
    for (const Listener& listener : document.api.spec.listeners) {
        const auto speaks = [&listener](Protocol protocol) {
            return std::ranges::find(listener.protocols, protocol) != listener.protocols.end();
        };
        ListenerSettings settings{listener.name, {}, proxyHeaderForm(listener.proxyProtocol)};
        settings.isHttp2 = !speaks(Protocol::Http1);
        settings.detectsHttp2 = speaks(Protocol::Http1) && speaks(Protocol::Http2Cleartext);
        settings.isSecured = listener.tls.has_value();
        settings.tls = tls.listener(listener.name);
        for (const QString& range : listener.trustedProxies) {
            if (!settings.trusted.add(range.toStdString()))
                return failure(
                    Error::invalid(QStringLiteral("listener %1: %2 is no network, such as 10.0.0.0/8")
                                       .arg(listener.name, range)));
        }
        listeners.push_back(std::make_shared<const ListenerSettings>(std::move(settings)));
    }
    return listeners;
}

Result<std::vector<Snapshot::Compiled::UpstreamParts>> compileUpstreams(const EffectiveDocument& document,
                                                                        const Snapshot::Compiled* previous)
{
    std::vector<Snapshot::Compiled::UpstreamParts> parts;
    for (const Upstream& upstream : document.api.spec.upstreams) {
        if (auto usable = UpstreamSettings::of(upstream, 1); !usable)
            return failure(usable.error());
        Snapshot::Compiled::UpstreamParts& one = parts.emplace_back();
        one.directory =
            UpstreamDirectory::create(upstream, previous ? previous->directory(upstream.name) : nullptr);
        if (upstream.balancer != Balancer::ConsistentHash)
            continue;
        auto key = HashKey::parse(upstream.hashOn);
        if (!key)
            return failure(key.error());
        one.hashKey = std::move(*key);
    }
    return parts;
}

/// What workers count by; the endpoints are counted where they are known.
std::shared_ptr<const MetricsLayout> layoutOf(const EffectiveDocument& document,
                                              const std::vector<Snapshot::Compiled::UpstreamParts>& upstreams)
{
    auto layout = std::make_shared<MetricsLayout>(*MetricsLayout::of(document));
    for (std::size_t i = 0; i < upstreams.size(); ++i)
        layout->upstreams[i].endpoints = upstreams[i].directory;
    return layout;
}

HeadLimits headLimits(const Limits& limits)
{
    return {static_cast<std::size_t>(limits.headerBytes.count), static_cast<std::size_t>(limits.headers),
            static_cast<std::size_t>(limits.uriBytes.count)};
}

} // namespace

std::shared_ptr<const ListenerSettings> Snapshot::Compiled::listener(const QString& name) const
{
    const auto found =
        std::ranges::find_if(listeners, [&name](const auto& one) { return one->name == name; });
    return found == listeners.end() ? nullptr : *found;
}

std::shared_ptr<UpstreamDirectory> Snapshot::Compiled::directory(const QString& upstream) const
{
    const auto& all = document->api.spec.upstreams;
    const auto found = std::find_if(all.begin(), all.end(),
                                    [&upstream](const Upstream& one) { return one.name == upstream; });
    return found == all.end() ? nullptr : upstreams[static_cast<std::size_t>(found - all.begin())].directory;
}

Result<std::shared_ptr<const Snapshot>> Snapshot::create(std::shared_ptr<const EffectiveDocument> document,
                                                         const PolicyRegistry& registry,
                                                         const Snapshot* previous)
{
    return create(std::move(document), registry, previous, {});
}

Result<std::shared_ptr<const Snapshot>> Snapshot::create(std::shared_ptr<const EffectiveDocument> document,
                                                         const PolicyRegistry& registry,
                                                         const Snapshot* previous, TlsContexts tls)
{
    auto router = compileRouter(*document);
    if (!router)
        return failure(router.error());
    auto routes = compileRoutes(*document);
    if (!routes)
        return failure(routes.error());
    auto listeners = compileListeners(*document, tls);
    if (!listeners)
        return failure(listeners.error());
    auto upstreams = compileUpstreams(*document, previous ? &previous->compiled() : nullptr);
    if (!upstreams)
        return failure(upstreams.error());
    auto layout = layoutOf(*document, *upstreams);
    auto policies =
        PolicySet::create(*document, registry, previous ? previous->compiled().policies.get() : nullptr);
    if (!policies)
        return failure(policies.error());

    const Limits limits = document->api.spec.limits;
    const bool hasWebSockets =
        std::ranges::any_of(*routes, [](const auto& route) { return route.webSocket; });
    auto compiled =
        std::make_unique<Compiled>(Compiled{.document = document,
                                            .api = document->id.toStdString(),
                                            .headLimits = headLimits(limits),
                                            .limits = limits,
                                            .managed = ManagedHeaders((*policies)->managedHeaders()),
                                            .router = std::move(*router),
                                            .routes = std::move(*routes),
                                            .listeners = std::move(*listeners),
                                            .upstreams = std::move(*upstreams),
                                            .policies = *policies,
                                            .layout = std::move(layout),
                                            .tls = std::move(tls),
                                            .hasWebSockets = hasWebSockets});
    return std::shared_ptr<const Snapshot>(new Snapshot(std::move(compiled)));
}

Snapshot::Snapshot(std::unique_ptr<const Compiled> compiled) : m_compiled(std::move(compiled)) {}

Snapshot::~Snapshot() = default;

const std::shared_ptr<const MetricsLayout>& Snapshot::metricsLayout() const { return m_compiled->layout; }

const EffectiveDocument& Snapshot::document() const { return *m_compiled->document; }

} // namespace postern
