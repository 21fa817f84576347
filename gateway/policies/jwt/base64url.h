#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace postern {

/// base64url without padding, as JOSE writes it (RFC 7515 §2). Strict: no padding, no white space, no stray
/// last bits, so that each value has one spelling. nullopt otherwise.
[[nodiscard]] std::optional<std::string> decodeBase64Url(std::string_view text);

} // namespace postern
