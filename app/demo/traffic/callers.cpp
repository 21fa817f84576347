#include "app/demo/traffic/callers.h"

#include <QJsonArray>
#include <QUuid>

#include <algorithm>

namespace postern::demo {

namespace {

constexpr qint64 kLifetime = 600; // seconds

} // namespace

Callers::Callers(std::vector<TokenKey> keys, const Clock& clock) : m_keys(std::move(keys)), m_clock(clock) {}

const QStringList& Callers::names()
{
    static const QStringList names{QStringLiteral("mobile-app"), QStringLiteral("web-banking"),
                                   QStringLiteral("psd2-partner"), QStringLiteral("card-network"),
                                   QStringLiteral("month-end-batch")};
    return names;
}

const TokenKey& Callers::keyFor(const QString& caller, const QString& api) const
{
    // The batch is old; but cards takes no RS256 any more.
    const bool old = caller == QLatin1String("month-end-batch") && api != QLatin1String("cards");
    const auto wanted = old ? TokenKey::Algorithm::RS256 : TokenKey::Algorithm::ES256;
    const auto found = std::ranges::find(m_keys, wanted, &TokenKey::algorithm);
    return found == m_keys.end() ? m_keys.front() : *found;
}

Result<QByteArray> Callers::token(const QString& caller, const QString& api)
{
    const qint64 now =
        std::chrono::duration_cast<std::chrono::seconds>(m_clock.wall().time_since_epoch()).count();
    Token& cached = m_tokens[caller + u'/' + api];
    if (now < cached.renewAt)
        return cached.text;
    const Result<QByteArray> text =
        keyFor(caller, api)
            .sign({{QStringLiteral("iss"), QStringLiteral("https://id.bank.example")},
                   {QStringLiteral("aud"), QJsonArray{api}},
                   {QStringLiteral("sub"), caller},
                   {QStringLiteral("scope"), api + QStringLiteral(".read ") + api + QStringLiteral(".write")},
                   {QStringLiteral("iat"), now},
                   {QStringLiteral("exp"), now + kLifetime},
                   {QStringLiteral("jti"), QUuid::createUuid().toString(QUuid::WithoutBraces)}});
    if (text)
        cached = {*text, now + kLifetime / 2};
    return text;
}

} // namespace postern::demo
