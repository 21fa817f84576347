#include "gateway/http/http2_field_reader.h"

#include "gateway/http/character_class.h"
#include "gateway/http/control_scan.h"
#include "gateway/http/field_line.h"
#include "gateway/http/trailer_parser.h"

#include <cstring>

namespace postern {

namespace {

// RFC 9113 §6.5.2: what a field costs beyond its text.
constexpr std::size_t kFieldOverhead = 32;

bool isConnectionField(HeaderId id, std::string_view value)
{
    switch (id) {
    case HeaderId::Connection:
    case HeaderId::Http2Settings:
    case HeaderId::KeepAlive:
    case HeaderId::ProxyConnection:
    case HeaderId::TransferEncoding:
    case HeaderId::Upgrade:
        return true;
    case HeaderId::Te:
        return !equalsIgnoringCase(value, "trailers");
    default:
        return false;
    }
}

Refusal checkName(HeaderId id, std::string_view name)
{
    if (id != HeaderId::Other && lowerCaseName(id) == name)
        return Refusal::None;
    if (name.empty())
        return Refusal::HeaderNameMalformed;
    for (const char c : name) {
        if (c >= 'A' && c <= 'Z')
            return Refusal::HeaderNameUpperCase;
        if (!is(c, kTokenCharacter))
            return static_cast<unsigned char>(c) <= 0x20 || c == 0x7f ? Refusal::HeaderControlCharacter
                                                                      : Refusal::HeaderNameMalformed;
    }
    return Refusal::None;
}

Refusal checkValue(std::string_view value)
{
    if (value.empty())
        return Refusal::None;
    const char* const end = value.data() + value.size();
    const char* at = findControl(value.data(), end);
    while (at != end && *at == '\t')
        at = findControl(at + 1, end);
    if (at != end)
        return Refusal::HeaderControlCharacter;
    return trimmed(value).size() == value.size() ? Refusal::None : Refusal::HeaderWhiteSpace;
}

} // namespace

void Http2FieldReader::begin(Headers& out, Arena& arena, const HeadLimits& limits)
{
    out.clear();
    m_headers = &out;
    m_arena = &arena;
    m_limits = limits;
    m_bytes = 0;
    m_crumbs = 0;
    m_fault = {};
}

void Http2FieldReader::refuse(Refusal refusal)
{
    if (!m_fault)
        m_fault = {refusal, false};
}

void Http2FieldReader::malformed(Refusal refusal)
{
    if (!m_fault)
        m_fault = {refusal, true};
}

bool Http2FieldReader::admit(HeaderId id, std::string_view name, std::string_view value)
{
    m_bytes += name.size() + value.size() + kFieldOverhead;
    if (m_fault)
        return false;
    const bool isPseudo = name.starts_with(':');
    if (const Refusal refusal = isPseudo ? Refusal::None : checkName(id, name); refusal != Refusal::None)
        malformed(refusal);
    else if (const Refusal fault = checkValue(value); fault != Refusal::None)
        malformed(fault);
    else if (isConnectionField(id, value))
        malformed(Refusal::ConnectionHeader);
    else if (m_bytes > m_limits.headerBytes)
        refuse(Refusal::HeadTooLarge);
    else if (id == HeaderId::Other && !isPseudo && resemblesFraming(name))
        refuse(Refusal::HeaderLookAlike);
    return !m_fault;
}

void Http2FieldReader::store(HeaderId id, std::string_view name, std::string_view value)
{
    if (id == HeaderId::Cookie && m_headers->contains(HeaderId::Cookie))
        ++m_crumbs;
    else if (m_headers->size() - m_crumbs >= std::min(m_limits.headers, Headers::kMostFields / 2)) {
        refuse(Refusal::TooManyHeaders);
        return;
    }
    m_headers->add(id == HeaderId::Other ? m_arena->copy(name) : headerName(id), m_arena->copy(value), id);
}

void Http2FieldReader::joinCookies()
{
    if (m_crumbs == 0)
        return;
    constexpr std::string_view kBetween = "; ";
    std::size_t size = 0;
    for (const Header& field : *m_headers) {
        if (field.id == HeaderId::Cookie)
            size += field.value.size() + kBetween.size();
    }
    char* const joined = m_arena->allocate(size);
    std::size_t used = 0;
    const auto append = [&](std::string_view text) {
        if (!text.empty())
            std::memcpy(joined + used, text.data(), text.size());
        used += text.size();
    };
    for (const Header& field : *m_headers) {
        if (field.id != HeaderId::Cookie)
            continue;
        if (used > 0)
            append(kBetween);
        append(field.value);
    }
    m_headers->set(HeaderId::Cookie, {joined, used});
}

void Http2TrailerReader::field(std::string_view name, std::string_view value)
{
    const HeaderId id = headerId(name);
    if (!admit(id, name, value))
        return;
    if (name.starts_with(':'))
        malformed(Refusal::PseudoHeaderMalformed);
    else if (!mayStandInTrailer(id))
        malformed(Refusal::TrailerForbidden);
    else
        store(id, name, value);
}

Http2Fault Http2TrailerReader::end() const
{
    Http2Fault result = fault();
    if (result.refusal == Refusal::HeadTooLarge || result.refusal == Refusal::TooManyHeaders)
        result.refusal = Refusal::TrailerTooLarge;
    return result;
}

} // namespace postern
