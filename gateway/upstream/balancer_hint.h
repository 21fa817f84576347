#pragma once

#include <cstdint>
#include <optional>
#include <span>

namespace postern {

/// Names an endpoint within its pool; never used twice, so that it may outlive what it names.
using EndpointId = std::uint32_t;

/// What one request wants of the choice of its endpoint.
struct BalancerHint
{
    /// Of what the document's `hashOn` names; nothing where the request has no such thing: it takes its turn.
    std::optional<std::uint64_t> hash;
    /// Endpoints that were tried for this request: left out as long as there is another. What it refers to
    /// stays until the connection is there or the wait is cancelled.
    std::span<const EndpointId> avoid;
};

} // namespace postern
