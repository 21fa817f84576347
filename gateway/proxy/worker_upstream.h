#pragma once

#include "gateway/upstream/request_ceiling.h"
#include "gateway/upstream/retry_budget.h"
#include "gateway/upstream/retry_policy.h"
#include "gateway/upstream/upstream_pool.h"

#include <memory>
#include <optional>

namespace postern {

class Http2UpstreamPool;
class RequestTelemetry;

/// One upstream as one worker uses it under one configuration. Owned by the WorkerConfiguration, on the
/// worker's thread; what is shared lives on through reloads.
struct WorkerUpstream
{
    std::shared_ptr<UpstreamPool> pool;
    std::shared_ptr<Http2UpstreamPool> http2; ///< null: HTTP/1.1
    std::optional<RetryPolicy> retries;
    std::shared_ptr<RetryBudget> budget;     ///< never null
    std::shared_ptr<RequestCeiling> ceiling; ///< never null
    std::size_t index = 0;                   ///< position in the document
    RequestTelemetry* telemetry = nullptr;   ///< the configuration's
};

} // namespace postern
