#include "gateway/telemetry/json_text.h"

#include <cstddef>

namespace postern {

namespace {

bool isPlain(unsigned char byte) { return byte >= 0x20 && byte < 0x7f && byte != '"' && byte != '\\'; }

void appendEscaped(std::string& out, unsigned char byte)
{
    static constexpr char digits[] = "0123456789abcdef";
    switch (byte) {
    case '"':
        out += "\\\"";
        return;
    case '\\':
        out += "\\\\";
        return;
    case '\n':
        out += "\\n";
        return;
    case '\r':
        out += "\\r";
        return;
    case '\t':
        out += "\\t";
        return;
    default:
        out += "\\u00";
        out += digits[byte >> 4];
        out += digits[byte & 0xf];
    }
}

bool isContinuation(std::string_view text, std::size_t at)
{
    return at < text.size() && (static_cast<unsigned char>(text[at]) & 0xc0) == 0x80;
}

/// The length of the well-formed character of two bytes or more at \a at (Unicode 15, table 3-7); 0 if none.
std::size_t multibyteLength(std::string_view text, std::size_t at)
{
    const auto first = static_cast<unsigned char>(text[at]);
    const auto second = at + 1 < text.size() ? static_cast<unsigned char>(text[at + 1]) : 0U;
    if (first >= 0xc2 && first <= 0xdf)
        return isContinuation(text, at + 1) ? 2 : 0;
    if (first >= 0xe0 && first <= 0xef) {
        const bool overlong = first == 0xe0 && second < 0xa0;
        const bool surrogate = first == 0xed && second > 0x9f;
        return isContinuation(text, at + 1) && isContinuation(text, at + 2) && !overlong && !surrogate ? 3
                                                                                                       : 0;
    }
    if (first >= 0xf0 && first <= 0xf4) {
        const bool overlong = first == 0xf0 && second < 0x90;
        const bool beyond = first == 0xf4 && second > 0x8f;
        const bool complete =
            isContinuation(text, at + 1) && isContinuation(text, at + 2) && isContinuation(text, at + 3);
        return complete && !overlong && !beyond ? 4 : 0;
    }
    return 0;
}

} // namespace

void appendJsonString(std::string& out, std::string_view text)
{
    out += '"';
    std::size_t plainFrom = 0;
    std::size_t at = 0;
    while (at < text.size()) {
        const auto byte = static_cast<unsigned char>(text[at]);
        if (isPlain(byte)) {
            ++at;
            continue;
        }
        const std::size_t length = byte >= 0x80 ? multibyteLength(text, at) : 0;
        if (length > 0) {
            at += length;
            continue;
        }
        out.append(text, plainFrom, at - plainFrom);
        if (byte >= 0x80)
            out += "\xef\xbf\xbd";
        else
            appendEscaped(out, byte);
        plainFrom = ++at;
    }
    out.append(text, plainFrom);
    out += '"';
}

} // namespace postern
