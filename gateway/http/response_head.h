#pragma once

#include "gateway/http/request_head.h"

namespace postern {

/// A response's head: from the upstream, or made by the gateway. Views as in RequestHead. Reused (clear()).
struct ResponseHead
{
    int status = 200;
    std::string_view reason; ///< empty: the writer takes the standard one
    HttpVersion version = HttpVersion::Http11;
    Headers headers;
    BodyFraming framing = BodyFraming::None;
    std::uint64_t contentLength = 0; ///< with Length; also what a HEAD or 304 answer announces, if hasLength
    bool hasLength = false;          ///< a Content-Length was sent
    bool keepAlive = true;           ///< the sender will take another request on this connection

    /// 1xx but 101: another head follows (RFC 9110 §15.2).
    [[nodiscard]] bool isInterim() const { return status >= 100 && status < 200 && status != 101; }
    void clear();
};

/// `OK`, `Not Found`…; empty for a status without a registered phrase.
[[nodiscard]] std::string_view reasonPhrase(int status);

} // namespace postern
