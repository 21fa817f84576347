#pragma once

#include <optional>
#include <string_view>

namespace postern {

/// Signature algorithms of RFC 7518 §3.1 that Postern verifies. None of them is symmetric, so that no public
/// key can ever be taken for a shared secret.
enum class JwsAlgorithm : unsigned char { RS256, ES256 };

[[nodiscard]] std::optional<JwsAlgorithm> jwsAlgorithm(std::string_view name);

} // namespace postern
