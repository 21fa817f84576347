#pragma once

#include "models/base/clock.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace postern {

/// How a request came to its end; the access log's `ended`.
enum class RequestEnd : unsigned char {
    Complete,
    TimedOut,
    UpstreamRefused,
    UpstreamReset,
    ClientGone,
    Refused,
    Drained
};

/// One policy's final word on one request.
struct PolicyOutcome
{
    enum class Kind : unsigned char { Allow, Deny, Error };
    std::uint32_t policy = 0; ///< position among the route's effective policies (ChainLink::index)
    Kind kind = Kind::Allow;
};

/// All that is counted and logged of one request. A value with views: they need to live during the call only.
/// What is not known stays empty and is absent from the log.
struct RequestRecord
{
    static constexpr std::size_t none = static_cast<std::size_t>(-1);

    Clock::Wall time;                     ///< when the request's head was complete
    std::chrono::nanoseconds duration{0}; ///< to the last byte of the response
    std::size_t route = none;             ///< position in the effective document; none: no route matched
    std::string_view method; ///< as sent; everything but the standard methods is counted as `other`
    std::string_view path;   ///< normalised; a query is cut off
    int code = 0;            ///< the status sent; 499 where the client went away before one
    RequestEnd end = RequestEnd::Complete;
    /// The reason's token where the request was malformed or over a limit: then it counts as refused (by
    /// `listener` and reason) and not as a request. The token is one of ours and lives for ever.
    std::string_view refusal;
    std::string_view listener; ///< the name; needed with a refusal only
    bool upgraded = false;     ///< a tunnel: its duration is no latency

    std::uint64_t bytesIn = 0;  ///< the request's body, as received
    std::uint64_t bytesOut = 0; ///< the response's body, as sent

    std::size_t upstream = none;  ///< position in the effective document
    std::string_view endpoint;    ///< the upstream's endpoint, `address:port`
    std::string_view upstreamTls; ///< why there was no TLS to it: a token, which lives for ever
    int attempts = 1;             ///< to have it answered by the upstream; told where there was more than one
    std::optional<std::chrono::nanoseconds>
        upstreamDuration; ///< request sent → response's last byte received

    std::string_view requestId;
    std::string_view caller;
    std::string_view traceId;
    std::span<const PolicyOutcome> policies; ///< every policy that decided, each once
};

} // namespace postern
