#include "gateway/http/path_normaliser.h"

#include "gateway/http/character_class.h"

namespace postern {

namespace {

/// The byte of the escape that \a text begins with, or -1.
int escapedByte(std::string_view text)
{
    if (text.size() < 3 || text[0] != '%' || !is(text[1], kHexDigit) || !is(text[2], kHexDigit))
        return -1;
    return static_cast<int>(hexValue(text[1]) * 16 + hexValue(text[2]));
}

/// An escaped percent sign followed by two digits: decoding twice would give another character.
bool hasDoubleEscape(std::string_view segment)
{
    for (std::size_t at = segment.find("%25"); at != std::string_view::npos;
         at = segment.find("%25", at + 3)) {
        if (at + 4 < segment.size() && is(segment[at + 3], kHexDigit) && is(segment[at + 4], kHexDigit))
            return true;
    }
    return false;
}

} // namespace

Refusal pathCharacterFault(char character)
{
    switch (character) {
    case ';':
        return Refusal::PathParameter;
    case '\\':
        return Refusal::PathEncodedSeparator;
    case '#':
        return Refusal::TargetFragment;
    default:
        break;
    }
    const auto byte = static_cast<unsigned char>(character);
    return byte < 0x20 || byte == 0x7f ? Refusal::PathControlCharacter : Refusal::PathCharacter;
}

Refusal PathNormaliser::run(std::string_view path)
{
    while (!path.empty()) {
        path.remove_prefix(1); // the slash
        const std::size_t slash = path.find('/');
        const bool last = slash == std::string_view::npos;
        if (slash == 0)
            return Refusal::PathEmptySegment;
        *m_end++ = '/';
        m_segment = m_end;
        if (const Refusal refusal = segment(path.substr(0, slash)); refusal != Refusal::None)
            return refusal;
        if (const Refusal refusal = endSegment(last); refusal != Refusal::None)
            return refusal;
        path.remove_prefix(last ? path.size() : slash);
    }
    return Refusal::None;
}

Refusal PathNormaliser::segment(std::string_view text)
{
    while (!text.empty()) {
        const char c = text.front();
        if (is(c, kPathCharacter)) {
            *m_end++ = c;
            text.remove_prefix(1);
        } else if (c != '%') {
            return pathCharacterFault(c);
        } else if (const Refusal refusal = escape(text); refusal != Refusal::None) {
            return refusal;
        }
    }
    return Refusal::None;
}

Refusal PathNormaliser::escape(std::string_view& text)
{
    const int value = escapedByte(text);
    if (value < 0)
        return Refusal::PathEncoding;
    text.remove_prefix(3);
    const auto byte = static_cast<unsigned>(value);
    if (byte >= 0x80)
        return utf8(byte, text);
    const char c = static_cast<char>(byte);
    if (c == '/' || c == '\\')
        return Refusal::PathEncodedSeparator;
    if (byte < 0x20 || byte == 0x7f)
        return Refusal::PathControlCharacter;
    if (is(c, kUnreserved))
        *m_end++ = c;
    else
        putEscape(byte);
    return Refusal::None;
}

/// The rest of a character whose first byte was escaped (RFC 3629 §4): no overlong forms, no surrogates.
Refusal PathNormaliser::utf8(unsigned lead, std::string_view& text)
{
    int more = 0;
    unsigned low = 0x80;
    unsigned high = 0xbf;
    if (lead >= 0xc2 && lead <= 0xdf) {
        more = 1;
    } else if (lead >= 0xe0 && lead <= 0xef) {
        more = 2;
        low = lead == 0xe0 ? 0xa0 : low;
        high = lead == 0xed ? 0x9f : high;
    } else if (lead >= 0xf0 && lead <= 0xf4) {
        more = 3;
        low = lead == 0xf0 ? 0x90 : low;
        high = lead == 0xf4 ? 0x8f : high;
    } else {
        return Refusal::PathNotUtf8;
    }
    putEscape(lead);
    for (; more > 0; --more) {
        const int byte = escapedByte(text);
        if (byte < static_cast<int>(low) || byte > static_cast<int>(high))
            return Refusal::PathNotUtf8;
        putEscape(static_cast<unsigned>(byte));
        text.remove_prefix(3);
        low = 0x80;
        high = 0xbf;
    }
    return Refusal::None;
}

/// Resolves a dot segment (RFC 3986 §5.2.4).
Refusal PathNormaliser::endSegment(bool last)
{
    const std::string_view written(m_segment, static_cast<std::size_t>(m_end - m_segment));
    if (hasDoubleEscape(written))
        return Refusal::PathDoubleEncoding;
    if (written != "." && written != "..")
        return Refusal::None;
    m_end = m_segment - 1;
    if (written.size() == 2) {
        if (m_end == m_begin)
            return Refusal::PathAboveRoot;
        do
            --m_end;
        while (*m_end != '/');
    }
    if (last)
        *m_end++ = '/';
    return Refusal::None;
}

void PathNormaliser::putEscape(unsigned byte)
{
    constexpr std::string_view kDigits = "0123456789ABCDEF";
    *m_end++ = '%';
    *m_end++ = kDigits[byte >> 4];
    *m_end++ = kDigits[byte & 15];
}

} // namespace postern
