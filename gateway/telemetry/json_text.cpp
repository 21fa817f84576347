#include "gateway/telemetry/json_text.h"

#include <cstdint>
#include <cstring>

namespace postern {

namespace {

bool isPlain(unsigned char byte) { return byte >= 0x20 && byte < 0x7f && byte != '"' && byte != '\\'; }

/// How many bytes stand for themselves before the first that may not, from \a at on. Eight at a time: a byte
/// is special when it is below 0x20, above 0x7e, or one of the two; carries only ever flag a byte too many,
/// behind one that is special indeed.
std::size_t plainRun(std::string_view text, std::size_t at)
{
    constexpr std::uint64_t ones = 0x0101010101010101;
    constexpr std::uint64_t high = 0x8080808080808080;
    const std::size_t begin = at;
    for (; at + 8 <= text.size(); at += 8) {
        std::uint64_t word = 0;
        std::memcpy(&word, text.data() + at, sizeof word);
        const std::uint64_t quote = word ^ (ones * '"');
        const std::uint64_t backslash = word ^ (ones * '\\');
        const std::uint64_t special =
            (word - ones * 0x20) | (word + ones) | (quote - ones) | (backslash - ones) | word;
        if ((special & high) != 0)
            break;
    }
    while (at < text.size() && isPlain(static_cast<unsigned char>(text[at])))
        ++at;
    return at - begin;
}

char* writeEscaped(char* out, unsigned char byte)
{
    static constexpr char digits[] = "0123456789abcdef";
    *out++ = '\\';
    switch (byte) {
    case '"':
    case '\\':
        *out++ = static_cast<char>(byte);
        return out;
    case '\n':
        *out++ = 'n';
        return out;
    case '\r':
        *out++ = 'r';
        return out;
    case '\t':
        *out++ = 't';
        return out;
    default:
        std::memcpy(out, "u00", 3);
        out[3] = digits[byte >> 4];
        out[4] = digits[byte & 0xf];
        return out + 5;
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

char* writeJsonText(char* out, std::string_view text)
{
    static constexpr std::string_view replacement = "\xef\xbf\xbd";
    std::size_t at = 0;
    while (at < text.size()) {
        const auto byte = static_cast<unsigned char>(text[at]);
        std::size_t length = plainRun(text, at);
        if (length == 0 && byte >= 0x80)
            length = multibyteLength(text, at);
        if (length > 0) {
            std::memcpy(out, text.data() + at, length);
            out += length;
            at += length;
            continue;
        }
        if (byte >= 0x80)
            out += replacement.copy(out, replacement.size());
        else
            out = writeEscaped(out, byte);
        ++at;
    }
    return out;
}

void appendJsonString(std::string& out, std::string_view text)
{
    const std::size_t before = out.size();
    out.resize(before + text.size() * kMostJsonBytes + 2);
    char* const begin = out.data() + before;
    *begin = '"';
    char* const end = writeJsonText(begin + 1, text);
    *end = '"';
    out.resize(static_cast<std::size_t>(end + 1 - out.data()));
}

} // namespace postern
