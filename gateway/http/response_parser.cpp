#include "gateway/http/response_parser.h"

#include "gateway/http/body_framing.h"
#include "gateway/http/character_class.h"
#include "gateway/http/version.h"

namespace postern {

namespace {

/// `HTTP/1.1 200 OK`; the space before an absent phrase may be absent too, as many servers leave it out.
bool parseStatusLine(std::string_view line, ResponseHead& out)
{
    constexpr std::size_t kStatusAt = 9;
    constexpr std::size_t kPhraseAt = 13;
    if (line.size() < kPhraseAt - 1 || line[kStatusAt - 1] != ' ')
        return false;
    if (parseVersion(line.substr(0, kStatusAt - 1), out.version) != Refusal::None)
        return false;
    int status = 0;
    for (const char digit : line.substr(kStatusAt, 3)) {
        if (digit < '0' || digit > '9')
            return false;
        status = status * 10 + (digit - '0');
    }
    if (status < 100 || status > 599) // RFC 9110 §15
        return false;
    out.status = status;
    if (line.size() == kPhraseAt - 1)
        return true;
    out.reason = line.substr(kPhraseAt);
    return line[kPhraseAt - 1] == ' ' && allAre(out.reason, kValueCharacter);
}

/// RFC 9112 §6.3, with no guess where the upstream contradicts itself.
bool readFraming(Method method, ResponseHead& out)
{
    DeclaredBody body;
    if (readDeclaredBody(out.headers, out.version, body) != Refusal::None)
        return false;
    const bool isInformational = out.status < 200;
    out.hasLength = body.framing == BodyFraming::Length;
    out.contentLength = body.length;
    if (isInformational || out.status == 204) {
        // RFC 9110 §8.6, RFC 9112 §6.1: neither field may be sent. A zero length does no harm.
        out.framing = BodyFraming::None;
        return body.framing == BodyFraming::None || (out.hasLength && body.length == 0);
    }
    if (method == Method::Head || out.status == 304)
        out.framing = BodyFraming::None;
    else
        out.framing = body.framing == BodyFraming::None ? BodyFraming::UntilClose : body.framing;
    return true;
}

Refusal asUpstreamFault(Refusal refusal)
{
    const bool tooLarge = refusal == Refusal::HeadTooLarge || refusal == Refusal::TooManyHeaders;
    return tooLarge ? Refusal::UpstreamHeadTooLarge : Refusal::UpstreamHeadMalformed;
}

} // namespace

ParseResult ResponseParser::parse(std::string_view bytes, const HeadLimits& limits, Method method,
                                  ResponseHead& out)
{
    const char* const before = movedFrom(bytes);
    if (m_position == 0) {
        out.clear();
    } else if (before != nullptr) {
        out.headers.rebase(before, bytes.size(), bytes.data());
        const auto offset =
            reinterpret_cast<std::uintptr_t>(out.reason.data()) - reinterpret_cast<std::uintptr_t>(before);
        if (!out.reason.empty())
            out.reason = bytes.substr(offset, out.reason.size());
    }
    return take(bytes, limits, method, out);
}

ParseResult ResponseParser::take(std::string_view bytes, const HeadLimits& limits, Method method,
                                 ResponseHead& out)
{
    if (!m_inFields) {
        std::string_view line;
        const ParseResult result = takeLine(bytes, limits.headerBytes, Refusal::HeadTooLarge, line);
        if (result.state == ParseResult::State::Refused)
            return ParseResult::refused(asUpstreamFault(result.refusal));
        if (result.state == ParseResult::State::NeedMore)
            return result;
        if (!parseStatusLine(line, out))
            return ParseResult::refused(Refusal::UpstreamHeadMalformed);
        m_inFields = true;
    }
    const ParseResult fields = takeFields(bytes, limits, out.headers);
    if (fields.state == ParseResult::State::Refused)
        return ParseResult::refused(asUpstreamFault(fields.refusal));
    if (fields.state == ParseResult::State::NeedMore)
        return fields;
    if (!readFraming(method, out))
        return ParseResult::refused(Refusal::UpstreamFraming);
    const ConnectionOptions connection = readConnectionOptions(out.headers);
    const bool modern = out.version != HttpVersion::Http10;
    out.keepAlive = !connection.close && (modern || connection.keepAlive) &&
                    out.framing != BodyFraming::UntilClose && out.status != 101;
    return fields;
}

} // namespace postern
