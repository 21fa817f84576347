#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <vector>

namespace postern {

struct EffectiveDocument;
class EndpointCensus;

/// The label values one configuration can produce, in the order its positions are counted in: what makes
/// counting a matter of indices, and what keeps a request's own text out of every label.
/// Purpose: workers lay out their cells by it, the scrape reads the names from it. Immutable, shared.
struct MetricsLayout
{
    struct Policy
    {
        std::string name;
        std::string type;
        std::string mode; ///< `enforce`, `shadow`, `off`
        friend auto operator<=>(const Policy&, const Policy&) = default;
    };
    struct Route
    {
        std::string name;
        std::vector<Policy> policies; ///< in order of execution, `off` ones included
        bool timed = true;            ///< false where `timeout: 0s`: its durations are no latency
        /// Those the route names, GET where it takes every one: counted from 0 on, before the first request.
        std::vector<std::string> methods{};
    };
    struct Upstream
    {
        std::string name;
        /// Counts its endpoints; null where nobody does. Set by who compiles the configuration.
        std::shared_ptr<const EndpointCensus> endpoints;
    };
    /// A requirement of governance that the document does not meet.
    struct GovernanceFinding
    {
        std::string baseline;
        std::string requirement;
        std::string state; ///< `missing`, `exempt`
        friend auto operator<=>(const GovernanceFinding&, const GovernanceFinding&) = default;
    };

    std::string api; ///< `namespace/name`
    std::string hash;
    std::string revision;
    std::vector<Route> routes;
    Route unmatched{.name = "-", .policies = {}, .timed = true}; ///< requests that matched no route
    std::vector<Upstream> upstreams;
    std::vector<std::string> listeners;
    std::vector<GovernanceFinding> governance;
    /// Upper bounds of the duration histograms, ascending: CONTRACT's and the latency objectives' thresholds.
    std::vector<std::chrono::nanoseconds> bounds = standardBounds();

    /// Position \a index; one past the last is `unmatched`.
    [[nodiscard]] const Route& route(std::size_t index) const
    {
        return index < routes.size() ? routes[index] : unmatched;
    }

    /// CONTRACT's, in every gateway, so that gateways can be summed.
    static std::vector<std::chrono::nanoseconds> standardBounds()
    {
        using namespace std::chrono_literals;
        return {500us, 1ms, 2500us, 5ms, 10ms, 25ms, 50ms, 100ms, 250ms, 500ms, 1s, 2500ms, 5s, 10s};
    }

    static std::shared_ptr<const MetricsLayout> of(const EffectiveDocument& document);
};

} // namespace postern
