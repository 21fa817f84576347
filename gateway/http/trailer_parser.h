#pragma once

#include "gateway/http/head_parser.h"

#include <string>

namespace postern {

/// Not for fields that frame, route, authenticate, or say how to read the content (RFC 9110 §6.5.1): behind
/// the body they come after the decisions that hang on them.
[[nodiscard]] bool mayStandInTrailer(HeaderId id);

/// The field lines after a chunked body's last chunk (RFC 9112 §7.1.2). They may come in pieces and must
/// outlive the receive buffer, so they are kept here; a body without trailers, nearly every one, copies
/// nothing. Owned by a ChunkedDecoder, whose rules apply.
class TrailerParser : private HeadParser
{
public:
    /// \a input: what follows what was consumed before. NeedMore consumes all of it.
    [[nodiscard]] ParseResult take(std::string_view input, const HeadLimits& limits);
    [[nodiscard]] Headers& fields() { return m_fields; }
    void reset();

private:
    std::string m_text;
    Headers m_fields;
};

} // namespace postern
