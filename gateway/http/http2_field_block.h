#pragma once

#include "gateway/http/request_head.h"
#include "gateway/http/response_head.h"

#include <nghttp2/nghttp2.h>

#include <array>
#include <span>
#include <vector>

namespace postern {

/// A head or trailers as HTTP/2 writes them: pseudo-header fields first, names in lower case, nothing that
/// belongs to one HTTP/1.1 connection (RFC 9113 §8.2, §8.3). Purpose: from our heads to what Http2Session
/// sends. A scratch object, one a worker: it holds views into the head it was made of, which the session
/// copies when they are submitted.
class Http2FieldBlock
{
public:
    /// Content-Length as the head's members say. \a date is written where a final head has none.
    void setResponse(const ResponseHead& head, std::string_view date);
    /// For an upstream. Host goes into `:authority`; Expect is left out, as the gateway answers it itself; a
    /// `te: trailers` where \a request's body is gRPC, which asks for it. \a scheme lives as long as this.
    void setRequest(const RequestHead& head, std::string_view scheme);
    void setTrailers(const Headers& trailers);

    [[nodiscard]] std::span<const nghttp2_nv> fields() const { return m_fields; }

private:
    void add(std::string_view name, std::string_view value);
    void addLength(std::uint64_t length);
    void addAll(const Headers& headers, std::uint64_t skip);

    std::vector<nghttp2_nv> m_fields;
    std::array<char, 4> m_status{};
    std::array<char, 20> m_length{};
};

} // namespace postern
