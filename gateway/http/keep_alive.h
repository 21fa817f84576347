#pragma once

#include <chrono>
#include <optional>

namespace postern {

class Headers;

/// How long the sender of \a headers keeps an idle connection: `timeout` of its Keep-Alive field (RFC 2068
/// §19.7.1, and what servers send). Nothing where it does not say, or says nonsense.
[[nodiscard]] std::optional<std::chrono::seconds> keepAliveTimeout(const Headers& headers);

} // namespace postern
