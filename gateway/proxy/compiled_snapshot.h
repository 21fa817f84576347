#pragma once

#include "gateway/http/head_limits.h"
#include "gateway/http/host_address.h"
#include "gateway/http/managed_headers.h"
#include "gateway/http/router.h"
#include "gateway/policy/policy_set.h"
#include "gateway/proxy/hash_key.h"
#include "gateway/proxy/listener_settings.h"
#include "gateway/proxy/snapshot.h"
#include "gateway/proxy/tls_contexts.h"
#include "gateway/telemetry/metrics_layout.h"
#include "gateway/upstream/upstream_directory.h"
#include "models/document/effective_document.h"

#include <chrono>
#include <optional>

namespace postern {

/// What Snapshot compiles; see there.
struct Snapshot::Compiled
{
    struct RouteSettings
    {
        std::string name;
        std::optional<std::size_t> upstream; ///< position in the document; none where a policy answers
        std::chrono::milliseconds timeout{}; ///< 0: none
        bool webSocket = false;              ///< may become one
    };
    struct UpstreamParts
    {
        std::shared_ptr<UpstreamDirectory> directory;
        std::optional<HashKey> hashKey; ///< of consistentHash
    };

    std::shared_ptr<const EffectiveDocument> document;
    std::string api; ///< `namespace/name`
    HeadLimits headLimits;
    Limits limits;
    ManagedHeaders managed;
    Router router;
    std::vector<RouteSettings> routes;                              ///< in the document's order
    std::vector<std::shared_ptr<const ListenerSettings>> listeners; ///< likewise
    std::vector<UpstreamParts> upstreams;                           ///< likewise
    std::shared_ptr<const PolicySet> policies;
    std::shared_ptr<const MetricsLayout> layout;
    TlsContexts tls;
    bool hasWebSockets = false; ///< a route lets connections become one

    /// Null for a listener that this configuration does not know.
    [[nodiscard]] std::shared_ptr<const ListenerSettings> listener(const QString& name) const;
    /// Null for an upstream that this configuration does not know.
    [[nodiscard]] std::shared_ptr<UpstreamDirectory> directory(const QString& upstream) const;
};

} // namespace postern
