#include "gateway/http/trailer_parser.h"

#include <algorithm>

namespace postern {

namespace {

constexpr std::uint64_t maskOf(std::initializer_list<HeaderId> ids)
{
    std::uint64_t mask = 0;
    for (const HeaderId id : ids)
        mask |= std::uint64_t{1} << static_cast<unsigned>(id);
    return mask;
}
constexpr std::uint64_t kForbidden = maskOf({HeaderId::Age,
                                             HeaderId::Authorization,
                                             HeaderId::CacheControl,
                                             HeaderId::Connection,
                                             HeaderId::ContentEncoding,
                                             HeaderId::ContentLength,
                                             HeaderId::ContentRange,
                                             HeaderId::ContentType,
                                             HeaderId::Cookie,
                                             HeaderId::Date,
                                             HeaderId::Expect,
                                             HeaderId::Expires,
                                             HeaderId::Forwarded,
                                             HeaderId::Host,
                                             HeaderId::Http2Settings,
                                             HeaderId::IfMatch,
                                             HeaderId::IfModifiedSince,
                                             HeaderId::IfNoneMatch,
                                             HeaderId::IfRange,
                                             HeaderId::IfUnmodifiedSince,
                                             HeaderId::KeepAlive,
                                             HeaderId::Location,
                                             HeaderId::MaxForwards,
                                             HeaderId::Pragma,
                                             HeaderId::ProxyAuthenticate,
                                             HeaderId::ProxyAuthorization,
                                             HeaderId::ProxyConnection,
                                             HeaderId::Range,
                                             HeaderId::RetryAfter,
                                             HeaderId::SetCookie,
                                             HeaderId::Te,
                                             HeaderId::Trailer,
                                             HeaderId::TransferEncoding,
                                             HeaderId::Upgrade,
                                             HeaderId::Vary,
                                             HeaderId::WwwAuthenticate,
                                             HeaderId::XForwardedClientCert,
                                             HeaderId::XForwardedFor,
                                             HeaderId::XForwardedHost,
                                             HeaderId::XForwardedProto,
                                             HeaderId::XRealIp});

bool isForbidden(const Header& field) { return !mayStandInTrailer(field.id); }

Refusal asTrailerFault(Refusal refusal)
{
    switch (refusal) {
    case Refusal::HeadTooLarge:
    case Refusal::TooManyHeaders:
        return Refusal::TrailerTooLarge;
    case Refusal::HeaderLookAlike:
        return Refusal::TrailerForbidden;
    default:
        return Refusal::TrailerMalformed;
    }
}

} // namespace

bool mayStandInTrailer(HeaderId id) { return (kForbidden >> static_cast<unsigned>(id) & 1) == 0; }

ParseResult TrailerParser::take(std::string_view input, const HeadLimits& limits)
{
    const std::size_t before = m_text.size();
    if (before == 0 && input.starts_with("\r\n"))
        return ParseResult::done(2);
    // What follows the trailers may be another message: no more is copied than could still be trailers.
    m_text.append(input.substr(0, limits.headerBytes + 1 - std::min(before, limits.headerBytes)));
    if (const char* const from = movedFrom(m_text); from != nullptr)
        m_fields.rebase(from, m_text.size(), m_text.data());
    ParseResult result = takeFields(m_text, limits, m_fields);
    if (result.state == ParseResult::State::Refused)
        return ParseResult::refused(asTrailerFault(result.refusal));
    if (result.state == ParseResult::State::Done) {
        if (std::ranges::any_of(m_fields, isForbidden))
            return ParseResult::refused(Refusal::TrailerForbidden);
        result.consumed -= before;
    }
    return result;
}

void TrailerParser::reset()
{
    HeadParser::reset();
    m_text.clear();
    m_fields.clear();
}

} // namespace postern
