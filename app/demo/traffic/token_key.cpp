#include "app/demo/traffic/token_key.h"

#include <QJsonDocument>

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

namespace postern::demo {

namespace {

using Key = std::shared_ptr<EVP_PKEY>;
constexpr int kCoordinate = 32; // bytes of P-256

Key own(EVP_PKEY* key) { return Key(key, EVP_PKEY_free); }

Failure keyFailure(const QString& what)
{
    return failure({.kind = Error::Kind::Internal,
                    .fault = Error::Fault::Internal,
                    .retryable = false,
                    .message = QStringLiteral("The demo's token key: %1 failed").arg(what),
                    .place = {},
                    .cause = {}});
}

QByteArray base64url(const QByteArray& bytes)
{
    return bytes.toBase64(QByteArray::Base64UrlEncoding | QByteArray::OmitTrailingEquals);
}

// A number of the key as base64url; padded to \a size bytes, or as short as it is.
QString number(const Key& key, const char* name, int size)
{
    BIGNUM* value = nullptr;
    if (EVP_PKEY_get_bn_param(key.get(), name, &value) != 1)
        return {};
    const std::unique_ptr<BIGNUM, decltype(&BN_free)> owned(value, BN_free);
    QByteArray bytes(size > 0 ? size : BN_num_bytes(value), '\0');
    if (BN_bn2binpad(value, reinterpret_cast<unsigned char*>(bytes.data()), static_cast<int>(bytes.size())) <
        0)
        return {};
    return QString::fromLatin1(base64url(bytes));
}

// JWS wants r and s side by side (RFC 7518, 3.4), OpenSSL gives DER.
QByteArray sideBySide(const QByteArray& der)
{
    const auto* at = reinterpret_cast<const unsigned char*>(der.constData());
    const std::unique_ptr<ECDSA_SIG, decltype(&ECDSA_SIG_free)> pair(
        d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(der.size())), ECDSA_SIG_free);
    if (!pair)
        return {};
    QByteArray bytes(2 * kCoordinate, '\0');
    auto* to = reinterpret_cast<unsigned char*>(bytes.data());
    if (BN_bn2binpad(ECDSA_SIG_get0_r(pair.get()), to, kCoordinate) < 0 ||
        BN_bn2binpad(ECDSA_SIG_get0_s(pair.get()), to + kCoordinate, kCoordinate) < 0)
        return {};
    return bytes;
}

QByteArray signature(const Key& key, const QByteArray& text)
{
    const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
    const auto* bytes = reinterpret_cast<const unsigned char*>(text.constData());
    size_t size = 0;
    if (EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, key.get()) != 1 ||
        EVP_DigestSign(context.get(), nullptr, &size, bytes, static_cast<size_t>(text.size())) != 1)
        return {};
    QByteArray signed_(static_cast<qsizetype>(size), '\0');
    if (EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(signed_.data()), &size, bytes,
                       static_cast<size_t>(text.size())) != 1)
        return {};
    signed_.resize(static_cast<qsizetype>(size));
    return signed_;
}

} // namespace

TokenKey::TokenKey(Algorithm algorithm, const QString& id, Key key)
    : m_algorithm(algorithm), m_id(id), m_key(std::move(key))
{}

Result<TokenKey> TokenKey::generate(Algorithm algorithm, const QString& id)
{
    const Key key = own(algorithm == Algorithm::ES256
                            ? EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256")
                            : EVP_PKEY_Q_keygen(nullptr, nullptr, "RSA", static_cast<size_t>(2048)));
    if (!key)
        return keyFailure(QStringLiteral("generating"));
    return TokenKey(algorithm, id, key);
}

Result<TokenKey> TokenKey::fromJson(const QJsonObject& object)
{
    const QByteArray pem = object.value(QLatin1String("pem")).toString().toLatin1();
    const std::unique_ptr<BIO, decltype(&BIO_free)> source(
        BIO_new_mem_buf(pem.constData(), static_cast<int>(pem.size())), BIO_free);
    const Key key = own(PEM_read_bio_PrivateKey(source.get(), nullptr, nullptr, nullptr));
    if (!key)
        return keyFailure(QStringLiteral("reading"));
    const Algorithm algorithm = object.value(QLatin1String("alg")).toString() == nameOf(Algorithm::ES256)
                                    ? Algorithm::ES256
                                    : Algorithm::RS256;
    return TokenKey(algorithm, object.value(QLatin1String("kid")).toString(), key);
}

Result<QJsonObject> TokenKey::toJson() const
{
    const std::unique_ptr<BIO, decltype(&BIO_free)> sink(BIO_new(BIO_s_mem()), BIO_free);
    char* text = nullptr;
    if (PEM_write_bio_PrivateKey(sink.get(), m_key.get(), nullptr, nullptr, 0, nullptr, nullptr) != 1)
        return keyFailure(QStringLiteral("writing"));
    const long size = BIO_get_mem_data(sink.get(), &text);
    return QJsonObject{{QStringLiteral("kid"), m_id},
                       {QStringLiteral("alg"), nameOf(m_algorithm)},
                       {QStringLiteral("pem"), QString::fromLatin1(text, size)}};
}

Result<QJsonObject> TokenKey::publicJwk() const
{
    QJsonObject jwk{{QStringLiteral("kid"), m_id},
                    {QStringLiteral("alg"), nameOf(m_algorithm)},
                    {QStringLiteral("use"), QStringLiteral("sig")}};
    if (m_algorithm == Algorithm::ES256) {
        jwk.insert(QStringLiteral("kty"), QStringLiteral("EC"));
        jwk.insert(QStringLiteral("crv"), QStringLiteral("P-256"));
        jwk.insert(QStringLiteral("x"), number(m_key, OSSL_PKEY_PARAM_EC_PUB_X, kCoordinate));
        jwk.insert(QStringLiteral("y"), number(m_key, OSSL_PKEY_PARAM_EC_PUB_Y, kCoordinate));
    } else {
        jwk.insert(QStringLiteral("kty"), QStringLiteral("RSA"));
        jwk.insert(QStringLiteral("n"), number(m_key, OSSL_PKEY_PARAM_RSA_N, 0));
        jwk.insert(QStringLiteral("e"), number(m_key, OSSL_PKEY_PARAM_RSA_E, 0));
    }
    for (const QJsonValue& value : std::as_const(jwk)) {
        if (value.toString().isEmpty())
            return keyFailure(QStringLiteral("describing"));
    }
    return jwk;
}

Result<QByteArray> TokenKey::sign(const QJsonObject& claims) const
{
    const QJsonObject header{{QStringLiteral("alg"), nameOf(m_algorithm)},
                             {QStringLiteral("typ"), QStringLiteral("JWT")},
                             {QStringLiteral("kid"), m_id}};
    const QByteArray text = base64url(QJsonDocument(header).toJson(QJsonDocument::Compact)) + '.' +
                            base64url(QJsonDocument(claims).toJson(QJsonDocument::Compact));
    QByteArray proof = signature(m_key, text);
    if (m_algorithm == Algorithm::ES256)
        proof = sideBySide(proof);
    if (proof.isEmpty())
        return keyFailure(QStringLiteral("signing"));
    return text + '.' + base64url(proof);
}

QString nameOf(TokenKey::Algorithm algorithm)
{
    return algorithm == TokenKey::Algorithm::ES256 ? QStringLiteral("ES256") : QStringLiteral("RS256");
}

} // namespace postern::demo
