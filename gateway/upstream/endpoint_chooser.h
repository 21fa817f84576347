#pragma once

#include "gateway/upstream/upstream_endpoint.h"

#include <chrono>
#include <memory>
#include <vector>

namespace postern {

enum class Balancer;

/// Which endpoint gets the next request. Owned by a pool, on the worker's thread.
///
/// Endpoints that are not well, and those the hint wants avoided, are left out unless there is no other: an
/// upstream whose endpoints all fail is tried rather than refused, as the checks may be what is wrong, and
/// the application says best itself when it can not serve. Of those that are left only the lowest priority is
/// looked at (RFC 2782): spares serve while none before them is worth trying, and no longer. An attempt that
/// avoids an endpoint stays within the priority.
/// - round robin: smooth weighted (each gains its weight a turn, the richest is taken and pays the total), so
///   that weights 3:1 give aaba and not aaab;
/// - least request: fewest requests in flight for its weight; equal ones in turn. Beyond kFew endpoints the
///   less busy of two: a worker knows its own requests only, so with many endpoints most look equally idle,
///   and all workers would crowd onto the same ones;
/// - random: two by chance, by weight; the less busy of them (Mitzenmacher, The Power of Two Choices, 2001);
/// - consistent hash: the endpoint that scores highest for the request's hash (rendezvous hashing; Thaler and
///   Ravishankar 1998). Rather than a ring or table: weights are exact, an endpoint that goes moves its own
///   keys and no other, each to the next best, and there is nothing to build or keep.
/// Among more than kFew endpoints of one weight, all but the consistent hash keep whom they found well for as
/// many choices as there are, and look at the chosen alone: finding costs a choice as much as looking at one
/// endpoint, and one that is well again waits for a round at most. The others look at every endpoint, once.
/// Measured for a choice among 3, 10, 100 and 1,000: round robin 16, 7, 8 and 7 ns (of weights that differ
/// 14, 50, 550 and 5,400); two by chance 18, 14, 14 and 16 ns (36, 70, 430 and 4,000); consistent hash 50,
/// 130, 950 and 8,500 ns.
///
/// A slow start takes weight away: at first 10 % of it is there, and all of it at the end.
class EndpointChooser
{
public:
    using Endpoints = std::vector<std::unique_ptr<UpstreamEndpoint>>;
    static constexpr std::size_t kFew = 8;

    /// \a seed: of the random choices.
    EndpointChooser(Balancer balancer, std::chrono::milliseconds slowStart, std::uint64_t seed);

    /// The endpoints are others now, or have other weights.
    void forget() { m_kept = 0; }
    /// Null only for an empty list.
    [[nodiscard]] UpstreamEndpoint* choose(const Endpoints& endpoints, const BalancerHint& hint,
                                           Clock::Steady now);

private:
    // Ranks: how good an endpoint is to take; the lower ones leave out the higher. First whether it is worth
    // trying, then its priority, then whether it is to be avoided.
    static constexpr std::uint32_t kUnwell = 1U << 30;
    static constexpr std::uint32_t kWorst = ~std::uint32_t{0};
    struct Candidate
    {
        UpstreamEndpoint* endpoint;
        std::int64_t weight; ///< in 1/1024ths, above 0
    };
    enum class LeastBusy : bool { No, Yes };

    /// The best there are, each looked at once: other threads change what an endpoint's health says at any
    /// moment, and a choice that asked twice could end with none.
    void findCandidates(const Endpoints& endpoints, const BalancerHint& hint, Clock::Steady now);
    [[nodiscard]] static std::uint32_t rank(const UpstreamEndpoint& endpoint, const BalancerHint& hint,
                                            Clock::Steady now);
    /// In 1/1024ths.
    [[nodiscard]] std::int64_t weight(const UpstreamEndpoint& endpoint, Clock::Steady now) const;
    /// Whether other choices may go by the candidates that were found for this one.
    [[nodiscard]] bool mayKeep(const Endpoints& endpoints, const BalancerHint& hint) const;
    // One of m_candidates, of which there is at least one.
    [[nodiscard]] UpstreamEndpoint* pick(std::size_t endpoints, const BalancerHint& hint);
    [[nodiscard]] UpstreamEndpoint* takeTurn(LeastBusy leastBusy);
    /// Has fewer requests, one more included, for its weight.
    [[nodiscard]] static bool isLessBusy(const Candidate& one, const Candidate& other);
    [[nodiscard]] UpstreamEndpoint* lessBusyOfTwo();
    [[nodiscard]] UpstreamEndpoint* byHash(std::uint64_t hash) const;
    /// By weight; \a other is left out. Null: there is none but that.
    [[nodiscard]] const Candidate* draw(const Candidate* other);

    Balancer m_balancer;
    std::chrono::nanoseconds m_slowStart;
    std::uint64_t m_random;
    std::vector<Candidate> m_candidates; ///< of the choice that is made now, and of m_kept more
    std::size_t m_kept = 0;
    std::size_t m_next = 0;        ///< of the candidates, whose turn it is where they are alike
    bool m_areAlike = false;       ///< the candidates: in weight
    std::uint32_t m_rank = kWorst; ///< the candidates'
};

} // namespace postern
