#include "gateway/http/request_check.h"

#include "gateway/http/body_framing.h"

namespace postern {

namespace {

Refusal checkHost(RequestHead& request)
{
    const Target& target = request.target;
    const Header* const host = request.headers.find(HeaderId::Host);
    if (host == nullptr) {
        request.host = target.authority;
        return request.version == HttpVersion::Http10 ? Refusal::None : Refusal::HostMissing;
    }
    if (request.headers.isRepeated(HeaderId::Host))
        return Refusal::HostRepeated;
    if (!isAuthority(host->value))
        return Refusal::HostMalformed;
    if (target.form == Target::Form::Absolute && !sameAuthority(host->value, target.authority, target.scheme))
        return Refusal::HostMismatch;
    request.host = host->value;
    return Refusal::None;
}

/// `Transfer-Encoding: chunked` to the letter. RFC 9112 §7 lets names have any case, and white space stand
/// around them; who makes use of it is hardly a client, and there are servers that read it as no coding at
/// all.
bool saysChunkedPlainly(const Header& field)
{
    // Name and value stand in one buffer, with the colon between them and the line's end behind.
    const std::string_view line(field.name.data(),
                                static_cast<std::size_t>(field.value.data() - field.name.data()) +
                                    field.value.size() + 1);
    const std::string_view rest = line.substr(field.name.size());
    return rest == ": chunked\r" || rest == ":chunked\r";
}

/// RFC 9110 §10.1.1: only `100-continue` is defined, and HTTP/1.0 knows none.
Refusal checkExpect(RequestHead& request)
{
    const Header* const expect = request.headers.find(HeaderId::Expect);
    if (expect == nullptr)
        return Refusal::None;
    if (request.headers.isRepeated(HeaderId::Expect) || !equalsIgnoringCase(expect->value, "100-continue"))
        return Refusal::ExpectationUnsupported;
    request.expectsContinue = request.version != HttpVersion::Http10 && request.hasBody();
    return Refusal::None;
}

} // namespace

Refusal checkRequest(RequestHead& request)
{
    if (const Refusal refusal = checkHost(request); refusal != Refusal::None)
        return refusal;
    DeclaredBody body;
    if (const Refusal refusal = readDeclaredBody(request.headers, request.version, body);
        refusal != Refusal::None)
        return refusal;
    if (body.framing == BodyFraming::Chunked &&
        !saysChunkedPlainly(*request.headers.find(HeaderId::TransferEncoding)))
        return Refusal::TransferEncodingMalformed;
    request.framing = body.framing;
    request.contentLength = body.length;
    if (const Refusal refusal = checkExpect(request); refusal != Refusal::None)
        return refusal;
    // Two media types let a policy check the one and the upstream read by the other.
    if (request.headers.isRepeated(HeaderId::ContentType))
        return Refusal::HeaderRepeated;
    const ConnectionOptions connection = readConnectionOptions(request.headers);
    const bool modern = request.version != HttpVersion::Http10;
    request.keepAlive = !connection.close && (modern || connection.keepAlive);
    request.wantsUpgrade = modern && connection.upgrade && request.headers.contains(HeaderId::Upgrade);
    return Refusal::None;
}

} // namespace postern
