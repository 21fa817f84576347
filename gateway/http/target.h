#pragma once

#include "gateway/http/arena.h"
#include "gateway/http/method.h"
#include "gateway/http/refusal.h"

#include <string_view>

namespace postern {

/// What a request asks for, normalised once: routes, policies and the upstream see these bytes and no others.
struct Target
{
    enum class Form { Origin, Absolute, Asterisk };

    Form form = Form::Origin;
    std::string_view path;         ///< starts with `/`, or is `*`
    std::string_view query;        ///< without its `?`; as received
    bool hasQuery = false;         ///< `/a?` has an empty one
    std::string_view pathAndQuery; ///< what goes upstream; path and query are parts of it
    std::string_view scheme;       ///< absolute form only, in the client's case
    std::string_view authority;    ///< absolute form only
};

/// Splits and normalises a request target (RFC 9112 §3.2). Views point into \a raw, or into \a arena where
/// the normal form differs. \returns None, or why it is refused.
///
/// The one normalisation, and its reasons:
/// - percent-encoded unreserved characters are decoded and the remaining escapes get upper-case digits: these
/// are
///   the only equivalences RFC 3986 (§6.2.2.1, §6.2.2.2) knows for any scheme;
/// - `.` and `..` segments, plain or encoded, are resolved (§6.2.2.3); a `..` above the root is refused
/// rather
///   than clamped: no client means it;
/// - refused, because upstreams disagree on what they mean, and a route match is worth nothing where they do:
///   `//` (RFC 3986 knows no such equivalence; some servers collapse it), `%2F` and `%5C` (some decode before
///   they split), `\`, `;` (servlet containers cut it off, `..;` included), an escaped escape such as `%252e`
///   (some decode twice), escaped control characters, and what does not decode to UTF-8 (overlong forms);
/// - refused, because it is no URI (RFC 9112 §3.2 warns of correcting it): characters outside `pchar` in the
/// path,
///   broken escapes, `#`, bytes outside ASCII; a query may also hold the printable ASCII characters that
///   clients send unescaped (`[`, `]`, `{`, `}`, `|`, `"`, …): nobody routes by it, and it is passed on
///   untouched.
[[nodiscard]] Refusal parseTarget(std::string_view raw, Method method, Arena& arena, Target& out);

/// The path alone. Normalising what is normal changes nothing and copies nothing.
[[nodiscard]] Refusal normalisePath(std::string_view raw, Arena& arena, std::string_view& out);

/// `uri-host [":" port]` (RFC 9110 §7.2), never empty; no userinfo, no percent-encoding.
[[nodiscard]] bool isAuthority(std::string_view text);
/// The same host, without case, and the same port, 80 or 443 being what the \a scheme implies.
[[nodiscard]] bool sameAuthority(std::string_view left, std::string_view right, std::string_view scheme);

} // namespace postern
