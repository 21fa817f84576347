#pragma once

#include "models/base/result.h"

#include <QByteArray>
#include <QJsonObject>
#include <QString>

#include <memory>

#include <openssl/types.h>

namespace postern::demo {

/// A private key that signs the callers' tokens, and its public half as a JWK (RFC 7517). Made anew by every
/// demo; handed from process to process through a pipe, never a file. Copies share the key.
class TokenKey
{
public:
    enum class Algorithm { ES256, RS256 };

    static Result<TokenKey> generate(Algorithm algorithm, const QString& id);
    static Result<TokenKey> fromJson(const QJsonObject& object);
    /// With the private key: for the pipe alone.
    [[nodiscard]] Result<QJsonObject> toJson() const;

    [[nodiscard]] const QString& id() const { return m_id; }
    [[nodiscard]] Algorithm algorithm() const { return m_algorithm; }
    [[nodiscard]] Result<QJsonObject> publicJwk() const;
    /// A compact JWS (RFC 7515) over \a claims.
    [[nodiscard]] Result<QByteArray> sign(const QJsonObject& claims) const;

private:
    TokenKey(Algorithm algorithm, const QString& id, std::shared_ptr<EVP_PKEY> key);

    Algorithm m_algorithm;
    QString m_id;
    std::shared_ptr<EVP_PKEY> m_key;
};

[[nodiscard]] QString nameOf(TokenKey::Algorithm algorithm);

} // namespace postern::demo
