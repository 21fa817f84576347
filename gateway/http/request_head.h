#pragma once

#include "gateway/http/headers.h"
#include "gateway/http/method.h"
#include "gateway/http/target.h"

#include <cstdint>
#include <string_view>

namespace postern {

enum class HttpVersion : std::uint8_t { Http10, Http11, Http2 };

/// How a message body ends. The only truth about it: Content-Length and Transfer-Encoding fields are read by
/// the parser and written by the head writer, and looked at by nobody in between.
enum class BodyFraming : std::uint8_t { None, Length, Chunked, UntilClose };

/// A request's head, checked and normalised. Views live in the receive buffer or the exchange's Arena.
/// Owned by the exchange and reused (clear()).
struct RequestHead
{
    Method method = Method::Get;
    std::string_view methodToken;
    Target target;
    std::string_view
        host; ///< the Host field; the target's authority where HTTP/1.0 sent none; may be empty then
    HttpVersion version = HttpVersion::Http11;
    Headers headers;
    BodyFraming framing = BodyFraming::None; ///< never UntilClose
    std::uint64_t contentLength = 0;         ///< with Length
    bool keepAlive = true;        ///< the client's side of the connection may serve another request
    bool expectsContinue = false; ///< waits for `100 Continue`
    bool wantsUpgrade = false;    ///< `Connection: upgrade` and an Upgrade field; or extended CONNECT
    std::string_view protocol;    ///< of an extended CONNECT (RFC 8441); empty otherwise

    [[nodiscard]] bool hasBody() const
    {
        return framing == BodyFraming::Chunked || (framing == BodyFraming::Length && contentLength > 0);
    }
    void clear();
};

} // namespace postern
