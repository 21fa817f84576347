#include "gateway/http/http2_request_reader.h"

#include "gateway/http/character_class.h"
#include "gateway/http/request_check.h"

namespace postern {

namespace {

constexpr std::size_t kLongestMethod = 32;

/// Faults that RFC 9113 §8.1.1 calls malformed, where HTTP/1.1 answers with 400.
bool makesMalformed(Refusal refusal)
{
    return refusal == Refusal::ContentLengthMalformed || refusal == Refusal::ContentLengthRepeated ||
           refusal == Refusal::HostRepeated;
}

} // namespace

void Http2RequestReader::begin(RequestHead& out, Arena& arena, const HeadLimits& limits,
                               ExtendedConnect extendedConnect)
{
    out.clear();
    out.version = HttpVersion::Http2;
    Http2FieldReader::begin(out.headers, arena, limits);
    m_request = &out;
    m_extendedConnect = extendedConnect;
    m_scheme = m_authority = m_path = {};
    m_seen = 0;
    m_inFields = false;
}

void Http2RequestReader::field(std::string_view name, std::string_view value)
{
    if (name.starts_with(':')) {
        if (admit(HeaderId::Other, name, value))
            pseudo(name, value);
        return;
    }
    m_inFields = true;
    const HeaderId id = headerId(name);
    if (admit(id, name, value))
        store(id, name, value);
}

void Http2RequestReader::pseudo(std::string_view name, std::string_view value)
{
    unsigned which = 0;
    std::string_view* place = nullptr;
    if (name == ":method") {
        which = kMethod;
        place = &m_request->methodToken;
    } else if (name == ":path") {
        which = kPath;
        place = &m_path;
    } else if (name == ":scheme") {
        which = kScheme;
        place = &m_scheme;
    } else if (name == ":authority") {
        which = kAuthority;
        place = &m_authority;
    } else if (name == ":protocol" && m_extendedConnect == ExtendedConnect::Offered) {
        which = kProtocol;
        place = &m_request->protocol;
    }
    if (place == nullptr || has(which) || m_inFields || value.empty()) {
        malformed(Refusal::PseudoHeaderMalformed);
        return;
    }
    m_seen |= which;
    if (which == kPath && value.size() > limits().uriBytes)
        refuse(Refusal::TargetTooLong);
    else
        *place = arena().copy(value);
}

Http2Fault Http2RequestReader::end(bool endsStream)
{
    m_request->method = methodFromToken(m_request->methodToken);
    if (!fault())
        checkPseudo();
    if (!fault())
        checkHost();
    if (!fault())
        checkHead(endsStream);
    return fault();
}

void Http2RequestReader::checkPseudo()
{
    const RequestHead& request = *m_request;
    const bool isConnect = request.method == Method::Connect;
    const bool isPlainConnect = isConnect && !has(kProtocol);
    // RFC 9113 §8.3.1, §8.5; RFC 8441 §4.
    const bool complete = isPlainConnect   ? has(kAuthority) && (m_seen & (kScheme | kPath)) == 0
                          : has(kProtocol) ? isConnect && has(kScheme | kPath | kAuthority)
                                           : has(kMethod | kScheme | kPath);
    if (!complete) {
        malformed(Refusal::PseudoHeaderMalformed);
        return;
    }
    if (request.methodToken.size() > kLongestMethod || !allAre(request.methodToken, kTokenCharacter)) {
        malformed(Refusal::MethodMalformed);
        return;
    }
    if (isPlainConnect || request.method == Method::Trace) {
        refuse(Refusal::MethodRefused);
        return;
    }
    const bool isAsterisk = m_path == "*" && request.method == Method::Options;
    if (!m_path.starts_with('/') && !isAsterisk)
        malformed(Refusal::TargetMalformed);
    else if (!equalsIgnoringCase(m_scheme, "http") && !equalsIgnoringCase(m_scheme, "https"))
        refuse(Refusal::TargetScheme);
}

/// RFC 9113 §8.3.1: both may be there, and must not disagree.
void Http2RequestReader::checkHost()
{
    Headers& fields = headers();
    const Header* const host = fields.find(HeaderId::Host);
    if (!has(kAuthority))
        return;
    if (host == nullptr)
        fields.add(HeaderId::Host, m_authority);
    else if (!fields.isRepeated(HeaderId::Host) && host->value != m_authority &&
             !sameAuthority(host->value, m_authority, m_scheme))
        malformed(Refusal::HostMismatch);
}

void Http2RequestReader::checkHead(bool endsStream)
{
    RequestHead& request = *m_request;
    joinCookies();
    if (const Refusal refusal = parseTarget(m_path, request.method, arena(), request.target);
        refusal != Refusal::None) {
        refuse(refusal);
        return;
    }
    if (const Refusal refusal = checkRequest(request); refusal != Refusal::None) {
        if (makesMalformed(refusal))
            malformed(refusal);
        else
            refuse(refusal);
        return;
    }
    if (endsStream && request.hasBody())
        malformed(Refusal::ContentLengthMismatch);
    else if (!endsStream && request.framing == BodyFraming::None)
        request.framing = BodyFraming::Chunked;
    request.expectsContinue = request.headers.contains(HeaderId::Expect) && request.hasBody();
    request.wantsUpgrade = has(kProtocol);
}

} // namespace postern
