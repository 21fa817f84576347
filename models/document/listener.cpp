#include "models/document/listener.h"

#include <algorithm>

namespace postern {

using namespace Qt::StringLiterals;

namespace {

constexpr Choice<Protocol> protocols[] = {
    {"h2", Protocol::Http2, "HTTP/2 over TLS."},
    {"http1", Protocol::Http1, "HTTP/1.1."},
    {"h2c", Protocol::Http2Cleartext,
     "HTTP/2 with prior knowledge, without TLS; beside http1 its preface tells."},
};

constexpr Choice<ProxyProtocol> proxyProtocols[] = {
    {"off", ProxyProtocol::Off, "None is read."},
    {"v1", ProxyProtocol::V1, "The text form is required."},
    {"v2", ProxyProtocol::V2, "The binary form is required."},
    {"any", ProxyProtocol::Any, "Either form is required."},
};

constexpr Choice<TlsVersion> tlsVersions[] = {
    {"1.2", TlsVersion::V1_2, "TLS 1.2 and later."},
    {"1.3", TlsVersion::V1_3, "TLS 1.3 alone."},
};

constexpr Choice<ClientCertificateMode> clientCertificateModes[] = {
    {"off", ClientCertificateMode::Off, "None is asked for."},
    {"optional", ClientCertificateMode::Optional, "Asked for, verified where one is given."},
    {"required", ClientCertificateMode::Required, "No connection without one."},
};

const Record<ClientCertificates>& clientCertificatesRecord()
{
    static const auto instance =
        record<ClientCertificates>("clientCertificates", "What clients must show of themselves.")
            .field("mode", &ClientCertificates::mode, "Whether a client needs a certificate.")
            .field("ca", &ClientCertificates::ca,
                   "The authorities that clients' certificates are verified by: `ca.crt`, and what they have "
                   "revoked, in `ca.crl` beside it where there is one.")
            .check([](const ClientCertificates& clients, RecordContext& context) {
                if (clients.mode != ClientCertificateMode::Off && clients.ca.isEmpty())
                    context.error(u"missing-field"_s, u"ca"_s, u"nothing"_s,
                                  u"ca: the authorities that clients' certificates are verified by"_s);
            });
    return instance;
}

/// A certificate's files have fixed names: two of them, where a key could name one.
void checkCertificate(const SecretReference& secret, const QString& field, RecordContext& context)
{
    if (!secret.key.isEmpty())
        context.error(u"unknown-field"_s, field, u"key: "_s + secret.key,
                      u"name alone; the files in its folder are tls.crt and tls.key"_s);
}

void checkTls(const ListenerTls& tls, RecordContext& context)
{
    checkCertificate(tls.certificate, u"certificate"_s, context);
    for (std::size_t i = 0; i < tls.certificates.size(); ++i)
        checkCertificate(tls.certificates[i], u"certificates[%1]"_s.arg(i), context);
}

void checkListener(const Listener& listener, RecordContext& context)
{
    // From anybody the header would be a way to be whoever one likes.
    if (listener.proxyProtocol != ProxyProtocol::Off && listener.trustedProxies.empty())
        context.error(u"missing-field"_s, u"trustedProxies"_s, u"nothing"_s,
                      u"trustedProxies: whose PROXY headers are believed, such as [10.0.0.0/8]"_s);
}

const Record<ListenerTls>& listenerTlsRecord()
{
    static const auto instance =
        record<ListenerTls>("tls", "TLS of a listener.")
            .field("certificate", &ListenerTls::certificate,
                   "The folder with `tls.crt` (the certificate, then those above it) and `tls.key`. It also "
                   "serves clients that ask for a name no certificate has, or for none.")
            .required()
            .field("certificates", &ListenerTls::certificates,
                   "Further folders like it, chosen by the name a client asks for (SNI): an exact name of a "
                   "certificate, else a wildcard.")
            .items(0, 100)
            .field("minVersion", &ListenerTls::minVersion, "The oldest version accepted.")
            .field("clientCertificates", &ListenerTls::clientCertificates, "Certificates of clients.",
                   clientCertificatesRecord())
            .check(checkTls);
    return instance;
}

/// What a protocol and TLS have to do with each other.
void checkProtocols(const Listener& listener, RecordContext& context)
{
    const auto speaks = [&listener](Protocol protocol) {
        return std::ranges::find(listener.protocols, protocol) != listener.protocols.end();
    };
    if (listener.tls && speaks(Protocol::Http2Cleartext))
        context.error(u"contradiction"_s, u"protocols"_s, u"h2c on a listener with tls"_s, u"h2"_s);
    if (!listener.tls && speaks(Protocol::Http2))
        context.error(u"missing-field"_s, u"tls"_s, u"h2 on a listener without tls"_s, u"tls, or h2c"_s);
}

} // namespace

std::span<const Choice<Protocol>> choicesOf(Protocol) { return protocols; }

std::span<const Choice<ProxyProtocol>> choicesOf(ProxyProtocol) { return proxyProtocols; }

std::span<const Choice<TlsVersion>> choicesOf(TlsVersion) { return tlsVersions; }

std::span<const Choice<ClientCertificateMode>> choicesOf(ClientCertificateMode)
{
    return clientCertificateModes;
}

const Record<Listener>& listenerRecord()
{
    static const auto instance =
        record<Listener>("listener", "An address the gateway accepts connections on.")
            .field("name", &Listener::name, "What metrics and `--listen` call it.")
            .required()
            .matching(text_rules::name())
            .field("address", &Listener::address,
                   "IPv4:port, [IPv6]:port, or unix: and the path of a socket. Port 0 takes any free one.")
            .required()
            .matching(text_rules::listenAddress())
            .field("protocols", &Listener::protocols, "What clients may speak.")
            .items(1, 3)
            .unique()
            .field("tls", &Listener::tls, "TLS; without it the listener is plain.", listenerTlsRecord())
            .field("trustedProxies", &Listener::trustedProxies,
                   "Whose X-Forwarded-* and PROXY headers are believed: ranges of addresses; `unix:` is "
                   "every peer "
                   "on a unix socket.")
            .items(0, 256)
            .matching(text_rules::peerRange())
            .field("proxyProtocol", &Listener::proxyProtocol,
                   "The PROXY protocol of a load balancer in front, which must be one of `trustedProxies`: "
                   "every connection begins with its header, or is closed. Never guessed.")
            .check(checkProtocols)
            .check(checkListener);
    return instance;
}

} // namespace postern
