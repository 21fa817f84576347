#pragma once

#include "gateway/http/head_parser.h"
#include "gateway/http/response_head.h"

namespace postern {

/// Strict, incremental parser of an upstream's HTTP/1.x response heads. One per upstream connection. An
/// interim response (ResponseHead::isInterim) is a head of its own: reset() and parse on.
class ResponseParser : private HeadParser
{
public:
    using HeadParser::reset;

    /// As RequestParser::parse. \a method is the request's: an answer to HEAD has no body whatever it
    /// announces. Refusals are of the Upstream kind (502); the upstream connection must not be reused.
    [[nodiscard]] ParseResult parse(std::string_view bytes, const HeadLimits& limits, Method method,
                                    ResponseHead& out);

private:
    [[nodiscard]] ParseResult take(std::string_view bytes, const HeadLimits& limits, Method method,
                                   ResponseHead& out);
};

} // namespace postern
