#include "gateway/net/client_certificate.h"

#include <algorithm>
#include <cstdint>

namespace postern {

namespace {

constexpr std::string_view kBase64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::size_t kBytesPerLine = 48; // 64 characters: RFC 7468 §2

void appendBase64(std::string& out, std::string_view bytes)
{
    for (std::size_t i = 0; i < bytes.size(); i += 3) {
        const std::size_t count = std::min<std::size_t>(3, bytes.size() - i);
        std::uint32_t group = 0;
        for (std::size_t k = 0; k < 3; ++k)
            group = group << 8 | (k < count ? static_cast<unsigned char>(bytes[i + k]) : 0U);
        for (std::size_t k = 0; k < 4; ++k)
            out += k <= count ? kBase64[group >> (18 - 6 * k) & 0x3F] : '=';
    }
}

bool isLowerOrDigit(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }

bool isDomainCharacter(char c) { return isLowerOrDigit(c) || c == '.' || c == '-' || c == '_'; }

bool isPathCharacter(char c) { return isDomainCharacter(c) || (c >= 'A' && c <= 'Z'); }

bool isPathSegment(std::string_view segment)
{
    return !segment.empty() && segment != "." && segment != ".." &&
           std::ranges::all_of(segment, isPathCharacter);
}

} // namespace

std::string ClientCertificate::pem() const
{
    std::string text = "-----BEGIN CERTIFICATE-----\n";
    for (std::size_t i = 0; i < der.size(); i += kBytesPerLine) {
        appendBase64(text, std::string_view(der).substr(i, kBytesPerLine));
        text += '\n';
    }
    return text + "-----END CERTIFICATE-----\n";
}

bool isSpiffeId(std::string_view uri)
{
    constexpr std::string_view scheme = "spiffe://";
    constexpr std::size_t longest = 2048;
    constexpr std::size_t longestDomain = 255;
    if (uri.size() > longest || !uri.starts_with(scheme))
        return false;
    uri.remove_prefix(scheme.size());
    const std::size_t slash = uri.find('/');
    const std::string_view domain = uri.substr(0, slash);
    if (domain.empty() || domain.size() > longestDomain || !std::ranges::all_of(domain, isDomainCharacter))
        return false;
    while (slash != std::string_view::npos) {
        uri.remove_prefix(uri.find('/') + 1);
        const std::size_t next = uri.find('/');
        if (!isPathSegment(uri.substr(0, next)))
            return false;
        if (next == std::string_view::npos)
            break;
    }
    return true;
}

} // namespace postern
