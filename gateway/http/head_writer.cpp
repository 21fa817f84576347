#include "gateway/http/head_writer.h"

#include "gateway/telemetry/text_tail.h"

#include <cassert>

namespace postern {

namespace {

constexpr std::string_view kChunked = "Transfer-Encoding: chunked\r\n";
constexpr std::string_view kLength = "Content-Length: ";
constexpr std::size_t kLengthLine = kLength.size() + 20 + 2;

constexpr std::uint64_t bitOf(HeaderId id) { return std::uint64_t{1} << static_cast<unsigned>(id); }
constexpr std::uint64_t kFromMembers = bitOf(HeaderId::ContentLength) | bitOf(HeaderId::TransferEncoding) |
                                       bitOf(HeaderId::Host) | bitOf(HeaderId::Expect);
constexpr std::uint64_t kOfConnection = bitOf(HeaderId::ContentLength) | bitOf(HeaderId::TransferEncoding) |
                                        bitOf(HeaderId::Connection) | bitOf(HeaderId::KeepAlive) |
                                        bitOf(HeaderId::ProxyConnection) | bitOf(HeaderId::Http2Settings);

std::size_t sizeOf(const Headers& headers)
{
    std::size_t size = 0;
    for (const Header& field : headers)
        size += field.name.size() + field.value.size() + 4;
    return size;
}

void addFields(TextTail& out, const Headers& headers, std::uint64_t skip)
{
    for (const Header& field : headers) {
        if ((skip & bitOf(field.id)) == 0)
            out << field.name << ": " << field.value << "\r\n";
    }
}

void addBody(TextTail& out, BodyFraming framing, std::uint64_t length)
{
    if (framing == BodyFraming::Chunked) {
        out << kChunked;
    } else if (framing == BodyFraming::Length) {
        out << kLength;
        out.number(length);
        out << "\r\n";
    }
}

} // namespace

void appendRequestHead(std::string& out, const RequestHead& request)
{
    constexpr std::string_view kVersion = " HTTP/1.1\r\nHost: ";
    TextTail tail(out, request.methodToken.size() + request.target.pathAndQuery.size() + kVersion.size() +
                           request.host.size() + sizeOf(request.headers) + kChunked.size() + kLengthLine + 8);
    tail << request.methodToken << " " << request.target.pathAndQuery << kVersion << request.host << "\r\n";
    addFields(tail, request.headers, kFromMembers);
    addBody(tail, request.framing, request.contentLength);
    tail << "\r\n";
}

void appendResponseHead(std::string& out, const ResponseHead& response, const ResponseContext& context)
{
    assert(response.status >= 100 && response.status <= 599);
    assert(response.framing != BodyFraming::Chunked || context.clientVersion != HttpVersion::Http10);
    assert(response.framing != BodyFraming::UntilClose || !context.keepAlive);
    constexpr std::string_view kVersion = "HTTP/1.1 ";
    constexpr std::string_view kClose = "Connection: close\r\n";
    constexpr std::string_view kKeepAlive = "Connection: keep-alive\r\n";
    constexpr std::string_view kUpgrade = "Connection: upgrade\r\n"; // RFC 9110 §7.8
    const std::string_view reason = response.reason.empty() ? reasonPhrase(response.status) : response.reason;
    TextTail tail(out, kVersion.size() + reason.size() + sizeOf(response.headers) + context.date.size() +
                           kChunked.size() + kLengthLine + kKeepAlive.size() + kUpgrade.size() + 32);
    tail << kVersion;
    tail.number(static_cast<std::uint64_t>(response.status));
    tail << " " << reason << "\r\n";
    const bool isFinal = response.status >= 200;
    if (isFinal && !context.date.empty() && !response.headers.contains(HeaderId::Date))
        tail << "Date: " << context.date << "\r\n";
    addFields(tail, response.headers, kOfConnection);
    addBody(tail, response.framing, response.contentLength);
    if (response.framing == BodyFraming::None && response.hasLength && isFinal && response.status != 204)
        addBody(tail, BodyFraming::Length, response.contentLength);
    if (isFinal && !context.keepAlive)
        tail << kClose;
    else if (isFinal && context.clientVersion == HttpVersion::Http10)
        tail << kKeepAlive;
    if (response.headers.contains(HeaderId::Upgrade))
        tail << kUpgrade;
    tail << "\r\n";
}

} // namespace postern
