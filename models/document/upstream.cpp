#include "models/document/upstream.h"

#include "models/document/upstream_failures.h"
#include <algorithm>

namespace postern {

using namespace std::chrono_literals;

namespace {

constexpr Choice<UpstreamProtocol> protocols[] = {
    {"http1", UpstreamProtocol::Http1, "HTTP/1.1."},
    {"h2c", UpstreamProtocol::Http2Cleartext, "HTTP/2 with prior knowledge, without TLS."},
    {"h2", UpstreamProtocol::Http2, "HTTP/2 over TLS."},
};

constexpr Choice<Balancer> balancers[] = {
    {"roundRobin", Balancer::RoundRobin, "In turn, by weight."},
    {"leastRequest", Balancer::LeastRequest,
     "To the endpoint with the fewest requests in flight, by weight."},
    {"random", Balancer::Random, "The less busy of two drawn by chance, by weight."},
    {"consistentHash", Balancer::ConsistentHash,
     "The same `hashOn`, the same endpoint, by weight. A request without it takes its turn."},
};

constexpr Choice<DnsRecordType> dnsRecordTypes[] = {
    {"A", DnsRecordType::A, "Addresses, IPv4 and IPv6; the port stands in the document."},
    {"SRV", DnsRecordType::Srv, "Names, ports, priorities and weights."},
};

const TextRule& hashKeyRule()
{
    static const TextRule rule{
        QStringLiteral("invalid-attribute"),
        QStringLiteral("address, caller, jwt.CLAIM, header.NAME or cookie.NAME"),
        QStringLiteral("^$|^(address|caller|jwt\\..+|(header|cookie)\\.[-!#$%&'*+.^_`|~0-9A-Za-z]+)$"),
        [](QStringView text) {
            if (text.isEmpty() || text == QLatin1StringView("address") || text == QLatin1StringView("caller"))
                return true;
            if (text.startsWith(QLatin1StringView("jwt.")))
                return text.size() > 4;
            // Both kinds of names are tokens (RFC 9110 §5.1, RFC 6265 §4.1.1).
            return (text.startsWith(QLatin1StringView("header.")) ||
                    text.startsWith(QLatin1StringView("cookie."))) &&
                   text_rules::headerName().accepts(text.mid(7));
        }};
    return rule;
}

const TextRule& dnsNameRule()
{
    static const TextRule rule{
        QStringLiteral("invalid-name"),
        QStringLiteral("a name of DNS: labels of letters, digits, \"-\" and \"_\", joined by dots"),
        QStringLiteral("^([A-Za-z0-9_-]{1,63}\\.)*[A-Za-z0-9_-]{1,63}\\.?$"), [](QStringView text) {
            if (text.endsWith(u'.'))
                text.chop(1);
            const auto labels = text.split(u'.');
            return text.size() <= 253 && std::all_of(labels.begin(), labels.end(), [](QStringView label) {
                       return !label.isEmpty() && label.size() <= 63 &&
                              std::all_of(label.begin(), label.end(), [](QChar c) {
                                  return c.unicode() < 128 &&
                                         (c.isLetterOrNumber() || c == u'-' || c == u'_');
                              });
                   });
        }};
    return rule;
}

void checkHashOn(const Upstream& upstream, RecordContext& context)
{
    const bool hashes = upstream.balancer == Balancer::ConsistentHash;
    if (hashes && upstream.hashOn.isEmpty())
        context.error(QStringLiteral("missing-field"), QStringLiteral("hashOn"), QStringLiteral("nothing"),
                      QStringLiteral("hashOn: what the consistent hash looks at"));
    if (!hashes && !upstream.hashOn.isEmpty())
        context.error(QStringLiteral("unused-field"), QStringLiteral("hashOn"), upstream.hashOn,
                      QStringLiteral("no hashOn: it belongs to the balancer consistentHash"));
}

const Record<Endpoint>& endpointRecord()
{
    static const auto instance = record<Endpoint>("endpoint", "One address of an upstream.")
                                     .field("address", &Endpoint::address,
                                            "IPv4:port, [IPv6]:port, or unix: and the path of a socket.")
                                     .required()
                                     .matching(text_rules::endpointAddress())
                                     .field("weight", &Endpoint::weight, "Its share of the requests.")
                                     .range(1, 1000);
    return instance;
}

const Record<UpstreamDns>& dnsRecord()
{
    static const auto instance =
        record<UpstreamDns>("dns", "Endpoints found by name.")
            .field("name", &UpstreamDns::name,
                   "The name that is looked up, in the search domains too unless it ends with a dot.")
            .required()
            .matching(dnsNameRule())
            .field("port", &UpstreamDns::port,
                   "The port of every address found. SRV records bring their own.")
            .range(0, 65535)
            .field("type", &UpstreamDns::type, "Which records are asked for.")
            .field("refresh", &UpstreamDns::refresh,
                   "How often the name is looked up again, whatever the records' time to live.")
            .range(1s, 1h)
            .check([](const UpstreamDns& dns, RecordContext& context) {
                if (dns.type == DnsRecordType::A && dns.port == 0)
                    context.error(QStringLiteral("missing-field"), QStringLiteral("port"),
                                  QStringLiteral("nothing"),
                                  QStringLiteral("port: what the addresses listen on"));
                if (dns.type == DnsRecordType::Srv && dns.port != 0)
                    context.error(QStringLiteral("unused-field"), QStringLiteral("port"),
                                  QString::number(dns.port),
                                  QStringLiteral("no port: SRV records bring theirs"));
            });
    return instance;
}

const Record<UpstreamTls>& tlsRecord()
{
    static const auto instance =
        record<UpstreamTls>("tls", "TLS to the upstream.")
            .field(
                "ca", &UpstreamTls::ca,
                "The authorities that its certificate is verified by: `ca.crt`, and what they have revoked, "
                "in `ca.crl` beside it where there is one. Without it, the system's authorities.")
            .field(
                "serverName", &UpstreamTls::serverName,
                "The name its certificate must have, and that is asked for (SNI). Without it, the name that "
                "`dns` looks up, else the endpoint's IP address.")
            .matching(text_rules::hostName())
            .field("clientCertificate", &UpstreamTls::clientCertificate,
                   "The gateway's own certificate: `tls.crt` and `tls.key`.")
            .field("verify", &UpstreamTls::verify,
                   "Whether the certificate is verified at all. Without it, anybody in between can read and "
                   "change everything.")
            .check([](const UpstreamTls& tls, RecordContext& context) {
                if (!tls.verify)
                    context.warning(QStringLiteral("unverified-upstream"), QStringLiteral("verify"),
                                    QStringLiteral("false"),
                                    QStringLiteral("true, with `ca` where the system's authorities are not "
                                                   "those of the upstream"));
                if (tls.clientCertificate && !tls.clientCertificate->key.isEmpty())
                    context.error(
                        QStringLiteral("unknown-field"), QStringLiteral("clientCertificate"),
                        QStringLiteral("key: ") + tls.clientCertificate->key,
                        QStringLiteral("name alone; the files in its folder are tls.crt and tls.key"));
            });
    return instance;
}

/// What its protocol, its addresses and TLS have to do with each other.
void checkSecurity(const Upstream& upstream, RecordContext& context)
{
    if (upstream.protocol == UpstreamProtocol::Http2 && !upstream.tls)
        context.error(QStringLiteral("missing-field"), QStringLiteral("tls"),
                      QStringLiteral("h2 without tls"), QStringLiteral("tls, or h2c"));
    if (upstream.protocol == UpstreamProtocol::Http2Cleartext && upstream.tls)
        context.error(QStringLiteral("contradiction"), QStringLiteral("protocol"),
                      QStringLiteral("h2c with tls"), QStringLiteral("h2"));
    const bool anyPath =
        std::any_of(upstream.endpoints.begin(), upstream.endpoints.end(), [](const Endpoint& endpoint) {
            return endpoint.address.startsWith(QStringLiteral("unix:"));
        });
    if (upstream.tls && upstream.tls->verify && upstream.tls->serverName.isEmpty() && anyPath)
        context.error(QStringLiteral("missing-field"), QStringLiteral("tls.serverName"),
                      QStringLiteral("nothing"),
                      QStringLiteral("serverName: a path has no name that a certificate could have"));
}

} // namespace

std::span<const Choice<UpstreamProtocol>> choicesOf(UpstreamProtocol) { return protocols; }

std::span<const Choice<Balancer>> choicesOf(Balancer) { return balancers; }

std::span<const Choice<DnsRecordType>> choicesOf(DnsRecordType) { return dnsRecordTypes; }

const Record<Upstream>& upstreamRecord()
{
    static const auto instance =
        record<Upstream>("upstream", "Where requests go on to.")
            .field("name", &Upstream::name, "What routes and metrics call it.")
            .required()
            .matching(text_rules::name())
            .field("protocol", &Upstream::protocol, "What it speaks.")
            .field("endpoints", &Upstream::endpoints, "Its addresses.", endpointRecord())
            .items(1, 1000)
            .unique("address")
            .field("dns", &Upstream::dns, "Its name, instead of addresses.", dnsRecord())
            .field("tls", &Upstream::tls, "TLS to it.", tlsRecord())
            .field("balancer", &Upstream::balancer, "Which endpoint gets the next request.")
            .field("hashOn", &Upstream::hashOn,
                   "What consistentHash looks at: address, caller, jwt.CLAIM, header.NAME or cookie.NAME.")
            .matching(hashKeyRule())
            .field("slowStart", &Upstream::slowStart,
                   "How long the share of a new or recovered endpoint grows, from a tenth until it is whole.")
            .range(0ms, 1h)
            .field("connectTimeout", &Upstream::connectTimeout, "How long a connection may take to open.")
            .range(1ms, 5min)
            .field("idleTimeout", &Upstream::idleTimeout,
                   "How long an unused connection is kept. Shorter than the upstream's own: where its "
                   "answers tell that (Keep-Alive), the gateway keeps below it by itself.")
            .range(1ms, 24h)
            .field("maxConnections", &Upstream::maxConnections,
                   "The most connections at once, over all workers.")
            .range(1, 1'000'000)
            .field("maxConnectionAge", &Upstream::maxConnectionAge,
                   "How old a connection gets: then it takes no new request. 0: any age.")
            .range(0ms, 24h)
            .field("maxRequestsPerConnection", &Upstream::maxRequestsPerConnection,
                   "How many requests a connection carries, one after the other. 0: any number.")
            .range(0, 1'000'000)
            .field("maxPending", &Upstream::maxPending,
                   "The most requests that wait for a connection; beyond it they get 503.")
            .range(0, 1'000'000)
            .field(
                "maxRequests", &Upstream::maxRequests,
                "The most requests at once, over all workers, WebSockets and gRPC calls among them; beyond "
                "it they get 503. 0: any number.")
            .range(0, 1'000'000)
            .field("retries", &Upstream::retries, "Second attempts.", retriesRecord())
            .field("healthCheck", &Upstream::healthCheck, "Active health checks.", healthCheckRecord())
            .field("outlierDetection", &Upstream::outlierDetection, "Passive health checks.",
                   outlierDetectionRecord())
            .check(checkSecurity)
            .check([](const Upstream& upstream, RecordContext& context) {
                if (upstream.dns && !upstream.endpoints.empty())
                    context.error(QStringLiteral("conflicting-fields"), QStringLiteral("dns"),
                                  upstream.dns->name, QStringLiteral("either dns or endpoints"));
                if (upstream.endpoints.empty() && !upstream.dns)
                    context.error(QStringLiteral("missing-field"), QStringLiteral("endpoints"),
                                  QStringLiteral("nothing"),
                                  QStringLiteral("endpoints: at least one address, or dns"));
                checkHashOn(upstream, context);
                if (upstream.healthCheck && upstream.protocol == UpstreamProtocol::Http1 &&
                    upstream.healthCheck->effectiveType() == HealthCheckType::Grpc)
                    context.error(QStringLiteral("contradiction"), QStringLiteral("healthCheck.type"),
                                  QStringLiteral("grpc with http1"),
                                  QStringLiteral("the protocol h2c or h2, which gRPC stands on"));
            });
    return instance;
}

} // namespace postern
