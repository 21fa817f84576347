#pragma once

#include "gateway/http/refusal.h"
#include "gateway/http/request_head.h"

#include <string_view>

namespace postern {

/// `HTTP/1.0` or `HTTP/1.1`, letter by letter (RFC 9112 §2.3): another version in that form is unsupported,
/// all else malformed.
[[nodiscard]] inline Refusal parseVersion(std::string_view text, HttpVersion& out)
{
    const auto isDigit = [](char c) { return c >= '0' && c <= '9'; };
    if (text.size() != 8 || text.substr(0, 5) != "HTTP/" || !isDigit(text[5]) || text[6] != '.' ||
        !isDigit(text[7]))
        return Refusal::VersionMalformed;
    if (text[5] != '1' || text[7] > '1')
        return Refusal::VersionUnsupported;
    out = text[7] == '1' ? HttpVersion::Http11 : HttpVersion::Http10;
    return Refusal::None;
}

} // namespace postern
