#pragma once

#include "gateway/http/refusal.h"
#include "gateway/telemetry/json_text.h"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace postern {

/// A refusal as the client gets it (RFC 9457), by the transport or by a policy.
struct Problem
{
    int status = 500;
    std::string_view reason; ///< stable kebab-case token from a closed list; static text
    std::string detail;      ///< never a secret, never internals
    std::string_view policy; ///< the deciding policy's name, where one decided; outlives the exchange
    /// Further response fields: WWW-Authenticate, Retry-After, RateLimit, Allow. Checked when rendered.
    std::vector<std::pair<std::string, std::string>> headers;

    [[nodiscard]] static Problem of(Refusal refusal);
};

inline constexpr std::string_view kProblemType = "application/problem+json";

/// Appends the JSON object; \a instance is the request's id. Grows \a out once at most.
void appendProblem(std::string& out, const Problem& problem, std::string_view instance);

} // namespace postern
