#pragma once

#include <simdjson.h>

#include <optional>
#include <set>
#include <string_view>

namespace postern {

/// Whether no member name of \a object stands twice. RFC 7515 §4 and RFC 7519 §4 let a receiver refuse such
/// objects; taking either one would let two readers see two different tokens.
[[nodiscard]] inline bool hasUniqueNames(simdjson::dom::object object)
{
    std::set<std::string_view> names;
    for (const auto [name, value] : object)
        if (!names.insert(name).second)
            return false;
    return true;
}

/// A member that is a string; nullopt when it is missing or something else.
[[nodiscard]] inline std::optional<std::string_view> stringMember(simdjson::dom::object object,
                                                                  std::string_view name)
{
    std::string_view text;
    if (object.at_key(name).get_string().get(text) != simdjson::SUCCESS)
        return std::nullopt;
    return text;
}

} // namespace postern
