#pragma once

#include "gateway/http/header_id.h"
#include "gateway/http/refusal.h"

#include <string_view>

namespace postern {

/// One field line; an empty name is the empty line that ends a head.
struct FieldLine
{
    std::string_view name;
    std::string_view value;        ///< without the white space around it
    const char* next = nullptr;    ///< after its CRLF; null: its end has not come yet
    HeaderId id = HeaderId::Other; ///< of the name
};

/// Reads the line that begins at \a at in one pass (RFC 9112 §5). The verdict on a line whose end has not
/// come is provisional: see HeadParser.
[[nodiscard]] Refusal parseFieldLine(const char* at, const char* end, FieldLine& out);

/// `Content_Length`, `Transfer.Encoding`: a server that turns names into variables (CGI, WSGI) may take these
/// for the real ones, and then two parties disagree on where the body ends. \a name is not one of the real
/// ones.
[[nodiscard]] bool resemblesFraming(std::string_view name);

} // namespace postern
