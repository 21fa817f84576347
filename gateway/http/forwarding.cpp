#include "gateway/http/forwarding.h"

#include "gateway/http/character_class.h"
#include "gateway/http/hop_by_hop.h"
#include "gateway/net/client_certificate.h"

namespace postern {

namespace {

// Chains are a handful of hops; a longer one is cut on its far, unverifiable side.
constexpr std::size_t kMostHops = 32;

/// The last element of the last field line of that name: what the nearest hop wrote.
std::string_view lastElement(const Headers& headers, HeaderId id)
{
    std::string_view last;
    if (!headers.contains(id))
        return last;
    for (const Header& field : headers) {
        if (field.id == id)
            forEachListElement(field.value, [&last](std::string_view element) { last = element; });
    }
    return last;
}

/// X-Forwarded-Client-Cert's last element; its commas may stand in quoted values (`Subject="O=a, CN=b"`).
std::string_view lastCertificate(const Headers& headers)
{
    std::string_view last;
    for (const Header& field : headers) {
        if (field.id == HeaderId::XForwardedClientCert)
            last = field.value;
    }
    bool quoted = false;
    std::size_t start = 0;
    for (std::size_t i = 0; i < last.size(); ++i) {
        if (quoted && last[i] == '\\')
            ++i;
        else if (last[i] == '"')
            quoted = !quoted;
        else if (!quoted && last[i] == ',')
            start = i + 1;
    }
    return quoted ? std::string_view() : trimmed(last.substr(start));
}

/// One element of X-Forwarded-For; some write a port, and brackets around IPv6.
std::optional<HostAddress> hopAddress(std::string_view element)
{
    if (element.starts_with('[')) {
        const std::size_t bracket = element.find(']');
        return bracket == std::string_view::npos ? std::nullopt
                                                 : HostAddress::parse(element.substr(1, bracket - 1));
    }
    const std::size_t colon = element.find(':');
    if (colon != std::string_view::npos && colon == element.rfind(':'))
        return HostAddress::parse(element.substr(0, colon));
    return HostAddress::parse(element);
}

/// The elements of X-Forwarded-For over all its lines, the nearest first.
struct Hops
{
    std::array<std::string_view, kMostHops> texts;
    std::size_t count = 0;
};

Hops readHops(const Headers& headers)
{
    Hops hops;
    if (!headers.contains(HeaderId::XForwardedFor))
        return hops;
    for (std::size_t i = headers.size(); i > 0 && hops.count < kMostHops; --i) {
        if (headers[i - 1].id != HeaderId::XForwardedFor)
            continue;
        std::string_view list = headers[i - 1].value;
        while (!list.empty() && hops.count < kMostHops) {
            const std::size_t comma = list.rfind(',');
            const std::string_view element =
                trimmed(comma == std::string_view::npos ? list : list.substr(comma + 1));
            list = comma == std::string_view::npos ? std::string_view() : list.substr(0, comma);
            if (!element.empty())
                hops.texts[hops.count++] = element;
        }
    }
    return hops;
}

/// Walks from the peer outwards while what it meets is trusted; fills client and forwardedFor.
void readChain(const Headers& headers, const IpRanges& trusted, Arena& arena, Forwarding& out)
{
    const bool peerHasAddress = out.client.has_value();
    const Hops hops = readHops(headers);
    for (std::size_t i = 0; i < hops.count; ++i) {
        const auto address = hopAddress(hops.texts[i]);
        if (!address)
            break;
        out.client = address;
        out.clientText = arena.copy(address->text());
        // A trusted peer without an address is left out: the next reader would stop at it.
        const bool isFirstNameless = i == 0 && !peerHasAddress;
        out.forwardedFor =
            isFirstNameless ? out.clientText : arena.join(arena.join(out.clientText, ", "), out.forwardedFor);
        if (!trusted.contains(*address))
            break;
    }
}

/// Whether \a value may stand in a header field: names come from certificates, which may hold anything.
bool isPrintable(std::string_view value)
{
    return std::ranges::all_of(value,
                               [](char c) { return static_cast<unsigned char>(c) > 0x20 && c != 0x7F; });
}

void appendQuoted(std::string& out, std::string_view value)
{
    out += '"';
    for (const char c : value) {
        if (c == '"' || c == '\\')
            out += '\\';
        out += c;
    }
    out += '"';
}

void appendNames(std::string& out, std::string_view key, const std::vector<std::string>& names)
{
    for (const std::string& name : names) {
        if (!isPrintable(name))
            continue;
        out.append(";").append(key).append("=");
        if (name.find_first_of(",;=\"\\") == std::string::npos)
            out.append(name);
        else
            appendQuoted(out, name);
    }
}

/// The certificate as one element of X-Forwarded-Client-Cert.
std::string describe(const ClientCertificate& certificate)
{
    std::string out = "Hash=" + certificate.fingerprint + ";Subject=";
    appendQuoted(out, certificate.subject);
    appendNames(out, "URI", certificate.uris);
    appendNames(out, "DNS", certificate.dnsNames);
    return out;
}

} // namespace

Forwarding readForwarding(const RequestHead& request, const Peer& peer, const IpRanges& trusted, Arena& arena)
{
    Forwarding result;
    result.client = peer.address;
    result.clientText = peer.addressText;
    result.forwardedFor = peer.addressText;
    result.proto = peer.tls ? "https" : "http";
    result.host = request.host;
    if (peer.certificate)
        result.clientCertificate = arena.copy(describe(*peer.certificate));
    if (trusted.empty() || !peer.isIn(trusted))
        return result;
    const Headers& headers = request.headers;
    readChain(headers, trusted, arena, result);
    const std::string_view proto = lastElement(headers, HeaderId::XForwardedProto);
    if (equalsIgnoringCase(proto, "http") || equalsIgnoringCase(proto, "https"))
        result.proto = proto.size() == 5 ? "https" : "http";
    const std::string_view host = lastElement(headers, HeaderId::XForwardedHost);
    if (isAuthority(host))
        result.host = host;
    if (headers.contains(HeaderId::XForwardedClientCert))
        result.clientCertificate = lastCertificate(headers);
    return result;
}

void prepareForUpstream(RequestHead& request, const Forwarding& forwarding, const ManagedHeaders& managed)
{
    Headers& headers = request.headers;
    removeHopByHop(headers);
    managed.removeFrom(headers);
    headers.add(HeaderId::XForwardedFor, forwarding.forwardedFor);
    headers.add(HeaderId::XForwardedProto, forwarding.proto);
    if (!forwarding.host.empty())
        headers.add(HeaderId::XForwardedHost, forwarding.host);
    if (!forwarding.clientCertificate.empty())
        headers.add(HeaderId::XForwardedClientCert, forwarding.clientCertificate);
}

} // namespace postern
