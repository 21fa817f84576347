#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace postern {

/// Who calls, as an authentication policy has proved it. Immutable once made; shared by the exchanges of one
/// worker that carry the same credential.
struct Identity
{
    std::string caller; ///< e.g. a token's `sub`; empty when the credential names none
    /// The credential's claims that fit on one line: strings as they are, numbers and booleans as JSON writes
    /// them, lists of strings joined by spaces.
    std::vector<std::pair<std::string, std::string>> claims;

    [[nodiscard]] std::optional<std::string_view> claim(std::string_view name) const
    {
        for (const auto& [key, value] : claims)
            if (key == name)
                return value;
        return std::nullopt;
    }
};

} // namespace postern
