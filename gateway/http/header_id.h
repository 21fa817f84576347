#pragma once

#include <cstdint>
#include <string_view>

namespace postern {

/// The header fields the gateway itself has to look at. Recognised once, when a field is parsed or added, so
/// that asking for one costs a bit test. At most 64, so that presence is one word.
enum class HeaderId : std::uint8_t {
    Other,
    Accept,
    AcceptEncoding,
    Age,
    Authorization,
    CacheControl,
    Connection,
    ContentEncoding,
    ContentLength,
    ContentRange,
    ContentType,
    Cookie,
    Date,
    ETag,
    Expect,
    Expires,
    Forwarded,
    Host,
    Http2Settings,
    IfMatch,
    IfModifiedSince,
    IfNoneMatch,
    IfRange,
    IfUnmodifiedSince,
    KeepAlive,
    Location,
    MaxForwards,
    Origin,
    Pragma,
    ProxyAuthenticate,
    ProxyAuthorization,
    ProxyConnection,
    Range,
    RetryAfter,
    Server,
    SetCookie,
    Te,
    Trailer,
    Traceparent,
    TransferEncoding,
    Upgrade,
    UserAgent,
    Vary,
    Via,
    WwwAuthenticate,
    XForwardedClientCert,
    XForwardedFor,
    XForwardedHost,
    XForwardedProto,
    XRealIp,
    XRequestId,
    Count
};
static_assert(static_cast<int>(HeaderId::Count) <= 64);

/// Without case; Other for every name not listed.
[[nodiscard]] HeaderId headerId(std::string_view name);

/// In its usual spelling (`Content-Length`); empty for Other.
[[nodiscard]] std::string_view headerName(HeaderId id);
/// As HTTP/2 writes it (`content-length`); static text.
[[nodiscard]] std::string_view lowerCaseName(HeaderId id);

/// Two field names or tokens, compared without ASCII case.
[[nodiscard]] bool equalsIgnoringCase(std::string_view left, std::string_view right);

} // namespace postern
