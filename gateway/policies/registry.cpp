#include "gateway/policies/registry.h"

#include "gateway/policies/headers/headers_policy.h"
#include "gateway/policies/jwt/jwt_policy.h"
#include "gateway/policies/rate_limit/rate_limit_policy.h"
#include "gateway/policies/request_id/request_id_policy.h"
#include "gateway/policies/request_size/request_size_policy.h"

namespace postern {

PolicyRegistry builtPolicies()
{
    PolicyRegistry registry;
    registry.add(QStringLiteral("requestId"), compileRequestId);
    registry.add(QStringLiteral("requestSize"), compileRequestSize);
    registry.add(QStringLiteral("jwt"), compileJwt);
    registry.add(QStringLiteral("rateLimit"), compileRateLimit);
    registry.add(QStringLiteral("headers"), compileHeaders);
    return registry;
}

} // namespace postern
