#pragma once

#include <string>
#include <string_view>

namespace postern {

/// Appends \a text as a JSON string with its quotes (RFC 8259 §7). What is not UTF-8 becomes U+FFFD, one for
/// each byte that can not be part of a character, so that hostile bytes never end or split a line.
void appendJsonString(std::string& out, std::string_view text);

} // namespace postern
