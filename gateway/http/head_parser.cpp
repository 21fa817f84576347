#include "gateway/http/head_parser.h"

#include "gateway/http/control_scan.h"
#include "gateway/http/field_line.h"

#include <algorithm>

namespace postern {

const char* HeadParser::movedFrom(std::string_view bytes)
{
    const char* const before = m_base;
    m_base = bytes.data();
    return before != nullptr && before != m_base ? before : nullptr;
}

bool HeadParser::stillUnfinished(std::string_view bytes) const
{
    return m_scanned > m_position && bytes.find('\n', m_scanned) == std::string_view::npos;
}

ParseResult HeadParser::unfinished(std::string_view bytes, std::size_t limit, Refusal tooLong)
{
    if (bytes.size() > limit)
        return ParseResult::refused(tooLong);
    m_scanned = bytes.size();
    return ParseResult::needMore();
}

/// A fault counts only once its line has ended, and only within the limit: otherwise the verdict would depend
/// on how the bytes happened to arrive.
ParseResult HeadParser::refuseLine(std::string_view bytes, std::size_t limit, Refusal refusal,
                                   Refusal tooLong)
{
    const std::size_t end = bytes.find('\n', m_position);
    if (end == std::string_view::npos)
        return unfinished(bytes, limit, tooLong);
    return ParseResult::refused(end + 1 > limit ? tooLong : refusal);
}

ParseResult HeadParser::takeLine(std::string_view bytes, std::size_t limit, Refusal tooLong,
                                 std::string_view& line)
{
    const std::size_t end = bytes.find('\n', m_scanned > m_position ? m_scanned : m_position);
    if (end == std::string_view::npos)
        return unfinished(bytes, limit, tooLong);
    if (end + 1 > limit)
        return ParseResult::refused(tooLong);
    if (end == m_position || bytes[end - 1] != '\r')
        return ParseResult::refused(Refusal::BareLineFeed);
    line = bytes.substr(m_position, end - 1 - m_position);
    if (line.find('\r') != std::string_view::npos)
        return ParseResult::refused(Refusal::BareCarriageReturn);
    m_position = end + 1;
    return ParseResult::done(m_position);
}

ParseResult HeadParser::takeFields(std::string_view bytes, const HeadLimits& limits, Headers& headers)
{
    const std::size_t limit = limits.headerBytes;
    if (stillUnfinished(bytes))
        return unfinished(bytes, limit, Refusal::HeadTooLarge);
    const char* const begin = bytes.data();
    const char* const end = begin + bytes.size();
    for (;;) {
        FieldLine line;
        const Refusal refusal = parseFieldLine(begin + m_position, end, line);
        if (refusal != Refusal::None)
            return refuseLine(bytes, limit, refusal, Refusal::HeadTooLarge);
        if (line.next == nullptr)
            return unfinished(bytes, limit, Refusal::HeadTooLarge);
        const auto next = static_cast<std::size_t>(line.next - begin);
        if (next > limit)
            return ParseResult::refused(Refusal::HeadTooLarge);
        m_position = next;
        if (line.name.empty())
            return ParseResult::done(next);
        if (headers.size() >= std::min(limits.headers, Headers::kMostFields))
            return ParseResult::refused(Refusal::TooManyHeaders);
        if (line.id == HeaderId::Other && resemblesFraming(line.name))
            return ParseResult::refused(Refusal::HeaderLookAlike);
        headers.add(line.name, line.value, line.id);
    }
}

} // namespace postern
