#include "gateway/http/request_parser.h"

#include "gateway/http/character_class.h"
#include "gateway/http/request_check.h"
#include "gateway/http/version.h"

#include <algorithm>

namespace postern {

namespace {

constexpr std::size_t kLongestMethod = 32;
// What a request line holds besides its target: the method, two spaces, the version, CRLF, and the empty line
// before it that is forgiven.
constexpr std::size_t kAroundTarget = kLongestMethod + 2 + 8 + 2 + 2;

} // namespace

void RequestParser::reset()
{
    HeadParser::reset();
    m_target = {};
    m_skippedEmptyLine = false;
}

ParseResult RequestParser::parse(std::string_view bytes, const HeadLimits& limits, Arena& arena,
                                 RequestHead& out)
{
    const char* const before = movedFrom(bytes);
    if (m_position == 0)
        out.clear();
    else if (before != nullptr)
        follow(before, bytes, out);
    if (!m_inFields) {
        const ParseResult line = takeRequestLine(bytes, limits, out);
        if (line.state != ParseResult::State::Done)
            return line;
        m_inFields = true;
    }
    const ParseResult fields = takeFields(bytes, limits, out.headers);
    if (fields.state != ParseResult::State::Done)
        return fields;
    Refusal refusal = parseTarget(m_target, out.method, arena, out.target);
    if (refusal == Refusal::None)
        refusal = checkRequest(out);
    return refusal == Refusal::None ? fields : ParseResult::refused(refusal);
}

ParseResult RequestParser::takeRequestLine(std::string_view bytes, const HeadLimits& limits, RequestHead& out)
{
    const std::size_t limit = std::min(limits.headerBytes, limits.uriBytes + kAroundTarget);
    std::string_view line;
    ParseResult result = takeLine(bytes, limit, Refusal::TargetTooLong, line);
    if (result.state == ParseResult::State::Done && line.empty() && !m_skippedEmptyLine) {
        // One empty line too many after a body is an old and harmless habit (RFC 9112 §2.2); two are not.
        m_skippedEmptyLine = true;
        result = takeLine(bytes, limit, Refusal::TargetTooLong, line);
    }
    if (result.state != ParseResult::State::Done)
        return result;
    const Refusal refusal = parseRequestLine(line, limits, out);
    return refusal == Refusal::None ? result : ParseResult::refused(refusal);
}

Refusal RequestParser::parseRequestLine(std::string_view line, const HeadLimits& limits, RequestHead& out)
{
    std::size_t methodEnd = 0;
    while (methodEnd < line.size() && is(line[methodEnd], kTokenCharacter))
        ++methodEnd;
    if (line.empty())
        return Refusal::RequestLineMalformed;
    if (methodEnd == 0 || methodEnd > kLongestMethod || (methodEnd < line.size() && line[methodEnd] != ' '))
        return Refusal::MethodMalformed;
    const std::size_t targetEnd = line.find(' ', methodEnd + 1);
    if (targetEnd == std::string_view::npos || targetEnd == methodEnd + 1)
        return Refusal::RequestLineMalformed;
    const std::string_view version = line.substr(targetEnd + 1);
    if (version.find(' ') != std::string_view::npos)
        return Refusal::RequestLineMalformed;
    out.methodToken = line.substr(0, methodEnd);
    out.method = methodFromToken(out.methodToken);
    m_target = line.substr(methodEnd + 1, targetEnd - methodEnd - 1);
    if (m_target.size() > limits.uriBytes)
        return Refusal::TargetTooLong;
    if (const Refusal refusal = parseVersion(version, out.version); refusal != Refusal::None)
        return refusal;
    return out.method == Method::Connect || out.method == Method::Trace ? Refusal::MethodRefused
                                                                        : Refusal::None;
}

void RequestParser::follow(const char* oldBase, std::string_view bytes, RequestHead& out)
{
    const auto moved = [oldBase, &bytes](std::string_view text) -> std::string_view {
        const auto offset =
            reinterpret_cast<std::uintptr_t>(text.data()) - reinterpret_cast<std::uintptr_t>(oldBase);
        return text.empty() ? text : bytes.substr(offset, text.size());
    };
    out.methodToken = moved(out.methodToken);
    m_target = moved(m_target);
    out.headers.rebase(oldBase, bytes.size(), bytes.data());
}

} // namespace postern
