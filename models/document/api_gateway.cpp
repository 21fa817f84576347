#include "models/document/api_gateway.h"

#include "models/document/api_version.h"

namespace postern {

const Record<GatewaySpec>& gatewaySpecRecord()
{
    static const auto instance =
        record<GatewaySpec>("spec", "What the gateway does.")
            .field("listeners", &GatewaySpec::listeners, "Addresses the gateway accepts connections on.",
                   listenerRecord())
            .required()
            .items(1, 64)
            .unique("name")
            .field("upstreams", &GatewaySpec::upstreams, "Where requests go on to.", upstreamRecord())
            .items(0, 1000)
            .unique("name")
            .field("routes", &GatewaySpec::routes, "Which requests go where, and what they meet on the way.",
                   routeRecord())
            .required()
            .items(1, 10'000)
            .unique("name")
            .field("policies", &GatewaySpec::policies, "Policies of every route.", policyRecord())
            .items(0, 100)
            .unique("name")
            .field("objectives", &GatewaySpec::objectives, "What the API promises.", objectiveRecord())
            .items(0, 32)
            .unique("name")
            .field("limits", &GatewaySpec::limits, "What one client may cost.", limitsRecord())
            .field("drain", &GatewaySpec::drain, "How the gateway goes.", drainRecord())
            .field("admin", &GatewaySpec::admin, "The admin listener.", adminRecord())
            .field("tracing", &GatewaySpec::tracing, "Where traces go.", tracingRecord())
            .notYetBuilt();
    return instance;
}

const Record<ApiGateway>& apiGatewayRecord()
{
    static const auto instance =
        record<ApiGateway>("ApiGateway", "One API's gateway.")
            .field("apiVersion", &ApiGateway::apiVersion, "Which rules the document follows.")
            .required()
            .matching(apiVersionRule())
            .field("kind", &ApiGateway::kind, "ApiGateway.")
            .required()
            .field("metadata", &ApiGateway::metadata, "Names the API.", metadataRecord())
            .required()
            .field("spec", &ApiGateway::spec, "What the gateway does.", gatewaySpecRecord())
            .required()
            .placeIn(&ApiGateway::place);
    return instance;
}

} // namespace postern
