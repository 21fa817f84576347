#include "gateway/http/head_writer.h"

#include <array>
#include <cassert>
#include <charconv>
#include <cstring>

namespace postern {

namespace {

constexpr std::string_view kLineEnd = "\r\n";
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

/// Writes into a string's tail that was made large enough beforehand; cuts it to what was used.
class Tail
{
public:
    Tail(std::string& out, std::size_t most) : m_out(out)
    {
        const std::size_t before = out.size();
        out.resize(before + most);
        m_at = out.data() + before;
    }
    Tail(const Tail&) = delete;
    Tail& operator=(const Tail&) = delete;
    ~Tail() { m_out.resize(static_cast<std::size_t>(m_at - m_out.data())); }

    Tail& operator<<(std::string_view text)
    {
        if (!text.empty()) { // an empty view may be null, which memcpy must not see
            std::memcpy(m_at, text.data(), text.size());
            m_at += text.size();
        }
        return *this;
    }
    void number(std::uint64_t value) { m_at = std::to_chars(m_at, m_at + 20, value).ptr; }
    void fields(const Headers& headers, std::uint64_t skip)
    {
        for (const Header& field : headers) {
            if ((skip & bitOf(field.id)) == 0)
                *this << field.name << ": " << field.value << kLineEnd;
        }
    }
    void body(BodyFraming framing, std::uint64_t length)
    {
        if (framing == BodyFraming::Chunked) {
            *this << kChunked;
        } else if (framing == BodyFraming::Length) {
            *this << kLength;
            number(length);
            *this << kLineEnd;
        }
    }

private:
    std::string& m_out;
    char* m_at;
};

} // namespace

void appendRequestHead(std::string& out, const RequestHead& request)
{
    constexpr std::string_view kVersion = " HTTP/1.1\r\nHost: ";
    Tail tail(out, request.methodToken.size() + request.target.pathAndQuery.size() + kVersion.size() +
                       request.host.size() + sizeOf(request.headers) + kChunked.size() + kLengthLine + 8);
    tail << request.methodToken << " " << request.target.pathAndQuery << kVersion << request.host << kLineEnd;
    tail.fields(request.headers, kFromMembers);
    tail.body(request.framing, request.contentLength);
    tail << kLineEnd;
}

void appendResponseHead(std::string& out, const ResponseHead& response, const ResponseContext& context)
{
    assert(response.status >= 100 && response.status <= 599);
    assert(response.framing != BodyFraming::Chunked || context.clientVersion != HttpVersion::Http10);
    assert(response.framing != BodyFraming::UntilClose || !context.keepAlive);
    constexpr std::string_view kVersion = "HTTP/1.1 ";
    constexpr std::string_view kClose = "Connection: close\r\n";
    constexpr std::string_view kKeepAlive = "Connection: keep-alive\r\n";
    const std::string_view reason = response.reason.empty() ? reasonPhrase(response.status) : response.reason;
    Tail tail(out, kVersion.size() + reason.size() + sizeOf(response.headers) + context.date.size() +
                       kChunked.size() + kLengthLine + kKeepAlive.size() + 32);
    tail << kVersion;
    tail.number(static_cast<std::uint64_t>(response.status));
    tail << " " << reason << kLineEnd;
    const bool isFinal = response.status >= 200;
    if (isFinal && !context.date.empty() && !response.headers.contains(HeaderId::Date))
        tail << "Date: " << context.date << kLineEnd;
    tail.fields(response.headers, kOfConnection);
    tail.body(response.framing, response.contentLength);
    if (response.framing == BodyFraming::None && response.hasLength && isFinal && response.status != 204)
        tail.body(BodyFraming::Length, response.contentLength);
    if (isFinal && !context.keepAlive)
        tail << kClose;
    else if (isFinal && context.clientVersion == HttpVersion::Http10)
        tail << kKeepAlive;
    else if (response.status == 101)
        tail << "Connection: upgrade\r\n";
    tail << kLineEnd;
}

} // namespace postern
