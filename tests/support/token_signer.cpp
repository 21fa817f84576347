#include "tests/support/token_signer.h"

#include <QFile>
#include <QJsonDocument>

#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/pem.h>

namespace postern::test {

namespace {

EVP_PKEY* readKey(const char* name)
{
    QFile file(QStringLiteral(POSTERN_TEST_DATA "/samples/test-keys/") + QLatin1StringView(name));
    if (!file.open(QIODevice::ReadOnly))
        qFatal("no test key %s", name);
    const QByteArray pem = file.readAll();
    const std::unique_ptr<BIO, decltype(&BIO_free)> bio(BIO_new_mem_buf(pem.constData(), int(pem.size())),
                                                        BIO_free);
    return PEM_read_bio_PrivateKey(bio.get(), nullptr, nullptr, nullptr);
}

QByteArray compact(const QJsonObject& object) { return QJsonDocument(object).toJson(QJsonDocument::Compact); }

} // namespace

TokenSigner::TokenSigner(Kind kind)
    : TokenSigner(kind, readKey(kind == Kind::Es256 ? "es256.pem" : "rs256.pem"))
{}

TokenSigner::TokenSigner(Kind kind, EVP_PKEY* key) : m_kind(kind), m_key(key, EVP_PKEY_free) {}

TokenSigner TokenSigner::stranger(Kind kind)
{
    return {kind, kind == Kind::Es256 ? EVP_EC_gen("P-256") : EVP_RSA_gen(2048)};
}

QByteArray TokenSigner::base64Url(const QByteArray& bytes)
{
    return bytes.toBase64(QByteArray::Base64UrlEncoding | QByteArray::OmitTrailingEquals);
}

QJsonObject TokenSigner::header() const
{
    const bool es = m_kind == Kind::Es256;
    return {{QStringLiteral("alg"), es ? QStringLiteral("ES256") : QStringLiteral("RS256")},
            {QStringLiteral("kid"), es ? QStringLiteral("es256") : QStringLiteral("rs256")},
            {QStringLiteral("typ"), QStringLiteral("JWT")}};
}

QByteArray TokenSigner::sign(const QJsonObject& claims, const QJsonObject& header) const
{
    return signText(compact(header), compact(claims));
}

QByteArray TokenSigner::signText(const QByteArray& header, const QByteArray& claims) const
{
    const QByteArray input = base64Url(header) + '.' + base64Url(claims);
    return input + '.' + base64Url(signature(input));
}

QByteArray TokenSigner::signature(const QByteArray& input) const
{
    const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
    const auto* bytes = reinterpret_cast<const unsigned char*>(input.constData());
    const auto size = static_cast<std::size_t>(input.size());
    std::size_t length = 512;
    QByteArray raw(qsizetype(length), '\0');
    EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, m_key.get());
    EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(raw.data()), &length, bytes, size);
    raw.truncate(qsizetype(length));
    if (m_kind == Kind::Rs256)
        return raw;
    const auto* der = reinterpret_cast<const unsigned char*>(raw.constData());
    const std::unique_ptr<ECDSA_SIG, decltype(&ECDSA_SIG_free)> parts(
        d2i_ECDSA_SIG(nullptr, &der, long(length)), ECDSA_SIG_free);
    QByteArray joined(64, '\0');
    BN_bn2binpad(ECDSA_SIG_get0_r(parts.get()), reinterpret_cast<unsigned char*>(joined.data()), 32);
    BN_bn2binpad(ECDSA_SIG_get0_s(parts.get()), reinterpret_cast<unsigned char*>(joined.data()) + 32, 32);
    return joined;
}

} // namespace postern::test
