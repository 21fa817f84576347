#include "gateway/http/body_framing.h"

#include "gateway/http/character_class.h"
#include "gateway/http/hop_by_hop.h"

namespace postern {

namespace {

Refusal readLength(std::string_view text, std::uint64_t& out)
{
    constexpr std::size_t kMostDigits = 18; // an exabyte; no overflow possible
    if (text.empty() || text.size() > kMostDigits)
        return Refusal::ContentLengthMalformed;
    std::uint64_t length = 0;
    for (const char c : text) {
        if (c < '0' || c > '9')
            return Refusal::ContentLengthMalformed;
        length = length * 10 + static_cast<std::uint64_t>(c - '0');
    }
    out = length;
    return Refusal::None;
}

/// Tells a coding that is unknown here, and honestly said, from an attempt to say `chunked` to one party
/// alone.
Refusal whyNotChunked(std::string_view codings)
{
    while (true) {
        const std::size_t comma = codings.find(',');
        const std::string_view coding = trimmed(codings.substr(0, comma));
        const bool last = comma == std::string_view::npos;
        if (!isFieldName(coding)) // a token; `chunked` takes no parameters
            return Refusal::TransferEncodingMalformed;
        if (!last && equalsIgnoringCase(coding, "chunked")) // not the last, or twice
            return Refusal::TransferEncodingMalformed;
        if (last)
            return Refusal::TransferEncodingUnsupported;
        codings.remove_prefix(comma + 1);
    }
}

} // namespace

Refusal readDeclaredBody(const Headers& headers, HttpVersion version, DeclaredBody& out)
{
    const Header* const length = headers.find(HeaderId::ContentLength);
    const Header* const encoding = headers.find(HeaderId::TransferEncoding);
    if (encoding != nullptr) {
        if (length != nullptr)
            return Refusal::LengthAndEncoding;
        if (version == HttpVersion::Http10)
            return Refusal::TransferEncodingVersion;
        if (headers.isRepeated(HeaderId::TransferEncoding))
            return Refusal::TransferEncodingMalformed;
        out.framing = BodyFraming::Chunked;
        return equalsIgnoringCase(encoding->value, "chunked") ? Refusal::None
                                                              : whyNotChunked(encoding->value);
    }
    if (length == nullptr)
        return Refusal::None;
    if (headers.isRepeated(HeaderId::ContentLength))
        return Refusal::ContentLengthRepeated;
    out.framing = BodyFraming::Length;
    return readLength(length->value, out.length);
}

ConnectionOptions readConnectionOptions(const Headers& headers)
{
    ConnectionOptions options;
    if (!headers.contains(HeaderId::Connection))
        return options;
    for (const Header& field : headers) {
        if (field.id != HeaderId::Connection)
            continue;
        forEachListElement(field.value, [&options](std::string_view option) {
            options.close = options.close || equalsIgnoringCase(option, "close");
            options.keepAlive = options.keepAlive || equalsIgnoringCase(option, "keep-alive");
            options.upgrade = options.upgrade || equalsIgnoringCase(option, "upgrade");
        });
    }
    return options;
}

} // namespace postern
