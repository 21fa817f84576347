#include "gateway/http/http2_response_reader.h"

#include "gateway/http/body_framing.h"

namespace postern {

void Http2ResponseReader::begin(ResponseHead& out, Arena& arena, const HeadLimits& limits)
{
    out.clear();
    out.version = HttpVersion::Http2;
    Http2FieldReader::begin(out.headers, arena, limits);
    m_response = &out;
    m_hasStatus = m_inFields = false;
}

void Http2ResponseReader::field(std::string_view name, std::string_view value)
{
    if (name.starts_with(':')) {
        if (!admit(HeaderId::Other, name, value))
            return;
        if (name == ":status" && !m_hasStatus && !m_inFields)
            status(value);
        else
            malformed(Refusal::PseudoHeaderMalformed);
        return;
    }
    m_inFields = true;
    const HeaderId id = headerId(name);
    if (admit(id, name, value))
        store(id, name, value);
}

void Http2ResponseReader::status(std::string_view value)
{
    int number = 0;
    for (const char digit : value) {
        if (digit < '0' || digit > '9' || value.size() != 3) {
            malformed(Refusal::PseudoHeaderMalformed);
            return;
        }
        number = number * 10 + (digit - '0');
    }
    m_hasStatus = true;
    m_response->status = number;
    if (number < 100 || number > 599)
        malformed(Refusal::PseudoHeaderMalformed);
}

Refusal Http2ResponseReader::end(Method request, bool endsStream)
{
    if (fault()) {
        const bool isTooLarge =
            fault().refusal == Refusal::HeadTooLarge || fault().refusal == Refusal::TooManyHeaders;
        return isTooLarge ? Refusal::UpstreamHeadTooLarge : Refusal::UpstreamHeadMalformed;
    }
    ResponseHead& response = *m_response;
    // RFC 9113 §8.6: no switch of protocols; §8.1: an interim head ends no stream.
    if (!m_hasStatus || response.status == 101 || (response.isInterim() && endsStream))
        return Refusal::UpstreamHeadMalformed;
    DeclaredBody body;
    if (readDeclaredBody(response.headers, HttpVersion::Http2, body) != Refusal::None)
        return Refusal::UpstreamFraming;
    response.hasLength = body.framing == BodyFraming::Length;
    response.contentLength = body.length;
    const bool mayHaveBody =
        !response.isInterim() && response.status != 204 && response.status != 304 && request != Method::Head;
    if (!mayHaveBody) {
        response.framing = BodyFraming::None;
        return Refusal::None;
    }
    if (endsStream && response.hasLength && response.contentLength > 0)
        return Refusal::UpstreamFraming;
    if (endsStream || response.hasLength)
        response.framing = BodyFraming::Length;
    else
        response.framing = BodyFraming::Chunked;
    return Refusal::None;
}

} // namespace postern
