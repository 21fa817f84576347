#pragma once

#include <array>
#include <cstdint>

namespace postern {

enum class EndpointState : unsigned char { Healthy, Unhealthy, Ejected };

/// Says how many endpoints an upstream has, and how they are. Asked by the scrape, on its thread; answers are
/// of that moment, so that an upstream without traffic is told as truly as a busy one.
class EndpointCensus
{
public:
    using Counts = std::array<std::uint64_t, 3>; ///< by EndpointState

    EndpointCensus() = default;
    EndpointCensus(const EndpointCensus&) = delete;
    EndpointCensus& operator=(const EndpointCensus&) = delete;
    virtual ~EndpointCensus() = default;
    [[nodiscard]] virtual Counts count() const = 0;
};

} // namespace postern
