#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace postern {

/// What one byte can come to: `\u001f`.
inline constexpr std::size_t kMostJsonBytes = 6;

/// Appends \a text as a JSON string with its quotes (RFC 8259 §7). What is not UTF-8 becomes U+FFFD, one for
/// each byte that can not be part of a character, so that hostile bytes never end or split a line.
void appendJsonString(std::string& out, std::string_view text);

/// The same without quotes, to \a out, which has room for kMostJsonBytes for each byte. \returns its end.
[[nodiscard]] char* writeJsonText(char* out, std::string_view text);

} // namespace postern
