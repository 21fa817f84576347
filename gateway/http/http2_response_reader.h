#pragma once

#include "gateway/http/http2_field_reader.h"
#include "gateway/http/response_head.h"

namespace postern {

/// An upstream's response head as HTTP/2 sends it (RFC 9113 §8.3.2), into what ResponseParser makes of
/// HTTP/1.1's. See Http2FieldReader for ownership; its limits are the caller's for upstreams.
class Http2ResponseReader : public Http2FieldReader
{
public:
    void begin(ResponseHead& out, Arena& arena, const HeadLimits& limits);
    void field(std::string_view name, std::string_view value);
    /// The head is complete; it answers a \a request of that method. Framing: Length where it is announced,
    /// None where \a endsStream or there can be no body, else Chunked: the body ends where the stream does.
    /// \returns None, or why the answer is not to be used (one of the Upstream refusals).
    [[nodiscard]] Refusal end(Method request, bool endsStream);

private:
    void status(std::string_view value);

    ResponseHead* m_response = nullptr;
    bool m_hasStatus = false;
    bool m_inFields = false;
};

} // namespace postern
