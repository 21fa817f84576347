#include "gateway/http/http2_field_block.h"

#include <charconv>

namespace postern {

namespace {

constexpr std::uint64_t bitOf(HeaderId id) { return std::uint64_t{1} << static_cast<unsigned>(id); }
// RFC 9113 §8.2.2, and the length, which is written from the head's own members.
constexpr std::uint64_t kNever = bitOf(HeaderId::Connection) | bitOf(HeaderId::KeepAlive) |
                                 bitOf(HeaderId::ProxyConnection) | bitOf(HeaderId::TransferEncoding) |
                                 bitOf(HeaderId::Upgrade) | bitOf(HeaderId::Http2Settings) |
                                 bitOf(HeaderId::Te) | bitOf(HeaderId::ContentLength);
constexpr std::uint64_t kNotOfARequest = kNever | bitOf(HeaderId::Host) | bitOf(HeaderId::Expect);
constexpr std::string_view kGrpc = "application/grpc";

std::uint8_t* bytes(std::string_view text)
{
    return reinterpret_cast<std::uint8_t*>(const_cast<char*>(text.data())); // nghttp2 only reads it
}

} // namespace

/// Names of ours are static and in lower case; nghttp2 copies and lowers others.
void Http2FieldBlock::add(std::string_view name, std::string_view value)
{
    m_fields.push_back({bytes(name), bytes(value), name.size(), value.size(), NGHTTP2_NV_FLAG_NO_COPY_NAME});
}

void Http2FieldBlock::addLength(std::uint64_t length)
{
    const auto end = std::to_chars(m_length.data(), m_length.data() + m_length.size(), length).ptr;
    add(lowerCaseName(HeaderId::ContentLength),
        {m_length.data(), static_cast<std::size_t>(end - m_length.data())});
}

void Http2FieldBlock::addAll(const Headers& headers, std::uint64_t skip)
{
    for (const Header& field : headers) {
        if (field.id == HeaderId::Other)
            m_fields.push_back({bytes(field.name), bytes(field.value), field.name.size(), field.value.size(),
                                NGHTTP2_NV_FLAG_NONE});
        else if ((skip & bitOf(field.id)) == 0)
            add(lowerCaseName(field.id), field.value);
    }
}

void Http2FieldBlock::setResponse(const ResponseHead& head, std::string_view date)
{
    m_fields.clear();
    std::to_chars(m_status.data(), m_status.data() + m_status.size(), head.status);
    add(":status", {m_status.data(), 3});
    const bool isFinal = head.status >= 200;
    if (isFinal && !date.empty() && !head.headers.contains(HeaderId::Date))
        add(lowerCaseName(HeaderId::Date), date);
    addAll(head.headers, kNever);
    const bool announces = head.framing == BodyFraming::None && head.hasLength && head.status != 204;
    if (isFinal && (head.framing == BodyFraming::Length || announces))
        addLength(head.contentLength);
}

void Http2FieldBlock::setRequest(const RequestHead& head, std::string_view scheme)
{
    m_fields.clear();
    add(":method", head.methodToken);
    add(":scheme", scheme);
    if (!head.host.empty())
        add(":authority", head.host);
    add(":path", head.target.pathAndQuery);
    addAll(head.headers, kNotOfARequest);
    if (head.framing == BodyFraming::Length)
        addLength(head.contentLength);
    if (head.headers.value(HeaderId::ContentType).starts_with(kGrpc))
        add(lowerCaseName(HeaderId::Te), "trailers");
}

void Http2FieldBlock::setTrailers(const Headers& trailers)
{
    m_fields.clear();
    addAll(trailers, kNever);
}

} // namespace postern
