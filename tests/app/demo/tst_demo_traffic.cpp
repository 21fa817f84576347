#include "app/demo/origin/origin_server.h"
#include "app/demo/traffic/generator.h"

#include "tests/support/fake_clock.h"

#include <QElapsedTimer>
#include <QJsonArray>
#include <QJsonDocument>
#include <QSignalSpy>
#include <QTcpSocket>
#include <QTest>

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>

using namespace postern;
using namespace postern::demo;
using namespace postern::test;
using namespace Qt::StringLiterals;

namespace {

using Key = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;

QByteArray decode(const QByteArray& text)
{
    return QByteArray::fromBase64(text,
                                  QByteArray::Base64UrlEncoding | QByteArray::AbortOnBase64DecodingErrors);
}

QByteArray field(const QJsonObject& jwk, const char* name)
{
    return decode(jwk.value(QLatin1String(name)).toString().toLatin1());
}

// The public key alone, from nothing but the JWK.
Key publicKey(const QJsonObject& jwk)
{
    OSSL_PARAM_BLD* builder = OSSL_PARAM_BLD_new();
    const bool ec = jwk.value("kty"_L1).toString() == u"EC"_s;
    const QByteArray point = "\x04" + field(jwk, "x") + field(jwk, "y");
    BIGNUM* n = nullptr;
    BIGNUM* e = nullptr;
    if (ec) {
        OSSL_PARAM_BLD_push_utf8_string(builder, OSSL_PKEY_PARAM_GROUP_NAME, "P-256", 0);
        OSSL_PARAM_BLD_push_octet_string(builder, OSSL_PKEY_PARAM_PUB_KEY, point.constData(),
                                         size_t(point.size()));
    } else {
        const QByteArray modulus = field(jwk, "n");
        const QByteArray exponent = field(jwk, "e");
        n = BN_bin2bn(reinterpret_cast<const unsigned char*>(modulus.constData()), int(modulus.size()),
                      nullptr);
        e = BN_bin2bn(reinterpret_cast<const unsigned char*>(exponent.constData()), int(exponent.size()),
                      nullptr);
        OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_RSA_N, n);
        OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_RSA_E, e);
    }
    OSSL_PARAM* params = OSSL_PARAM_BLD_to_param(builder);
    EVP_PKEY_CTX* context = EVP_PKEY_CTX_new_from_name(nullptr, ec ? "EC" : "RSA", nullptr);
    EVP_PKEY* key = nullptr;
    EVP_PKEY_fromdata_init(context);
    EVP_PKEY_fromdata(context, &key, EVP_PKEY_PUBLIC_KEY, params);
    EVP_PKEY_CTX_free(context);
    OSSL_PARAM_free(params);
    OSSL_PARAM_BLD_free(builder);
    BN_free(n);
    BN_free(e);
    return Key(key, EVP_PKEY_free);
}

bool verifies(const QJsonObject& jwk, const QByteArray& token)
{
    const QList<QByteArray> parts = token.split('.');
    if (parts.size() != 3)
        return false;
    QByteArray proof = decode(parts[2]);
    if (jwk.value("kty"_L1).toString() == u"EC"_s) {
        if (proof.size() != 64)
            return false;
        const auto* bytes = reinterpret_cast<const unsigned char*>(proof.constData());
        ECDSA_SIG* pair = ECDSA_SIG_new();
        ECDSA_SIG_set0(pair, BN_bin2bn(bytes, 32, nullptr), BN_bin2bn(bytes + 32, 32, nullptr));
        unsigned char* der = nullptr;
        const int size = i2d_ECDSA_SIG(pair, &der);
        proof = QByteArray(reinterpret_cast<const char*>(der), size);
        OPENSSL_free(der);
        ECDSA_SIG_free(pair);
    }
    const Key key = publicKey(jwk);
    const QByteArray text = parts[0] + '.' + parts[1];
    EVP_MD_CTX* context = EVP_MD_CTX_new();
    const bool valid =
        EVP_DigestVerifyInit(context, nullptr, EVP_sha256(), nullptr, key.get()) == 1 &&
        EVP_DigestVerify(context, reinterpret_cast<const unsigned char*>(proof.constData()),
                         size_t(proof.size()), reinterpret_cast<const unsigned char*>(text.constData()),
                         size_t(text.size())) == 1;
    EVP_MD_CTX_free(context);
    return valid;
}

QJsonObject claimsOf(const QByteArray& token)
{
    return QJsonDocument::fromJson(decode(token.split('.').value(1))).object();
}

QJsonObject headerOf(const QByteArray& token)
{
    return QJsonDocument::fromJson(decode(token.split('.').value(0))).object();
}

} // namespace

class TestDemoTraffic : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase()
    {
        m_keys = {*TokenKey::generate(TokenKey::Algorithm::ES256, u"ec"_s),
                  *TokenKey::generate(TokenKey::Algorithm::RS256, u"rsa"_s)};
    }

    void signaturesVerifyWithThePublicHalf()
    {
        for (const TokenKey& key : m_keys) {
            const Result<QJsonObject> jwk = key.publicJwk();
            QVERIFY(jwk.has_value());
            QVERIFY(!jwk->contains(u"d"_s) && !jwk->contains(u"pem"_s));
            // Often, as r and s are padded only when they happen to be short.
            for (int i = 0; i < 300; ++i) {
                const Result<QByteArray> token = key.sign({{u"n"_s, i}});
                QVERIFY(token.has_value());
                QVERIFY(verifies(*jwk, *token));
            }
            QByteArray forged = *key.sign({{u"sub"_s, u"a"_s}});
            const qsizetype dot = forged.indexOf('.') + 3;
            forged[dot] = forged[dot] == 'A' ? 'B' : 'A';
            QVERIFY(!verifies(*jwk, forged));
        }
        QVERIFY(!verifies(*m_keys[0].publicJwk(),
                          *TokenKey::generate(TokenKey::Algorithm::ES256, u"other"_s)->sign({})));
    }

    void keysTravelThroughThePipe()
    {
        for (const TokenKey& key : m_keys) {
            const Result<QJsonObject> sent = key.toJson();
            QVERIFY(sent.has_value());
            const Result<TokenKey> received = TokenKey::fromJson(*sent);
            QVERIFY(received.has_value());
            QCOMPARE(received->id(), key.id());
            QVERIFY(verifies(*key.publicJwk(), *received->sign({})));
        }
        QVERIFY(!TokenKey::fromJson({{u"pem"_s, u"nonsense"_s}}));
    }

    void tokensAreRenewedInTime()
    {
        FakeClock clock;
        Callers callers(m_keys, clock);
        const QByteArray first = *callers.token(u"mobile-app"_s, u"accounts"_s);
        QCOMPARE(claimsOf(first).value("sub"_L1).toString(), u"mobile-app"_s);
        QCOMPARE(claimsOf(first).value("aud"_L1).toArray(), QJsonArray{u"accounts"_s});
        QCOMPARE(headerOf(first).value("alg"_L1).toString(), u"ES256"_s);
        QCOMPARE(headerOf(*callers.token(u"month-end-batch"_s, u"accounts"_s)).value("alg"_L1).toString(),
                 u"RS256"_s);
        QCOMPARE(headerOf(*callers.token(u"month-end-batch"_s, u"cards"_s)).value("alg"_L1).toString(),
                 u"ES256"_s);
        clock.advance(std::chrono::seconds(200));
        QCOMPARE(*callers.token(u"mobile-app"_s, u"accounts"_s), first);
        clock.advance(std::chrono::seconds(200));
        const QByteArray second = *callers.token(u"mobile-app"_s, u"accounts"_s);
        QVERIFY(second != first);
        QCOMPARE(claimsOf(second).value("exp"_L1).toInteger() - claimsOf(first).value("exp"_L1).toInteger(),
                 400);
    }

    void keepsTheRateAndCountsStatuses()
    {
        DemoApi api = *findDemoApi(u"limits"_s);
        api.rate = 400;
        OriginServer one(api, 1);
        OriginServer two(api, 2);
        two.setSpell({.errors = 1, .slowness = 1});
        const SystemClock clock;
        Callers callers(m_keys, clock);
        Generator generator(api, {{u"127.0.0.1"_s, *one.listen()}, {u"127.0.0.1"_s, *two.listen()}}, callers,
                            clock, 1);
        StatusCounts all;
        const auto collect = [&] {
            const StatusCounts counts = generator.takeCounts();
            for (auto it = counts.cbegin(); it != counts.cend(); ++it)
                all[it.key()] += it.value();
            return all[200] + all[503] + all[500];
        };
        QElapsedTimer timer;
        timer.start();
        generator.start();
        QTRY_VERIFY_WITH_TIMEOUT(collect() >= 400, 20000);
        const qint64 took = timer.elapsed();
        generator.stop();
        // Half of them met the instance that fails.
        QVERIFY2(all[200] > 150, qPrintable(QString::number(all[200])));
        QVERIFY2(all[503] + all[500] > 150, qPrintable(QString::number(all[503])));
        QCOMPARE(all[0] + all[-1], 0);
        // Never faster than asked; a slow machine may be slower.
        QVERIFY2(took > 500, qPrintable(QString::number(took)));
    }

    void anOpenLoopIsBounded()
    {
        DemoApi api = *findDemoApi(u"limits"_s);
        api.rate = 2000;
        OriginServer stuck(api, 1);
        stuck.setSpell({.errors = 0, .slowness = 100000});
        const SystemClock clock;
        Callers callers(m_keys, clock);
        Generator generator(api, {{u"127.0.0.1"_s, *stuck.listen()}}, callers, clock, 1);
        generator.start();
        StatusCounts all;
        QTRY_VERIFY_WITH_TIMEOUT((all[-1] += generator.takeCounts().value(-1)) > 100, 20000);
        QVERIFY(generator.findChildren<QTcpSocket*>().size() <= 64);
    }

    void aBurstEndsWithItsCounts()
    {
        const DemoApi api = *findDemoApi(u"limits"_s);
        OriginServer server(api, 1);
        const SystemClock clock;
        Callers callers(m_keys, clock);
        Generator generator(api, {{u"127.0.0.1"_s, *server.listen()}}, callers, clock, 1);
        QSignalSpy ended(&generator, &Generator::burstEnded);
        generator.burst(u"mobile-app"_s, 100);
        QTRY_COMPARE_WITH_TIMEOUT(ended.size(), 1, 20000);
        QCOMPARE(ended[0][0].value<StatusCounts>(), StatusCounts({{200, 100}}));
    }

    void nobodyThereIsCountedAsNoAnswer()
    {
        const SystemClock clock;
        Callers callers(m_keys, clock);
        Generator generator(*findDemoApi(u"limits"_s), {{u"127.0.0.1"_s, 1}}, callers, clock, 1);
        QSignalSpy ended(&generator, &Generator::burstEnded);
        generator.burst(u"mobile-app"_s, 20);
        QTRY_COMPARE_WITH_TIMEOUT(ended.size(), 1, 20000);
        QCOMPARE(ended[0][0].value<StatusCounts>(), StatusCounts({{0, 20}}));
    }

private:
    std::vector<TokenKey> m_keys;
};

QTEST_GUILESS_MAIN(TestDemoTraffic)
#include "tst_demo_traffic.moc"
