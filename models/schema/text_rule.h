#pragma once

#include <QString>

namespace postern {

/// What a text must look like, beyond being text. Stated once, used by validation, JSON Schema and forms.
struct TextRule
{
    QString rule;     ///< the finding's rule: `invalid-header-name`
    QString expected; ///< in words: `a header name such as X-Request-Id`
    QString pattern;  ///< for JSON Schema (ECMA-262), empty where no pattern says it
    bool (*accepts)(QStringView text) = nullptr;
};

namespace text_rules {

/// What a document calls its own parts: letters, digits, `-`, `_` and `.`, at most 63.
[[nodiscard]] const TextRule& name();
/// A Kubernetes object's name (RFC 1123 subdomain): lower-case letters, digits, `-` and `.`, at most 253.
[[nodiscard]] const TextRule& objectName();
/// A Kubernetes namespace (RFC 1123 label): as above without `.`, at most 63.
[[nodiscard]] const TextRule& namespaceName();
/// An RFC 9110 token: a header's name.
[[nodiscard]] const TextRule& headerName();
/// A header's value: visible characters, spaces and tabs inside; no line break.
[[nodiscard]] const TextRule& headerValue();
/// An HTTP method: an upper-case token.
[[nodiscard]] const TextRule& method();
/// `IPv4:port` or `[IPv6]:port`, port 0 allowed (any free port); or `unix:/path`.
[[nodiscard]] const TextRule& listenAddress();
/// As listenAddress, but with a port.
[[nodiscard]] const TextRule& endpointAddress();
/// `10.0.0.0/8`, `::1/128`, a single address, or `unix:`: peers on a unix socket.
[[nodiscard]] const TextRule& peerRange();
/// `2027-03-31`.
[[nodiscard]] const TextRule& date();
/// `namespace/name`.
[[nodiscard]] const TextRule& apiId();
/// `http://` or `https://` with a host.
[[nodiscard]] const TextRule& url();
/// A path that is matched literally: `/health`.
[[nodiscard]] const TextRule& plainPath();
/// A route's path: literal segments, `{name}` segments, and `**` as the last.
[[nodiscard]] const TextRule& pathTemplate();
/// A file's name without a folder: `tls.crt`.
[[nodiscard]] const TextRule& fileName();
/// A file beside the document or below it: relative, without `..`.
[[nodiscard]] const TextRule& filePath();
/// Any text but the empty one.
[[nodiscard]] const TextRule& notEmpty();
/// A DNS name in letters, digits, `-` and `_`, or an IP address without brackets.
[[nodiscard]] const TextRule& hostName();

} // namespace text_rules

} // namespace postern
