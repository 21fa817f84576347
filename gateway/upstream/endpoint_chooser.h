#pragma once

#include "gateway/upstream/upstream_endpoint.h"

#include <memory>
#include <vector>

namespace postern {

/// Which endpoint gets the next request. Owned by a pool, on the worker's thread.
///
/// Endpoints not worth trying, and those the hint wants avoided, are left out unless there is no other: a
/// pool with one broken endpoint tries it rather than refuse everyone.
/// - round robin: smooth weighted (each gains its weight a turn, the richest is taken and pays the total), so
///   that weights 3:1 give aaba and not aaab;
/// - least request: fewest requests in flight for its weight; equal ones in turn.
class EndpointChooser
{
public:
    using Endpoints = std::vector<std::unique_ptr<UpstreamEndpoint>>;

    explicit EndpointChooser(Balancer balancer) : m_balancer(balancer) {}

    /// Null only for an empty list.
    [[nodiscard]] UpstreamEndpoint* choose(const Endpoints& endpoints, const BalancerHint& hint,
                                           Clock::Steady now);

private:
    /// How good an endpoint is to take: the better ones leave out the worse.
    enum class Fitness : unsigned char { Broken, Avoided, Good };
    [[nodiscard]] static Fitness fitness(const UpstreamEndpoint& endpoint, const BalancerHint& hint,
                                         Clock::Steady now);

    Balancer m_balancer;
};

} // namespace postern
