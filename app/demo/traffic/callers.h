#pragma once

#include "app/demo/traffic/token_key.h"
#include "models/base/clock.h"

#include <QHash>

#include <vector>

namespace postern::demo {

/// The programs that call the APIs, with tokens that are renewed well before they expire.
class Callers
{
public:
    /// \a keys in any order, at least one ES256.
    Callers(std::vector<TokenKey> keys, const Clock& clock);

    [[nodiscard]] static const QStringList& names();
    /// The token with which \a caller calls \a api, e.g. `accounts`.
    [[nodiscard]] Result<QByteArray> token(const QString& caller, const QString& api);

private:
    struct Token
    {
        QByteArray text;
        qint64 renewAt = 0;
    };

    [[nodiscard]] const TokenKey& keyFor(const QString& caller, const QString& api) const;

    std::vector<TokenKey> m_keys;
    const Clock& m_clock;
    QHash<QString, Token> m_tokens;
};

} // namespace postern::demo
