#pragma once

#include "gateway/http/http2_field_reader.h"
#include "gateway/http/request_head.h"

namespace postern {

/// A request's head as HTTP/2 sends it (RFC 9113 §8.3.1), into what RequestParser makes of HTTP/1.1's, by the
/// same rules wherever both have them: parseTarget(), checkRequest(). `:authority` becomes Host. See
/// Http2FieldReader for ownership.
class Http2RequestReader : public Http2FieldReader
{
public:
    /// Whether extended CONNECT (RFC 8441) was offered to the client.
    enum class ExtendedConnect : unsigned char { NotOffered, Offered };

    void begin(RequestHead& out, Arena& arena, const HeadLimits& limits, ExtendedConnect extendedConnect);
    void field(std::string_view name, std::string_view value);
    /// The head is complete. Without a Content-Length a body's framing is Chunked: it ends where the stream
    /// does. After a fault, what of the head was understood (the method, say) may be told to logs.
    [[nodiscard]] Http2Fault end(bool endsStream);

private:
    enum Pseudo : unsigned char { kMethod = 1, kScheme = 2, kAuthority = 4, kPath = 8, kProtocol = 16 };

    void pseudo(std::string_view name, std::string_view value);
    [[nodiscard]] bool has(unsigned fields) const { return (m_seen & fields) == fields; }
    void checkPseudo();
    void checkHost();
    void checkHead(bool endsStream);

    RequestHead* m_request = nullptr;
    ExtendedConnect m_extendedConnect = ExtendedConnect::NotOffered;
    std::string_view m_scheme;
    std::string_view m_authority;
    std::string_view m_path;
    unsigned m_seen = 0;
    bool m_inFields = false; ///< a regular field came: no pseudo-header field may follow
};

} // namespace postern
