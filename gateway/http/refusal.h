#pragma once

#include <cstdint>
#include <string_view>

namespace postern {

/// Why the gateway's transport answers a request itself: a closed list with stable tokens, which stand in
/// problem types (`urn:postern:problem:TOKEN`), in `postern_requests_refused_total` and in the manual
/// (resources/manual/refusals.md; a test compares). Policies have reasons of their own.
enum class Refusal : std::uint8_t {
    None,
    // The connection, before any request: closed without an answer.
    ProxyHeaderMalformed,
    ProxyHeaderUntrusted,
    // The request line.
    RequestLineMalformed,
    MethodMalformed,
    MethodRefused,
    VersionMalformed,
    VersionUnsupported,
    // The target.
    TargetMalformed,
    TargetTooLong,
    TargetFragment,
    TargetUserinfo,
    TargetScheme,
    PathEncoding,
    PathCharacter,
    PathControlCharacter,
    PathEncodedSeparator,
    PathDoubleEncoding,
    PathNotUtf8,
    PathEmptySegment,
    PathParameter,
    PathAboveRoot,
    // Field lines.
    HeadTooLarge,
    TooManyHeaders,
    HeaderNameMalformed,
    HeaderSpaceBeforeColon,
    HeaderFolded,
    HeaderControlCharacter,
    HeaderLookAlike,
    HeaderRepeated,
    HeaderNameUpperCase,
    HeaderWhiteSpace,
    ConnectionHeader,
    PseudoHeaderMalformed,
    BareCarriageReturn,
    BareLineFeed,
    // Host, Expect.
    HostMissing,
    HostRepeated,
    HostMalformed,
    HostMismatch,
    ExpectationUnsupported,
    WebSocketMalformed,
    WebSocketVersion,
    // Body framing.
    LengthAndEncoding,
    ContentLengthRepeated,
    ContentLengthMalformed,
    TransferEncodingMalformed,
    TransferEncodingUnsupported,
    TransferEncodingVersion,
    ChunkSizeMalformed,
    ChunkSizeTooLarge,
    ChunkExtensionMalformed,
    ChunkExtensionTooLarge,
    ChunkTerminatorMissing,
    TrailerMalformed,
    TrailerForbidden,
    TrailerTooLarge,
    BodyTooLarge,
    ContentLengthMismatch,
    // Time.
    HeadTimeout,
    BodyTimeout,
    BodyTooSlow,
    // An HTTP/2 connection.
    ProtocolError,
    ConnectionFlood,
    // Routing.
    NoRoute,
    MethodNotAllowed,
    // Upstream.
    UpstreamUnavailable,
    UpstreamUnreachable,
    UpstreamTls,
    UpstreamReset,
    UpstreamTimeout,
    UpstreamHeadMalformed,
    UpstreamHeadTooLarge,
    UpstreamFraming,
    UpstreamChunkMalformed,
    UpstreamUpgradeMalformed,
    // The gateway itself.
    Overloaded,
    Draining,
    InternalError,
    Count
};

/// The status it is answered with.
[[nodiscard]] int refusalStatus(Refusal refusal);
/// The stable kebab-case token.
[[nodiscard]] std::string_view refusalToken(Refusal refusal);
/// One sentence for the client: the rule that was broken, never a secret, never internals.
[[nodiscard]] std::string_view refusalDetail(Refusal refusal);

} // namespace postern
