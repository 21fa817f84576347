#pragma once

#include "gateway/http/request_head.h"
#include "gateway/http/response_head.h"

#include <string>
#include <string_view>

namespace postern {

/// Appends the head for an HTTP/1.1 upstream: origin form, Host first, the fields in order, then the body's
/// length as RequestHead::framing says. Hop-by-hop fields must be gone (prepareForUpstream());
/// Content-Length, Transfer-Encoding and Host fields among the headers are skipped, they are written from the
/// head's own members. Expect is left out: the gateway answers it itself. Persistence is HTTP/1.1's default
/// and is not written. Grows \a out once at most.
void appendRequestHead(std::string& out, const RequestHead& request);

/// What a client connection adds to a response.
struct ResponseContext
{
    HttpVersion clientVersion = HttpVersion::Http11;
    bool keepAlive = true; ///< false: `Connection: close` is written
    std::string_view date; ///< HttpDate, written where the response has none
};

/// Appends the head for an HTTP/1.x client; the status line always says HTTP/1.1 (RFC 9110 §2.5). Body length
/// as ResponseHead::framing says; None, which is for HEAD, 204, 304 and 1xx alone, writes `Content-Length`
/// where the head announces one (an empty body elsewhere is Length with 0). UntilClose needs keepAlive =
/// false; Chunked must not meet an HTTP/1.0 client. Connection-level fields of the upstream are skipped.
void appendResponseHead(std::string& out, const ResponseHead& response, const ResponseContext& context);

/// `HTTP/1.1 100 Continue` and its empty line.
inline constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";

} // namespace postern
