#pragma once

#include <cstdint>
#include <string_view>

namespace postern {

/// The methods the gateway knows by name. What a client sent stands in RequestHead::methodToken, so that an
/// unknown method (`PROPFIND`) can still be routed by its own text.
enum class Method : std::uint8_t { Get, Head, Post, Put, Delete, Patch, Options, Connect, Trace, Other };

/// Methods are case-sensitive (RFC 9110 §9.1): `get` is Other.
[[nodiscard]] Method methodFromToken(std::string_view token);

/// `GET`…, and `other` for Other: a metrics label that is never the client's own text.
[[nodiscard]] std::string_view methodName(Method method);

/// Whether a request may be sent again after it may have reached the upstream (RFC 9110 §9.2.2).
[[nodiscard]] bool isIdempotent(Method method);

} // namespace postern
