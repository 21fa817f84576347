#pragma once

#include "gateway/http/arena.h"
#include "gateway/http/head_parser.h"
#include "gateway/http/request_head.h"

namespace postern {

/// Strict, incremental parser of HTTP/1.x request heads (RFC 9112, RFC 9110). One per client connection; no
/// memory of its own. After Done or Refused call reset() before the next message.
class RequestParser : private HeadParser
{
public:
    void reset();

    /// \a bytes: all of the current message received so far, from its first byte, contiguous; they may move
    /// between calls, and must stay where they are while \a out is in use. \a out is complete when Done, and
    /// cleared by the first call for a message. After Refused the connection must be closed; what of \a out
    /// was understood by then (the method, say) may be told to logs.
    [[nodiscard]] ParseResult parse(std::string_view bytes, const HeadLimits& limits, Arena& arena,
                                    RequestHead& out);

private:
    [[nodiscard]] ParseResult takeRequestLine(std::string_view bytes, const HeadLimits& limits,
                                              RequestHead& out);
    [[nodiscard]] Refusal parseRequestLine(std::string_view line, const HeadLimits& limits, RequestHead& out);
    void follow(const char* oldBase, std::string_view bytes, RequestHead& out);

    std::string_view m_target; // as received
    bool m_skippedEmptyLine = false;
};

} // namespace postern
