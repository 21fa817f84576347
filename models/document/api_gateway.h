#pragma once

#include "models/document/listener.h"
#include "models/document/metadata.h"
#include "models/document/route.h"
#include "models/document/settings.h"
#include "models/document/upstream.h"

namespace postern {

struct GatewaySpec
{
    std::vector<Listener> listeners;
    std::vector<Upstream> upstreams;
    std::vector<Route> routes;
    std::vector<PolicyEntry> policies;
    std::vector<Objective> objectives;
    Limits limits;
    Drain drain;
    Admin admin;
    std::optional<Tracing> tracing;
};

/// One API's gateway, as its document says it.
struct ApiGateway
{
    QString apiVersion;
    QString kind;
    Metadata metadata;
    GatewaySpec spec;
    Place place; ///< of the document's start

    /// `namespace/name`, the `api` of metrics and command lines.
    [[nodiscard]] QString id() const { return metadata.nameSpace + QLatin1Char('/') + metadata.name; }
};

[[nodiscard]] const Record<ApiGateway>& apiGatewayRecord();
[[nodiscard]] const Record<GatewaySpec>& gatewaySpecRecord();

} // namespace postern
