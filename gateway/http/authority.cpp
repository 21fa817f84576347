// Hosts and ports of targets and Host fields.
#include "gateway/http/character_class.h"
#include "gateway/http/header_id.h"
#include "gateway/http/host_address.h"
#include "gateway/http/target.h"

namespace postern {

namespace {

constexpr std::size_t kLongestHost = 255;

struct Authority
{
    std::string_view host; // with its brackets
    std::string_view port; // digits, or empty
    bool wellFormed = false;
};

bool isPort(std::string_view text)
{
    unsigned value = 0;
    if (text.size() > 5)
        return false;
    for (const char c : text) {
        if (c < '0' || c > '9')
            return false;
        value = value * 10 + static_cast<unsigned>(c - '0');
    }
    return value <= 65535;
}

Authority split(std::string_view text)
{
    Authority authority;
    std::size_t hostEnd = 0;
    if (text.starts_with('[')) {
        const std::size_t bracket = text.find(']');
        if (bracket == std::string_view::npos)
            return authority;
        hostEnd = bracket + 1;
        const auto address = HostAddress::parse(text.substr(1, bracket - 1));
        if (!address || text.find(':') > bracket)
            return authority;
    } else {
        while (hostEnd < text.size() && is(text[hostEnd], kHostCharacter))
            ++hostEnd;
    }
    authority.host = text.substr(0, hostEnd);
    const bool hasPort = hostEnd < text.size();
    if (hasPort)
        authority.port = text.substr(hostEnd + 1);
    authority.wellFormed = !authority.host.empty() && hostEnd <= kLongestHost &&
                           (!hasPort || (text[hostEnd] == ':' && isPort(authority.port)));
    return authority;
}

std::string_view portOf(const Authority& authority, std::string_view scheme)
{
    if (!authority.port.empty())
        return authority.port;
    return equalsIgnoringCase(scheme, "https") ? "443" : "80";
}

} // namespace

bool isAuthority(std::string_view text) { return split(text).wellFormed; }

bool sameAuthority(std::string_view left, std::string_view right, std::string_view scheme)
{
    const Authority a = split(left);
    const Authority b = split(right);
    return a.wellFormed && b.wellFormed && equalsIgnoringCase(a.host, b.host) &&
           portOf(a, scheme) == portOf(b, scheme);
}

} // namespace postern
