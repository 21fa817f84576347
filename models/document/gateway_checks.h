#pragma once

#include "models/document/api_gateway.h"
#include "models/document/gateway_baseline.h"

namespace postern {

/// What no single field can know: names that refer to each other, requests that two routes would claim,
/// addresses used twice. Runs over documents with other errors too, so that all faults are told at once.
void checkGateway(const ApiGateway& gateway, const Node& root, Findings& findings);
void checkBaseline(const GatewayBaseline& baseline, const Node& root, Findings& findings);

} // namespace postern
