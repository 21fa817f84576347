#include "gateway/http/grpc.h"

#include <algorithm>

namespace postern {

bool isGrpc(const RequestHead& request)
{
    constexpr std::string_view kType = "application/grpc";
    if (request.version != HttpVersion::Http2)
        return false;
    const std::string_view type = request.headers.value(HeaderId::ContentType);
    if (type.size() < kType.size() || !equalsIgnoringCase(type.substr(0, kType.size()), kType))
        return false;
    const std::string_view rest = type.substr(kType.size());
    return rest.empty() || rest.front() == '+' || rest.front() == ';' || rest.front() == ' ';
}

std::optional<std::chrono::nanoseconds> grpcTimeout(const RequestHead& request)
{
    using namespace std::chrono;
    constexpr std::size_t kMostDigits = 8;
    const std::string_view text = request.headers.value("grpc-timeout");
    if (text.size() < 2 || text.size() > kMostDigits + 1)
        return std::nullopt;
    std::int64_t value = 0;
    for (const char digit : text.substr(0, text.size() - 1)) {
        if (digit < '0' || digit > '9')
            return std::nullopt;
        value = value * 10 + (digit - '0');
    }
    switch (text.back()) {
    case 'H':
        return hours(std::min<std::int64_t>(value, 1'000'000)); // a century; no overflow
    case 'M':
        return minutes(value);
    case 'S':
        return seconds(value);
    case 'm':
        return milliseconds(value);
    case 'u':
        return microseconds(value);
    case 'n':
        return nanoseconds(value);
    default:
        return std::nullopt;
    }
}

std::string_view grpcStatus(int status)
{
    switch (status) {
    case 400:
    case 431:
        return "13"; // INTERNAL
    case 401:
        return "16"; // UNAUTHENTICATED
    case 403:
        return "7"; // PERMISSION_DENIED
    case 404:
        return "12"; // UNIMPLEMENTED
    case 413:
    case 429:
        return "8"; // RESOURCE_EXHAUSTED
    case 502:
    case 503:
        return "14"; // UNAVAILABLE
    case 408:
    case 504:
        return "4"; // DEADLINE_EXCEEDED
    default:
        return "2"; // UNKNOWN
    }
}

void appendGrpcMessage(std::string& out, std::string_view text)
{
    constexpr std::string_view kHex = "0123456789ABCDEF";
    for (const char c : text) {
        if (c >= 0x20 && c <= 0x7e && c != '%') {
            out += c;
            continue;
        }
        const auto byte = static_cast<unsigned char>(c);
        out += '%';
        out += kHex[byte >> 4];
        out += kHex[byte & 15];
    }
}

} // namespace postern
