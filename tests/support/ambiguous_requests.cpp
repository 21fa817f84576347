#include "tests/support/ambiguous_requests.h"

#include <algorithm>
#include <optional>
#include <string_view>

namespace postern::test {

std::vector<AmbiguousRequest> ambiguousRequests()
{
    using namespace std::string_literals;
    const std::string hidden = "GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n"; // 35 bytes
    const std::vector<std::pair<std::string, std::string>> bodies = {
        {"nothing", ""},
        {"request", hidden},
        {"empty chunks, request", "0\r\n\r\n" + hidden},
        {"chunk of a request", "23\r\n" + hidden + "\r\n0\r\n\r\n"},
        {"five bytes, request", "hel()" + hidden},
        {"chunk with LF", "1\nZ\n0\n\n" + hidden},
        {"chunk without CR", "1\r\nZ\r\nQ\r\n\r\n" + hidden},
        {"chunk with an extension", "0;a=\"\r\n\r\n" + hidden + "\"\r\n\r\n"},
        {"size of two lines", "0\r\nX-A: b\r\n\r\n" + hidden},
        {"huge chunk", "fffffffffffffff0\r\n" + hidden},
    };
    const std::vector<std::string> framings = {
        "",
        "Content-Length: 0\r\n",
        "Content-Length: 5\r\n",
        "Content-Length: 35\r\n",
        "Content-Length: 5\r\nContent-Length: 35\r\n",
        "Content-Length: 0\r\nContent-Length: 0\r\n",
        "Content-Length: 0, 35\r\n",
        "Content-Length: +5\r\n",
        "Content-Length: -0\r\n",
        "Content-Length: 0x23\r\n",
        "Content-Length: 5;\r\n",
        "Content-Length: 00000000000000000000005\r\n",
        "Content-Length: 5\r\n ,35\r\n",
        "Content-Length:\r\n 35\r\n",
        "Content-Length : 35\r\n",
        "Content_Length: 35\r\n",
        "Content-Length\t: 35\r\n",
        "Content-Length:\x0b"
        "35\r\n",
        "Content-Length: 35\nX-A: b\r\n",
        "Content-Length: 5\rContent-Length: 35\r\n",
        "X-A: b\nContent-Length: 35\r\n",
        "X-A: b\r\r\nContent-Length: 35\r\n",
        "Content-Length: 5\0\r\n"s,
        "Content-Length: 18446744073709551621\r\n",
        "Transfer-Encoding: chunked\r\n",
        "Transfer-Encoding: Chunked\r\n",
        "Transfer-Encoding:\tchunked\r\n",
        "Transfer-Encoding:chunked\r\n",
        "Transfer-Encoding: xchunked\r\n",
        "Transfer-Encoding : chunked\r\n",
        "Transfer_Encoding: chunked\r\n",
        " Transfer-Encoding: chunked\r\n",
        "X: X\nTransfer-Encoding: chunked\r\n",
        "Transfer-Encoding: \x0b"
        "chunked\r\n",
        "Transfer-Encoding\r\n : chunked\r\n",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: x\r\n",
        "Transfer-Encoding: x\r\nTransfer-Encoding: chunked\r\n",
        "Transfer-Encoding: identity\r\nTransfer-Encoding: chunked\r\n",
        "Transfer-Encoding: chunked, identity\r\n",
        "Transfer-Encoding: identity, chunked\r\n",
        "Transfer-Encoding: \"chunked\"\r\n",
        "Transfer-Encoding: chunked;a=b\r\n",
        "Transfer-Encoding: chunk\r\n",
        "Transfer-Encoding:\r\n chunked\r\n",
        "Transfer-Encoding: \xef\xbb\xbf"
        "chunked\r\n",
        "transfer-encoding: chunked\r\nContent-Length: 5\r\n",
        "Content-Length: 35\r\nTransfer-Encoding: chunked\r\n",
        "Content-Length: 5\r\nTransfer-Encoding: xchunked\r\n",
        "Content-Length: 35\r\nTransfer_Encoding: chunked\r\n",
        "Connection: Content-Length\r\nContent-Length: 35\r\n",
        "Connection: Transfer-Encoding\r\nTransfer-Encoding: chunked\r\n",
        "Expect: 100-continue\r\nContent-Length: 35\r\n",
        "Upgrade: h2c\r\nConnection: Upgrade, HTTP2-Settings\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n",
    };
    std::vector<AmbiguousRequest> requests;
    for (const std::string& method : {"POST"s, "GET"s}) {
        for (const std::string& framing : framings) {
            for (const auto& [name, body] : bodies)
                requests.push_back({method + " / " + framing.substr(0, framing.find('\r')) + " / " + name,
                                    method + " /probe HTTP/1.1\r\nHost: a\r\n" + framing + "\r\n" + body});
        }
        // HTTP/1.0 has no chunks.
        requests.push_back(
            {method + " / HTTP/1.0", method +
                                         " /probe HTTP/1.0\r\nHost: a\r\nConnection: keep-alive\r\n"
                                         "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n" +
                                         hidden});
    }
    return requests;
}

namespace {

constexpr std::string_view kLineEnd = "\r\n";

/// Takes a line with its end; nothing where none is whole.
std::optional<std::string> takeLine(std::string& rest)
{
    const std::size_t end = rest.find(kLineEnd);
    if (end == std::string::npos)
        return std::nullopt;
    std::string line = rest.substr(0, end);
    rest.erase(0, end + 2);
    return line;
}

bool isAll(const std::string& text, std::string_view of)
{
    return !text.empty() && text.size() < 18 && text.find_first_not_of(of) == std::string::npos;
}

bool takeChunks(std::string& rest)
{
    for (;;) {
        const auto size = takeLine(rest);
        if (!size || !isAll(*size, "0123456789abcdefABCDEF"))
            return false;
        const std::size_t length = std::stoull(*size, nullptr, 16);
        if (length == 0)
            break;
        if (rest.size() < length + 2 || rest.compare(length, 2, kLineEnd) != 0)
            return false;
        rest.erase(0, length + 2);
    }
    for (auto line = takeLine(rest); line; line = takeLine(rest)) {
        if (line->empty())
            return true;
        if (line->find(": ") == std::string::npos)
            return false;
    }
    return false;
}

bool hasControl(const std::string& line)
{
    return std::any_of(line.begin(), line.end(), [](unsigned char c) { return c < 0x20 || c == 0x7f; });
}

std::optional<std::string> takeRequest(std::string& rest)
{
    const auto start = takeLine(rest);
    if (!start || !start->ends_with(" HTTP/1.1"))
        return std::nullopt;
    const std::size_t space = start->find(' ');
    const std::string target = start->substr(space + 1, start->size() - space - 10);
    if (space == 0 || !isAll(start->substr(0, space), "ABCDEFGHIJKLMNOPQRSTUVWXYZ") ||
        !target.starts_with('/'))
        return std::nullopt;
    std::optional<std::size_t> length;
    bool chunked = false;
    int framings = 0;
    for (auto line = takeLine(rest);; line = takeLine(rest)) {
        if (!line || hasControl(*line) || line->starts_with(' '))
            return std::nullopt;
        if (line->empty())
            break;
        std::string lower = *line;
        std::transform(lower.begin(), lower.end(), lower.begin(),
                       [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
        const bool isOption = lower.starts_with("connection:"); // may name the fields
        if (isOption ||
            (lower.find("length") == std::string::npos && lower.find("encoding") == std::string::npos))
            continue;
        ++framings;
        const std::string value = lower.substr(std::min(lower.size(), lower.find(':') + 1));
        if (lower.starts_with("content-length: ") && isAll(value.substr(1), "0123456789"))
            length = std::stoull(value);
        else if (line->ends_with("chunked") &&
                 (lower == "transfer-encoding: chunked" || lower == "transfer-encoding:chunked"))
            chunked = true;
        else
            return std::nullopt;
    }
    if (framings > 1 || length.value_or(0) > rest.size())
        return std::nullopt;
    rest.erase(0, length.value_or(0));
    if (chunked && !takeChunks(rest))
        return std::nullopt;
    return target;
}

} // namespace

std::vector<std::string> requestsIn(const std::string& stream)
{
    std::vector<std::string> targets;
    std::string rest = stream;
    while (const auto target = takeRequest(rest))
        targets.push_back(*target);
    return targets;
}

} // namespace postern::test
