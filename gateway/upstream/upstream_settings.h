#pragma once

#include "models/base/result.h"
#include "models/schema/address.h"

#include <chrono>
#include <memory>
#include <string>
#include <vector>

namespace postern {

struct Upstream;
class TlsClientContext;
enum class Balancer;

/// How connections to an upstream are secured.
struct UpstreamSecurity
{
    std::shared_ptr<const TlsClientContext> context; ///< null: plain
    std::string serverName; ///< whose the certificate must be; empty: the endpoint's address

    /// Another context is another identity, so connections made with the old one are not kept.
    friend bool operator==(const UpstreamSecurity&, const UpstreamSecurity&) = default;
};

/// An upstream of the document, ready for use by one worker: addresses parsed, process-wide ceilings divided.
struct UpstreamSettings
{
    struct Endpoint
    {
        SocketAddress address;
        int weight = 1;
        std::string text; ///< `address:port`, for logs

        friend bool operator==(const Endpoint&, const Endpoint&) = default;
    };

    std::string name;
    std::vector<Endpoint> endpoints; ///< in the document's order
    Balancer balancer{};
    std::chrono::milliseconds connectTimeout{};
    std::chrono::milliseconds idleTimeout{};
    std::size_t maxConnections = 0; ///< of this worker
    std::size_t maxPending = 0;     ///< of this worker
    UpstreamSecurity security;      ///< not of(): whoever has the secrets sets it

    /// \a workers share the document's ceilings evenly, rounded up: at least one each. An error names what is
    /// not built yet: nothing of a document is silently ignored.
    static Result<UpstreamSettings> of(const Upstream& upstream, std::size_t workers);

    friend bool operator==(const UpstreamSettings&, const UpstreamSettings&) = default;
};

} // namespace postern
