#pragma once

#include "gateway/upstream/outlier_detector.h"
#include "models/base/result.h"

#include <chrono>
#include <memory>
#include <optional>
#include <string>

namespace postern {

struct Upstream;
class TlsClientContext;
enum class Balancer;
enum class UpstreamProtocol;

/// How connections to an upstream are secured.
struct UpstreamSecurity
{
    bool required = false; ///< what the document says; then there is no connection without a context
    std::shared_ptr<const TlsClientContext> context;
    std::string serverName; ///< whose the certificate must be; empty: the endpoint's address

    /// Another context is another identity, so connections made with the old one are not kept.
    friend bool operator==(const UpstreamSecurity&, const UpstreamSecurity&) = default;
};

/// How one worker treats an upstream of the document: process-wide ceilings divided. Which endpoints it has
/// is the UpstreamDirectory's affair, so that a pool outlives their changes.
struct UpstreamSettings
{
    std::string name;
    UpstreamProtocol protocol{};
    Balancer balancer{};
    std::chrono::milliseconds slowStart{};
    std::optional<OutlierRules> outliers;
    std::chrono::milliseconds connectTimeout{};
    std::chrono::milliseconds idleTimeout{};
    std::chrono::milliseconds maxConnectionAge{}; ///< 0: none
    std::uint32_t maxRequestsPerConnection = 0;   ///< 0: no limit
    std::size_t maxConnections = 0;               ///< of this worker
    std::size_t maxPending = 0;                   ///< of this worker
    std::size_t maxRequests = 0;                  ///< of this worker; 0: no limit
    UpstreamSecurity security;                    ///< its context is set by whoever has the secrets

    /// \a workers share the document's ceilings evenly, rounded up: at least one connection each. An error
    /// names what is not built yet: nothing of a document is silently ignored.
    static Result<UpstreamSettings> of(const Upstream& upstream, std::size_t workers);

    friend bool operator==(const UpstreamSettings&, const UpstreamSettings&) = default;
};

} // namespace postern
