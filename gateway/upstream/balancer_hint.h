#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace postern {

/// Names an endpoint within its pool; never used twice, so that it may outlive what it names.
using EndpointId = std::uint32_t;

/// A hash that spreads well and is the same in every process, so that all gateways send the same key to the
/// same endpoint. No defence: who chooses the key can choose the endpoint.
[[nodiscard]] std::uint64_t balancerHash(std::string_view text);
/// Every bit of the result depends on every bit of \a bits.
[[nodiscard]] std::uint64_t mixed(std::uint64_t bits);

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
