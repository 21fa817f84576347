#pragma once

#include <QByteArray>
#include <QJsonObject>
#include <QString>

#include <openssl/evp.h>

#include <memory>

namespace postern::test {

/// Signs JWTs, the well-formed and the hostile, with a private key of tests/data/samples/test-keys.
class TokenSigner
{
public:
    enum class Kind { Es256, Rs256 };

    explicit TokenSigner(Kind kind);
    /// With a key of its own that no JWK set knows.
    static TokenSigner stranger(Kind kind);

    /// The header this key's tokens have: alg, kid, typ.
    [[nodiscard]] QJsonObject header() const;
    /// header.claims.signature
    [[nodiscard]] QByteArray sign(const QJsonObject& claims) const { return sign(claims, header()); }
    [[nodiscard]] QByteArray sign(const QJsonObject& claims, const QJsonObject& header) const;
    /// The same of texts as they are, so that a test can write what no JSON library would.
    [[nodiscard]] QByteArray signText(const QByteArray& header, const QByteArray& claims) const;
    /// The raw signature (for ES256 r‖s) over \a input.
    [[nodiscard]] QByteArray signature(const QByteArray& input) const;

    static QByteArray base64Url(const QByteArray& bytes);

private:
    TokenSigner(Kind kind, EVP_PKEY* key);

    Kind m_kind;
    std::shared_ptr<EVP_PKEY> m_key;
};

} // namespace postern::test
