#include "gateway/http/refusal.h"

#include <array>

namespace postern {

namespace {

struct Entry
{
    Refusal refusal;
    int status;
    std::string_view token;
    std::string_view detail;
};

constexpr auto kCount = static_cast<std::size_t>(Refusal::Count);

// In the order of the enum; the manual's table is compared with this one by a test.
constexpr std::array<Entry, kCount> kEntries = {{
    {Refusal::None, 200, "none", ""},
    {Refusal::ProxyHeaderMalformed, 400, "proxy-header-malformed",
     "The connection does not begin with a PROXY header of the configured version."},
    {Refusal::ProxyHeaderUntrusted, 400, "proxy-header-untrusted",
     "A PROXY header is read from the listener's trustedProxies alone."},
    {Refusal::RequestLineMalformed, 400, "request-line-malformed",
     "The request line is not a method, a target and a version with one space between each."},
    {Refusal::MethodMalformed, 400, "method-malformed",
     "The method is not a token of at most 32 characters."},
    {Refusal::MethodRefused, 501, "method-refused", "This gateway does not serve CONNECT and TRACE."},
    {Refusal::VersionMalformed, 400, "version-malformed",
     "The protocol version is not of the form HTTP/1.1."},
    {Refusal::VersionUnsupported, 505, "version-unsupported", "Only HTTP/1.0 and HTTP/1.1 are served here."},
    {Refusal::TargetMalformed, 400, "target-malformed", "The request target is not a valid URI reference."},
    {Refusal::TargetTooLong, 414, "target-too-long",
     "The request target is longer than limits.uriBytes allows."},
    {Refusal::TargetFragment, 400, "target-fragment", "A request target has no fragment; write # as %23."},
    {Refusal::TargetUserinfo, 400, "target-userinfo", "A request target carries no user name or password."},
    {Refusal::TargetScheme, 400, "target-scheme", "Only http and https targets are served here."},
    {Refusal::PathEncoding, 400, "path-encoding",
     "The path has a % that is not followed by two hexadecimal digits."},
    {Refusal::PathCharacter, 400, "path-character", "The path has a character that must be percent-encoded."},
    {Refusal::PathControlCharacter, 400, "path-control-character", "The path has a control character."},
    {Refusal::PathEncodedSeparator, 400, "path-encoded-separator",
     "The path has a backslash, or an encoded slash or backslash."},
    {Refusal::PathDoubleEncoding, 400, "path-double-encoding", "The path is percent-encoded twice."},
    {Refusal::PathNotUtf8, 400, "path-not-utf8", "The path does not decode to valid UTF-8."},
    {Refusal::PathEmptySegment, 400, "path-empty-segment", "The path has an empty segment (//)."},
    {Refusal::PathParameter, 400, "path-parameter", "The path has a semicolon; write it as %3B."},
    {Refusal::PathAboveRoot, 400, "path-above-root", "The path climbs above its root."},
    {Refusal::HeadTooLarge, 431, "head-too-large",
     "The request head is larger than limits.headerBytes allows."},
    {Refusal::TooManyHeaders, 431, "too-many-headers",
     "The request has more header fields than limits.headers allows."},
    {Refusal::HeaderNameMalformed, 400, "header-name-malformed",
     "A header field has no name, or one that is not a token."},
    {Refusal::HeaderSpaceBeforeColon, 400, "header-space-before-colon",
     "A header field has white space between its name and the colon."},
    {Refusal::HeaderFolded, 400, "header-folded",
     "A header line begins with white space; line folding is obsolete."},
    {Refusal::HeaderControlCharacter, 400, "header-control-character",
     "A header field has a control character."},
    {Refusal::HeaderLookAlike, 400, "header-look-alike",
     "A header field's name can be mistaken for Content-Length or Transfer-Encoding."},
    {Refusal::HeaderRepeated, 400, "header-repeated", "A header field that may stand once stands twice."},
    {Refusal::HeaderNameUpperCase, 400, "header-name-upper-case",
     "HTTP/2 header names are written in lower case."},
    {Refusal::HeaderWhiteSpace, 400, "header-white-space",
     "A header value begins or ends with white space, which HTTP/2 forbids."},
    {Refusal::ConnectionHeader, 400, "connection-header",
     "HTTP/2 has no connection-specific header fields, and TE may say nothing but trailers."},
    {Refusal::PseudoHeaderMalformed, 400, "pseudo-header-malformed",
     "A pseudo-header field is missing, unknown, repeated, empty or out of place."},
    {Refusal::BareCarriageReturn, 400, "bare-carriage-return",
     "A carriage return is not followed by a line feed."},
    {Refusal::BareLineFeed, 400, "bare-line-feed", "A line ends without a carriage return."},
    {Refusal::HostMissing, 400, "host-missing", "An HTTP/1.1 request needs a Host field."},
    {Refusal::HostRepeated, 400, "host-repeated", "The Host field stands more than once."},
    {Refusal::HostMalformed, 400, "host-malformed", "The Host field is not a host with an optional port."},
    {Refusal::HostMismatch, 400, "host-mismatch",
     "The Host field and the request target name different hosts."},
    {Refusal::ExpectationUnsupported, 417, "expectation-unsupported",
     "Only Expect: 100-continue is understood."},
    {Refusal::WebSocketMalformed, 400, "websocket-malformed",
     "The request is not the handshake of a WebSocket: GET without a body, with one Sec-WebSocket-Key of 16 "
     "bytes."},
    {Refusal::WebSocketVersion, 426, "websocket-version", "Only Sec-WebSocket-Version 13 is served here."},
    {Refusal::LengthAndEncoding, 400, "length-and-encoding",
     "The request has both a Content-Length and a Transfer-Encoding."},
    {Refusal::ContentLengthRepeated, 400, "content-length-repeated",
     "The Content-Length field stands more than once."},
    {Refusal::ContentLengthMalformed, 400, "content-length-malformed",
     "The Content-Length is not one decimal number."},
    {Refusal::TransferEncodingMalformed, 400, "transfer-encoding-malformed",
     "The Transfer-Encoding is not exactly chunked, once and last."},
    {Refusal::TransferEncodingUnsupported, 501, "transfer-encoding-unsupported",
     "The only transfer coding served here is chunked."},
    {Refusal::TransferEncodingVersion, 400, "transfer-encoding-version",
     "HTTP/1.0 has no Transfer-Encoding."},
    {Refusal::ChunkSizeMalformed, 400, "chunk-size-malformed", "A chunk's size is not a hexadecimal number."},
    {Refusal::ChunkSizeTooLarge, 400, "chunk-size-too-large", "A chunk's size is beyond all measure."},
    {Refusal::ChunkExtensionMalformed, 400, "chunk-extension-malformed", "A chunk extension is malformed."},
    {Refusal::ChunkExtensionTooLarge, 400, "chunk-extension-too-large", "Chunk extensions are too large."},
    {Refusal::ChunkTerminatorMissing, 400, "chunk-terminator-missing",
     "A chunk's data does not end where its size says."},
    {Refusal::TrailerMalformed, 400, "trailer-malformed", "A trailer field is malformed."},
    {Refusal::TrailerForbidden, 400, "trailer-forbidden",
     "A trailer names a field that may not stand in a trailer."},
    {Refusal::TrailerTooLarge, 431, "trailer-too-large", "The trailer fields are too large or too many."},
    {Refusal::BodyTooLarge, 413, "body-too-large", "The request body is larger than allowed here."},
    {Refusal::ContentLengthMismatch, 400, "content-length-mismatch",
     "The request body is not as long as its Content-Length says."},
    {Refusal::HeadTimeout, 408, "head-timeout",
     "The request head took longer than limits.headerTimeout allows."},
    {Refusal::BodyTimeout, 408, "body-timeout",
     "The request body paused longer than limits.bodyTimeout allows."},
    {Refusal::BodyTooSlow, 408, "body-too-slow",
     "The request body came slower than limits.minimumRate wants."},
    {Refusal::ProtocolError, 400, "protocol-error", "The connection broke the rules of HTTP/2's frames."},
    {Refusal::ConnectionFlood, 429, "connection-flood",
     "The connection sent more resets, pings, settings or empty frames than limits.resets allows."},
    {Refusal::NoRoute, 404, "no-route", "No route of this API matches the request."},
    {Refusal::MethodNotAllowed, 405, "method-not-allowed",
     "The path exists under other methods; see the Allow field."},
    {Refusal::UpstreamUnavailable, 503, "upstream-unavailable", "No upstream endpoint is available."},
    {Refusal::UpstreamUnreachable, 502, "upstream-unreachable", "The upstream could not be reached."},
    {Refusal::UpstreamTls, 502, "upstream-tls", "No secure connection to the upstream came about."},
    {Refusal::UpstreamReset, 502, "upstream-reset",
     "The upstream closed the connection before its answer was complete."},
    {Refusal::UpstreamTimeout, 504, "upstream-timeout",
     "The upstream did not answer within the route's timeout."},
    {Refusal::UpstreamHeadMalformed, 502, "upstream-head-malformed",
     "The upstream's response head is malformed."},
    {Refusal::UpstreamHeadTooLarge, 502, "upstream-head-too-large",
     "The upstream's response head is too large."},
    {Refusal::UpstreamFraming, 502, "upstream-framing",
     "The upstream's response contradicts itself about its length."},
    {Refusal::UpstreamChunkMalformed, 502, "upstream-chunk-malformed",
     "The upstream's chunked response is malformed."},
    {Refusal::UpstreamUpgradeMalformed, 502, "upstream-upgrade-malformed",
     "The upstream's 101 does not answer the handshake."},
    {Refusal::Overloaded, 503, "overloaded", "The gateway has reached a limit on what it serves at once."},
    {Refusal::Draining, 503, "draining", "This gateway instance is shutting down."},
    {Refusal::InternalError, 500, "internal-error", "The gateway failed to handle the request."},
}};

constexpr bool isInOrder()
{
    for (std::size_t i = 0; i < kCount; ++i) {
        if (kEntries[i].refusal != static_cast<Refusal>(i))
            return false;
    }
    return true;
}
static_assert(isInOrder(), "one entry for each enumerator, in the enum's order");

} // namespace

int refusalStatus(Refusal refusal) { return kEntries[static_cast<std::size_t>(refusal)].status; }

std::string_view refusalToken(Refusal refusal) { return kEntries[static_cast<std::size_t>(refusal)].token; }

std::string_view refusalDetail(Refusal refusal) { return kEntries[static_cast<std::size_t>(refusal)].detail; }

} // namespace postern
