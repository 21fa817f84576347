#include "gateway/server/tls_settings.h"

#include "gateway/server/secret_files.h"

namespace postern {

using namespace Qt::StringLiterals;

namespace {

const QString kCertificate = u"tls.crt"_s;
const QString kKey = u"tls.key"_s;
const QString kAuthorities = u"ca.crt"_s;
const QString kCrls = u"ca.crl"_s;

QString authoritiesFile(const SecretReference& secret)
{
    return secret.key.isEmpty() ? kAuthorities : secret.key;
}

std::vector<SecretReference> certificatesOf(const ListenerTls& tls)
{
    std::vector<SecretReference> all{tls.certificate};
    all.insert(all.end(), tls.certificates.begin(), tls.certificates.end());
    return all;
}

bool asksForCertificates(const ListenerTls& tls)
{
    return tls.clientCertificates && tls.clientCertificates->mode != ClientCertificateMode::Off;
}

Result<KeyPairFiles> readPair(const SecretFiles& files, const SecretReference& secret)
{
    auto certificate = files.read(secret, kCertificate);
    if (!certificate)
        return failure(certificate.error());
    auto key = files.read(secret, kKey);
    if (!key)
        return failure(key.error());
    return KeyPairFiles{std::move(*certificate), std::move(*key)};
}

Result<TrustFiles> readTrust(const MountedSecrets& mounted, const SecretReference& secret)
{
    const SecretFiles& files = mounted.files;
    auto authorities = files.read(secret, authoritiesFile(secret));
    if (!authorities)
        return failure(authorities.error());
    auto crls = files.readIfThere(secret, kCrls);
    if (!crls)
        return failure(crls.error());
    if (crls->text.empty() && mounted.crlsInService.contains(crls->name)) {
        Error error = Error::environment(
            Error::Kind::NotFound,
            u"%1: ca.crl is gone; what it revoked stays revoked until this process is restarted without it"_s
                .arg(crls->name));
        error.place.file = crls->name;
        return failure(error);
    }
    return TrustFiles{std::move(*authorities), std::move(*crls)};
}

TlsServerSettings::ClientCertificates modeOf(ClientCertificateMode mode)
{
    switch (mode) {
    case ClientCertificateMode::Off:
        return TlsServerSettings::ClientCertificates::Off;
    case ClientCertificateMode::Optional:
        return TlsServerSettings::ClientCertificates::Optional;
    case ClientCertificateMode::Required:
        break;
    }
    return TlsServerSettings::ClientCertificates::Required;
}

/// Cleartext protocols have no place in ALPN.
std::vector<std::string> protocolsOf(const std::vector<Protocol>& protocols)
{
    std::vector<std::string> names;
    for (const Protocol protocol : protocols) {
        if (protocol == Protocol::Http2)
            names.emplace_back("h2");
        else if (protocol == Protocol::Http1)
            names.emplace_back("http/1.1");
    }
    return names;
}

} // namespace

Result<TlsServerSettings> tlsSettingsOf(const Listener& listener, const MountedSecrets& mounted)
{
    const ListenerTls& tls = *listener.tls;
    TlsServerSettings settings;
    for (const SecretReference& secret : certificatesOf(tls)) {
        auto pair = readPair(mounted.files, secret);
        if (!pair)
            return failure(pair.error());
        settings.certificates.push_back(std::move(*pair));
    }
    settings.oldest = tls.minVersion == TlsVersion::V1_3 ? OldestTls::V1_3 : OldestTls::V1_2;
    settings.protocols = protocolsOf(listener.protocols);
    if (asksForCertificates(tls)) {
        settings.clientCertificates = modeOf(tls.clientCertificates->mode);
        auto trust = readTrust(mounted, tls.clientCertificates->ca);
        if (!trust)
            return failure(trust.error());
        settings.clientAuthorities = std::move(*trust);
    }
    return settings;
}

Result<TlsClientSettings> tlsSettingsOf(const Upstream& upstream, const MountedSecrets& mounted)
{
    TlsClientSettings settings;
    const UpstreamTls& tls = *upstream.tls;
    settings.verify = tls.verify ? TlsClientSettings::Verify::Yes : TlsClientSettings::Verify::No;
    settings.protocol = upstream.protocol == UpstreamProtocol::Http2 ? "h2" : "http/1.1";
    if (tls.ca && tls.verify) {
        auto trust = readTrust(mounted, *tls.ca);
        if (!trust)
            return failure(trust.error());
        settings.authorities = std::move(*trust);
    }
    if (tls.clientCertificate) {
        auto pair = readPair(mounted.files, *tls.clientCertificate);
        if (!pair)
            return failure(pair.error());
        settings.certificate = std::move(*pair);
    }
    return settings;
}

QStringList tlsFilesOf(const EffectiveDocument& document, const SecretFiles& secrets)
{
    QStringList files;
    const auto addPair = [&](const SecretReference& secret) {
        files << secrets.pathOf(secret, kCertificate) << secrets.pathOf(secret, kKey);
    };
    const auto addTrust = [&](const SecretReference& secret) {
        files << secrets.pathOf(secret, authoritiesFile(secret)) << secrets.pathOf(secret, kCrls);
    };
    for (const Listener& listener : document.api.spec.listeners) {
        if (!listener.tls)
            continue;
        for (const SecretReference& secret : certificatesOf(*listener.tls))
            addPair(secret);
        if (asksForCertificates(*listener.tls))
            addTrust(listener.tls->clientCertificates->ca);
    }
    for (const Upstream& upstream : document.api.spec.upstreams) {
        if (upstream.tls && upstream.tls->ca)
            addTrust(*upstream.tls->ca);
        if (upstream.tls && upstream.tls->clientCertificate)
            addPair(*upstream.tls->clientCertificate);
    }
    files.removeAll(QString());
    files.removeDuplicates();
    return files;
}

} // namespace postern
