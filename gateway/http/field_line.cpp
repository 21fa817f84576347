#include "gateway/http/field_line.h"

#include "gateway/http/character_class.h"
#include "gateway/http/control_scan.h"

namespace postern {

namespace {

bool isSpace(char c) { return c == ' ' || c == '\t'; }

/// Why \a at, which is neither part of a name nor its colon, stands where a name should go on.
Refusal nameFault(const char* at, const char* end, bool nameIsEmpty)
{
    if (isSpace(*at)) {
        if (nameIsEmpty)
            return Refusal::HeaderFolded; // before the first field too: RFC 9112 §2.2
        while (at != end && isSpace(*at))
            ++at;
        return at != end && *at == ':' ? Refusal::HeaderSpaceBeforeColon : Refusal::HeaderNameMalformed;
    }
    if (*at == '\n')
        return Refusal::BareLineFeed;
    if (*at == '\r' && end - at > 1 && at[1] != '\n')
        return Refusal::BareCarriageReturn;
    if (*at != '\r' && !is(*at, kValueCharacter))
        return Refusal::HeaderControlCharacter;
    return Refusal::HeaderNameMalformed;
}

/// The value and the line's end, \a at being behind the colon.
Refusal parseValue(const char* at, const char* end, FieldLine& out)
{
    while (at != end && isSpace(*at))
        ++at;
    const char* const value = at;
    for (;; ++at) {
        at = findControl(at, end);
        if (at == end)
            return Refusal::None;
        if (*at != '\t')
            break;
    }
    if (*at == '\n')
        return Refusal::BareLineFeed;
    if (*at != '\r')
        return Refusal::HeaderControlCharacter;
    if (end - at < 2)
        return Refusal::None;
    if (at[1] != '\n')
        return Refusal::BareCarriageReturn;
    out.next = at + 2;
    while (at != value && isSpace(at[-1]))
        --at;
    out.value = {value, static_cast<std::size_t>(at - value)};
    return Refusal::None;
}

/// A line whose name is not known to be well-formed, from the beginning, byte by byte.
Refusal parseCarefully(const char* at, const char* end, FieldLine& out)
{
    const char* const name = at;
    while (at != end && is(*at, kTokenCharacter))
        ++at;
    if (at == end)
        return Refusal::None;
    if (at == name && *at == '\r') {
        if (end - at > 1 && at[1] == '\n')
            out.next = at + 2;
        return end - at > 1 && at[1] != '\n' ? Refusal::BareCarriageReturn : Refusal::None;
    }
    if (*at != ':')
        return nameFault(at, end, at == name);
    if (at == name)
        return Refusal::HeaderNameMalformed;
    out.name = {name, static_cast<std::size_t>(at - name)};
    return parseValue(at + 1, end, out);
}

} // namespace

Refusal parseFieldLine(const char* at, const char* end, FieldLine& out)
{
    if (at != end && *at == '\r') // the end of the head: what follows may be a long body
        return parseCarefully(at, end, out);
    // A name that is known is a token: it needs no look at each byte.
    const char* const colon = findColon(at, end);
    const std::string_view name(at, static_cast<std::size_t>(colon - at));
    out.id = colon == end ? HeaderId::Other : headerId(name);
    if (out.id == HeaderId::Other)
        return parseCarefully(at, end, out);
    out.name = name;
    return parseValue(colon + 1, end, out);
}

bool resemblesFraming(std::string_view name)
{
    constexpr std::string_view kLength = "content-length";
    constexpr std::string_view kEncoding = "transfer-encoding";
    const std::string_view real = name.size() == kLength.size() ? kLength : kEncoding;
    if (name.size() != real.size())
        return false;
    for (std::size_t i = 0; i < name.size(); ++i) {
        const char folded = name[i] == '_' || name[i] == '.' ? '-' : toLower(name[i]);
        if (folded != real[i])
            return false;
    }
    return true;
}

} // namespace postern
