#include "gateway/server/tls_secrets.h"

#include "gateway/server/tls_settings.h"
#include "gateway/tls/tls_client_context.h"
#include "gateway/tls/tls_server_context.h"

#include <QCryptographicHash>
#include <QJsonDocument>

namespace postern {

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

/// Of everything that goes into a context; nothing can be learnt from it.
class Fingerprint
{
public:
    Fingerprint& add(QByteArrayView bytes)
    {
        m_hash.addData(QByteArray::number(bytes.size()) + ':');
        m_hash.addData(bytes); // not joined: it may be a secret
        return *this;
    }
    Fingerprint& add(const PemFile& file)
    {
        return add(QByteArrayView(file.text.data(), static_cast<qsizetype>(file.text.size())));
    }
    Fingerprint& add(const KeyPairFiles& pair) { return add(pair.certificate).add(pair.key); }
    Fingerprint& add(const TrustFiles& trust) { return add(trust.authorities).add(trust.crls); }
    [[nodiscard]] QByteArray result() const { return m_hash.result(); }

private:
    QCryptographicHash m_hash{QCryptographicHash::Sha256};
};

QByteArray fingerprintOf(const QByteArray& wanted, const TlsServerSettings& settings)
{
    Fingerprint fingerprint;
    fingerprint.add(wanted);
    for (const KeyPairFiles& pair : settings.certificates)
        fingerprint.add(pair);
    if (settings.clientAuthorities)
        fingerprint.add(*settings.clientAuthorities);
    return fingerprint.result();
}

QByteArray fingerprintOf(const QByteArray& wanted, const TlsClientSettings& settings)
{
    Fingerprint fingerprint;
    fingerprint.add(wanted);
    if (settings.authorities)
        fingerprint.add(*settings.authorities);
    if (settings.certificate)
        fingerprint.add(*settings.certificate);
    return fingerprint.result();
}

QString crlsOf(const std::optional<TrustFiles>& trust)
{
    return trust && !trust->crls.text.empty() ? trust->crls.name : QString();
}

QString crlsOf(const TlsServerSettings& settings) { return crlsOf(settings.clientAuthorities); }

QString crlsOf(const TlsClientSettings& settings) { return crlsOf(settings.authorities); }

/// What the document says, as one text: the same says the same TLS, secrets aside.
QByteArray wantedBy(const Listener& listener)
{
    const QJsonObject all = listenerRecord().serialise(listener);
    return QJsonDocument(
               QJsonObject{{u"tls"_s, all.value(u"tls"_s)}, {u"protocols"_s, all.value(u"protocols"_s)}})
        .toJson(QJsonDocument::Compact);
}

QByteArray wantedBy(const Upstream& upstream)
{
    const QJsonObject all = upstreamRecord().serialise(upstream);
    return QJsonDocument(
               QJsonObject{{u"tls"_s, all.value(u"tls"_s)}, {u"protocol"_s, all.value(u"protocol"_s)}})
        .toJson(QJsonDocument::Compact);
}

Finding rejection(const Error& error, const QString& whose)
{
    return {.rule = u"unusable-secret"_s,
            .place = error.place,
            .found = u"%1: %2"_s.arg(whose, error.message),
            .expected = u"a secret that can be used; the one before serves on"_s};
}

} // namespace

TlsSecrets::TlsSecrets(QString folder, const Clock& clock)
    : m_files(std::move(folder)), m_clock(clock), m_tickets(std::make_shared<TicketKeys>(clock))
{}

QStringList TlsSecrets::filesOf(const EffectiveDocument& document) const
{
    return tlsFilesOf(document, m_files);
}

QStringList TlsSecrets::crlsInService() const
{
    QStringList files;
    for (const auto& [name, entry] : m_listeners)
        files << entry.crls;
    for (const auto& [name, entry] : m_upstreams)
        files << entry.crls;
    files.removeAll(QString());
    return files;
}

Result<TlsSecrets::Loaded> TlsSecrets::load(const EffectiveDocument& document) const
{
    Loaded loaded;
    for (const Listener& listener : document.api.spec.listeners)
        if (listener.tls)
            if (auto done = loadListener(listener, loaded); !done)
                return failure(done.error().wrappedIn(u"listener %1"_s.arg(listener.name)));
    for (const Upstream& upstream : document.api.spec.upstreams)
        if (upstream.tls)
            if (auto done = loadUpstream(upstream, loaded); !done)
                return failure(done.error().wrappedIn(u"upstream %1"_s.arg(upstream.name)));
    for (const auto& [name, entry] : loaded.listeners) {
        loaded.contexts.listeners.emplace(name, entry.context);
        loaded.expiry.emplace(name.toStdString(), entry.context->earliestExpiry());
        warnOfExpiry(name, entry.context->earliestExpiry(), loaded);
    }
    for (const auto& [name, entry] : loaded.upstreams)
        loaded.contexts.upstreams.emplace(name, entry.context);
    return loaded;
}

void TlsSecrets::commit(const Loaded& loaded)
{
    // No session outlives the certificates and authorities that it was begun under.
    for (const auto& [name, entry] : loaded.listeners)
        if (const auto before = m_listeners.find(name);
            before != m_listeners.end() && before->second.context != entry.context)
            m_tickets->turn();
    m_listeners = loaded.listeners;
    m_upstreams = loaded.upstreams;
}

namespace {

/// Fills in \a entry: with the context of before where nothing has changed, or where the new one can not be
/// made.
template<typename Entries, typename Settings, typename Make>
Result<void> renew(const Entries& before, Entries& entries, const QString& name, const QString& whose,
                   const QByteArray& wanted, const Result<Settings>& settings, Make make,
                   TlsSecrets::Loaded& loaded)
{
    const auto old = before.find(name);
    const bool hasOld = old != before.end() && old->second.wanted == wanted;
    const auto keepOld = [&](const Error& error) -> Result<void> {
        if (!hasOld)
            return failure(error);
        loaded.rejected.push_back(rejection(error, whose));
        entries.emplace(name, old->second);
        return {};
    };
    if (!settings)
        return keepOld(settings.error());
    const QByteArray fingerprint = fingerprintOf(wanted, *settings);
    if (hasOld && old->second.made == fingerprint) {
        entries.emplace(name, old->second);
        return {};
    }
    auto made = make(*settings);
    if (!made)
        return keepOld(made.error());
    if (hasOld)
        loaded.rotated.append(whose);
    entries.emplace(name,
                    typename Entries::mapped_type{wanted, fingerprint, crlsOf(*settings), std::move(*made)});
    return {};
}

} // namespace

Result<void> TlsSecrets::loadListener(const Listener& listener, Loaded& loaded) const
{
    return renew(
        m_listeners, loaded.listeners, listener.name, u"listener "_s + listener.name, wantedBy(listener),
        tlsSettingsOf(listener, MountedSecrets{m_files, crlsInService()}),
        [this](const TlsServerSettings& settings) {
            return TlsServerContext::create(settings, m_tickets, m_clock);
        },
        loaded);
}

Result<void> TlsSecrets::loadUpstream(const Upstream& upstream, Loaded& loaded) const
{
    return renew(
        m_upstreams, loaded.upstreams, upstream.name, u"upstream "_s + upstream.name, wantedBy(upstream),
        tlsSettingsOf(upstream, MountedSecrets{m_files, crlsInService()}),
        [](const TlsClientSettings& settings) { return TlsClientContext::create(settings); }, loaded);
}

void TlsSecrets::warnOfExpiry(const QString& listener, Clock::Wall expiry, Loaded& loaded) const
{
    const Clock::Wall now = m_clock.wall();
    if (expiry > now)
        return;
    const auto hours = std::chrono::floor<std::chrono::hours>(now - expiry).count();
    loaded.warnings.push_back(
        {.severity = Finding::Severity::Warning,
         .rule = u"expired-certificate"_s,
         .place = {},
         .found = u"listener %1: a certificate that ended %2 hours ago"_s.arg(listener).arg(hours),
         .expected = u"one that is still good"_s});
}

} // namespace postern
