#include "gateway/policies/jwt/config.h"
#include "tests/gateway/policies/policy_exchange.h"
#include "tests/support/token_signer.h"

#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>

using namespace postern;
using namespace postern::test;
using Outcome = PolicyRun::Outcome;

namespace {

constexpr qint64 start = 1767225600; // FakeClock's first moment plus its second
constexpr qint64 now = start + 1;

QJsonObject claims(std::initializer_list<std::pair<QString, QJsonValue>> changes = {})
{
    QJsonObject object{{QStringLiteral("iss"), QStringLiteral("https://id.bank.example")},
                       {QStringLiteral("aud"), QStringLiteral("accounts")},
                       {QStringLiteral("sub"), QStringLiteral("alice")},
                       {QStringLiteral("exp"), now + 300}};
    for (const auto& [name, value] : changes) {
        if (value.isUndefined())
            object.remove(name);
        else
            object.insert(name, value);
    }
    return object;
}

QByteArray sampleKeys()
{
    QFile file(QStringLiteral(POSTERN_TEST_DATA "/samples/jwks.json"));
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

QByteArray config(const QByteArray& more = {})
{
    return "issuer: https://id.bank.example\naudiences: [accounts, cards]\nalgorithms: [ES256, RS256]\n"
           "jwks: {file: jwks.json}\n" +
           more;
}

EffectivePolicy jwtPolicy(const QByteArray& more = {}, const QByteArray& keys = sampleKeys())
{
    return effectivePolicy(QStringLiteral("jwt"), config(more),
                           {NamedFile{QStringLiteral("jwks.json"), {}, keys, {}}});
}

QByteArray bearer(const QByteArray& token) { return "Authorization: Bearer " + token + "\r\n"; }

QJsonObject with(QJsonObject header, const QString& name, const QJsonValue& value)
{
    header.insert(name, value);
    return header;
}

} // namespace

class JwtTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void letsGoodTokensIn_data()
    {
        QTest::addColumn<QByteArray>("token");
        const TokenSigner es(TokenSigner::Kind::Es256);
        const TokenSigner rs(TokenSigner::Kind::Rs256);
        QTest::newRow("ES256") << es.sign(claims());
        QTest::newRow("RS256") << rs.sign(claims());
        QTest::newRow("audience among several") << es.sign(
            claims({{QStringLiteral("aud"), QJsonArray{QStringLiteral("x"), QStringLiteral("cards")}}}));
        QTest::newRow("expired within the skew") << es.sign(claims({{QStringLiteral("exp"), now - 29}}));
        QTest::newRow("not yet valid within the skew")
            << es.sign(claims({{QStringLiteral("nbf"), now + 29}}));
        QTest::newRow("expiry with a fraction")
            << es.sign(claims({{QStringLiteral("exp"), double(now) + 0.5}}));
        QTest::newRow("no kid, one key of the algorithm fits") << [&] {
            QJsonObject header = es.header();
            header.remove(QStringLiteral("kid"));
            return es.sign(claims(), header);
        }();
    }
    void letsGoodTokensIn()
    {
        QFETCH(QByteArray, token);
        PolicyExchange exchange(jwtPolicy());
        QCOMPARE(exchange.request(bearer(token)), Outcome::Continue);
        QCOMPARE(exchange.context.identity->caller, std::string("alice"));
        // The credential ends here, and the second time the verdict is remembered.
        QVERIFY(exchange.field("Authorization").isEmpty());
        QCOMPARE(exchange.request("authorization: bEARER " + token + "\r\n"), Outcome::Continue);
        QCOMPARE(exchange.context.identity->caller, std::string("alice"));
    }

    void refusesHostileTokens_data()
    {
        QTest::addColumn<QByteArray>("fields");
        QTest::addColumn<QByteArray>("detail");
        const TokenSigner es(TokenSigner::Kind::Es256);
        const TokenSigner rs(TokenSigner::Kind::Rs256);
        const QByteArray good = es.sign(claims());
        const QString alg = QStringLiteral("alg");
        const QString kid = QStringLiteral("kid");
        const auto row = [](const char* name, const QByteArray& fields, const char* detail) {
            QTest::newRow(name) << fields << QByteArray(detail);
        };

        row("no token", "", "The request carries no bearer token.");
        row("basic credentials", "Authorization: Basic dXNlcjpwYXNz\r\n",
            "The request carries no bearer token.");
        row("scheme alone", "Authorization: Bearer\r\n", "The request carries no bearer token.");
        row("two Authorization fields", bearer(good) + bearer(good),
            "The request carries more than one Authorization field.");
        row("two parts", bearer("e30.e30"), "The token is not a well-formed JWT.");
        row("four parts", bearer(good + ".e30"), "The token is not a well-formed JWT.");
        row("header is no JSON", bearer(es.signText("{", "{}")), "The token is not a well-formed JWT.");
        row("claims are no JSON", bearer(es.signText("{\"alg\":\"ES256\",\"kid\":\"es256\"}", "[1]")),
            "The token is not a well-formed JWT.");
        row("padding", bearer(good + "="), "The token is not a well-formed JWT.");
        row("space inside", bearer(QByteArray(good).insert(8, ' ')), "The token is not a well-formed JWT.");

        const QByteArray none = TokenSigner::base64Url("{\"alg\":\"none\"}") + '.' + good.split('.')[1];
        row("alg none, no signature", bearer(none + '.'), "The token's algorithm is not accepted.");
        row("alg none, signature kept", bearer(none + '.' + good.split('.')[2]),
            "The token's algorithm is not accepted.");
        row("alg NoNe", bearer(es.sign(claims(), with(es.header(), alg, QStringLiteral("NoNe")))),
            "The token's algorithm is not accepted.");
        row("RS256 taken for HS256",
            bearer(rs.sign(claims(), with(rs.header(), alg, QStringLiteral("HS256")))),
            "The token's algorithm is not accepted.");
        row("an algorithm not listed",
            bearer(es.sign(claims(), with(es.header(), alg, QStringLiteral("ES384")))),
            "The token's algorithm is not accepted.");
        row("alg is no text", bearer(es.signText("{\"alg\":1}", "{}")),
            "The token's algorithm is not accepted.");
        row("alg missing", bearer(es.signText("{}", "{}")), "The token's algorithm is not accepted.");
        row("ES256 under an RSA key's id",
            bearer(es.sign(claims(), with(es.header(), kid, QStringLiteral("rs256")))),
            "The token's key is not known.");

        row("kid unknown", bearer(es.sign(claims(), with(es.header(), kid, QStringLiteral("nobody")))),
            "The token's key is not known.");
        row("kid with a path",
            bearer(es.sign(claims(), with(es.header(), kid, QStringLiteral("../../dev/null")))),
            "The token's key is not known.");
        row("kid with SQL", bearer(es.sign(claims(), with(es.header(), kid, QStringLiteral("' or 1=1 --")))),
            "The token's key is not known.");
        row("kid is a number", bearer(es.sign(claims(), with(es.header(), kid, 7))),
            "The token is not a well-formed JWT.");
        for (const char* own : {"jwk", "jku", "x5u", "x5c"})
            row(own,
                bearer(es.sign(claims(),
                               with(es.header(), QLatin1StringView(own), QStringLiteral("http://evil")))),
                "The token brings its own key.");
        row("crit",
            bearer(es.sign(claims(),
                           with(es.header(), QStringLiteral("crit"), QJsonArray{QStringLiteral("b64")}))),
            "The token needs an extension that is not understood.");
        row("alg twice", bearer(es.signText("{\"alg\":\"ES256\",\"alg\":\"none\"}", "{}")),
            "The token names a member twice.");

        row("another's signature", bearer(TokenSigner::stranger(TokenSigner::Kind::Es256).sign(claims())),
            "The token's signature does not match.");
        row("another's RSA signature", bearer(TokenSigner::stranger(TokenSigner::Kind::Rs256).sign(claims())),
            "The token's signature does not match.");
        const QByteArray signedPart = good.left(good.lastIndexOf('.') + 1);
        row("empty signature", bearer(signedPart), "The token's signature does not match.");
        row("r and s are zero", bearer(signedPart + TokenSigner::base64Url(QByteArray(64, '\0'))),
            "The token's signature does not match.");
        row("s is zero",
            bearer(signedPart + TokenSigner::base64Url(QByteArray(32, '\1') + QByteArray(32, '\0'))),
            "The token's signature does not match.");
        row("r beyond the order", bearer(signedPart + TokenSigner::base64Url(QByteArray(64, '\xff'))),
            "The token's signature does not match.");
        row("signature too long", bearer(signedPart + TokenSigner::base64Url(QByteArray(96, '\1'))),
            "The token's signature does not match.");
        row("a DER signature",
            bearer(signedPart + TokenSigner::base64Url(QByteArray::fromHex("3006020101020101"))),
            "The token's signature does not match.");
        row("claims changed after signing",
            bearer(good.split('.')[0] + '.' +
                   es.sign(claims({{QStringLiteral("sub"), QStringLiteral("bob")}})).split('.')[1] + '.' +
                   good.split('.')[2]),
            "The token's signature does not match.");

        const QJsonValue absent(QJsonValue::Undefined);
        row("expired", bearer(es.sign(claims({{QStringLiteral("exp"), now - 31}}))),
            "The token has expired.");
        row("no expiry", bearer(es.sign(claims({{QStringLiteral("exp"), absent}}))),
            "The token has no expiry.");
        row("expiry is text", bearer(es.sign(claims({{QStringLiteral("exp"), QStringLiteral("tomorrow")}}))),
            "The token is not a well-formed JWT.");
        row("expiry overflows",
            bearer(es.signText("{\"alg\":\"ES256\",\"kid\":\"es256\"}",
                               "{\"iss\":\"https://id.bank.example\",\"aud\":\"accounts\",\"exp\":1e999}")),
            "The token is not a well-formed JWT.");
        row("negative expiry", bearer(es.sign(claims({{QStringLiteral("exp"), -1e300}}))),
            "The token has expired.");
        row("not yet valid", bearer(es.sign(claims({{QStringLiteral("nbf"), now + 31}}))),
            "The token is not valid yet.");
        row("wrong issuer",
            bearer(es.sign(claims({{QStringLiteral("iss"), QStringLiteral("https://id.bank.example/")}}))),
            "The token is from another issuer.");
        row("no issuer", bearer(es.sign(claims({{QStringLiteral("iss"), absent}}))),
            "The token is from another issuer.");
        row("wrong audience", bearer(es.sign(claims({{QStringLiteral("aud"), QStringLiteral("accounts2")}}))),
            "The token is for another audience.");
        row("no audience", bearer(es.sign(claims({{QStringLiteral("aud"), absent}}))),
            "The token is for another audience.");
        row("audience is an object", bearer(es.sign(claims({{QStringLiteral("aud"), QJsonObject()}}))),
            "The token is for another audience.");
        row("sub twice",
            bearer(es.signText("{\"alg\":\"ES256\",\"kid\":\"es256\"}", "{\"sub\":\"a\",\"sub\":\"b\"}")),
            "The token names a member twice.");
        row("10,000 deep",
            bearer(es.signText("{\"alg\":\"ES256\",\"kid\":\"es256\"}", QByteArray(10000, '['))),
            "The token is not a well-formed JWT.");
    }
    void refusesHostileTokens()
    {
        QFETCH(QByteArray, fields);
        QFETCH(QByteArray, detail);
        PolicyExchange exchange(jwtPolicy());
        QCOMPARE(exchange.request(fields), Outcome::Refused);
        QCOMPARE(exchange.problem().status, 401);
        QCOMPARE(QByteArray::fromStdString(exchange.problem().detail), detail);
        QVERIFY(exchange.problemHeader("WWW-Authenticate").startsWith("Bearer realm=\"payments/accounts\""));
        QVERIFY(!exchange.context.identity);
    }

    void anExpiryMayBeMissingWhereTheDocumentSaysSo()
    {
        PolicyExchange exchange(jwtPolicy("requireExpiry: false\n"));
        const QJsonValue absent(QJsonValue::Undefined);
        const TokenSigner es(TokenSigner::Kind::Es256);
        QCOMPARE(exchange.request(bearer(es.sign(claims({{QStringLiteral("exp"), absent}})))),
                 Outcome::Continue);
    }

    void aRememberedTokenExpires()
    {
        PolicyExchange exchange(jwtPolicy());
        const QByteArray token = TokenSigner(TokenSigner::Kind::Es256).sign(claims());
        QCOMPARE(exchange.request(bearer(token)), Outcome::Continue);
        exchange.clock.advance(std::chrono::seconds(300 + 30));
        QCOMPARE(exchange.request(bearer(token)), Outcome::Refused);
        QCOMPARE(exchange.problem().detail, std::string("The token has expired."));
    }

    void givesClaimsToHeaders()
    {
        PolicyExchange exchange(
            jwtPolicy("claimsToHeaders: {X-User: sub, X-Scopes: scopes, X-Level: level, X-No: none}\n"));
        QCOMPARE(exchange.compiled().managedHeaders(),
                 (std::vector<std::string>{"X-User", "X-Scopes", "X-Level", "X-No"}));
        const TokenSigner es(TokenSigner::Kind::Es256);
        const QByteArray token = es.sign(
            claims({{QStringLiteral("scopes"), QJsonArray{QStringLiteral("read"), QStringLiteral("write")}},
                    {QStringLiteral("level"), 3}}));
        QCOMPARE(exchange.request(bearer(token)), Outcome::Continue);
        QCOMPARE(exchange.field("X-User"), "alice");
        QCOMPARE(exchange.field("X-Scopes"), "read write");
        QCOMPARE(exchange.field("X-Level"), "3");
        QVERIFY(!exchange.head.headers.find("X-No"));
    }

    void aClaimThatWouldBreakAHeaderIsRefused()
    {
        PolicyExchange exchange(jwtPolicy("claimsToHeaders: {X-User: sub}\n"));
        const TokenSigner es(TokenSigner::Kind::Es256);
        const QByteArray token =
            es.sign(claims({{QStringLiteral("sub"), QStringLiteral("a\r\nX-Admin: 1")}}));
        QCOMPARE(exchange.request(bearer(token)), Outcome::Refused);
    }

    void forwardsTheTokenWhereAsked()
    {
        PolicyExchange exchange(jwtPolicy("forwardToken: true\n"));
        const QByteArray token = TokenSigner(TokenSigner::Kind::Rs256).sign(claims());
        QCOMPARE(exchange.request(bearer(token)), Outcome::Continue);
        QCOMPARE(exchange.field("Authorization"), "Bearer " + token);
    }

    void shadowDecidesAndChangesNothing()
    {
        EffectivePolicy policy = jwtPolicy("claimsToHeaders: {X-User: sub}\n");
        policy.entry.mode = Mode::Shadow;
        PolicyExchange exchange(policy);
        const QByteArray token = TokenSigner(TokenSigner::Kind::Es256).sign(claims());
        QCOMPARE(exchange.request(bearer(token)), Outcome::Continue);
        QCOMPARE(exchange.field("Authorization"), "Bearer " + token);
        QVERIFY(!exchange.head.headers.find("X-User"));
        QCOMPARE(exchange.request({}), Outcome::Continue);
    }

    void claimsDoNotFrameMessages_data()
    {
        QTest::addColumn<QByteArray>("name");
        QTest::newRow("framing") << QByteArray("Connection");
        QTest::newRow("the token itself") << QByteArray("authorization");
    }
    void claimsDoNotFrameMessages()
    {
        QFETCH(QByteArray, name);
        Findings findings;
        const auto nodes = readYaml(config("claimsToHeaders: {" + name + ": sub}\n"), findings);
        std::ignore = jwtRecord().parse(nodes.front(), QStringLiteral("config"), findings);
        QCOMPARE(findings.errors(), 1U);
        QCOMPARE(findings.all().front().rule, QStringLiteral("invalid-header-name"));
    }

    /// Where another policy gives the upstream a credential of its own, the proxy withholds the client's.
    void aWithheldTokenIsSeen()
    {
        PolicyExchange exchange(jwtPolicy());
        const QByteArray value = "Bearer " + TokenSigner(TokenSigner::Kind::Es256).sign(claims());
        exchange.withheld.add("Authorization", {value.constData(), std::size_t(value.size())});
        QCOMPARE(exchange.request("Authorization: Basic b3ducw==\r\n"), Outcome::Continue);
        exchange.withheld.add("Authorization", "Bearer two");
        QCOMPARE(exchange.request({}), Outcome::Refused);
        QCOMPARE(exchange.problem().reason, std::string_view("token-invalid"));
    }

    void anotherPolicyStillSeesTheToken_data()
    {
        QTest::addColumn<Mode>("mode"); // of the second
        QTest::newRow("enforced") << Mode::Enforce;
        QTest::newRow("shadow") << Mode::Shadow;
    }
    /// The first keeps the token from the upstream, not from the next: a key set is changed by trying the new
    /// one in shadow.
    void anotherPolicyStillSeesTheToken()
    {
        QFETCH(Mode, mode);
        EffectivePolicy next = jwtPolicy("claimsToHeaders: {X-User: sub}\n");
        next.entry.mode = mode;
        PolicyExchange exchange(std::vector{jwtPolicy(), next});
        const QByteArray token = TokenSigner(TokenSigner::Kind::Es256).sign(claims());
        QCOMPARE(exchange.request(bearer(token)), Outcome::Continue);
        QVERIFY(!exchange.head.headers.contains(HeaderId::Authorization));
        QCOMPARE(exchange.field("X-User"), mode == Mode::Enforce ? "alice" : "");
        QCOMPARE(exchange.decisions(), std::vector(2, DecisionObserver::Kind::Allow));
        QCOMPARE(exchange.request({}), Outcome::Refused);
    }

    void refusesUnusableKeySets_data()
    {
        QTest::addColumn<QByteArray>("keys");
        QTest::addColumn<QString>("message");
        const auto row = [](const char* name, const QByteArray& keys, const char* message) {
            QTest::newRow(name) << keys << QString::fromUtf8(message);
        };
        row("no JSON", "<html>", "not JSON");
        row("no set", "{}", "expected a JWK set");
        row("nothing usable", "{\"keys\":[{\"kty\":\"oct\",\"k\":\"AAAA\"}]}", "no key for RS256 or ES256");
        row("for encryption", QByteArray(sampleKeys()).replace("\"sig\"", "\"enc\""),
            "no key for RS256 or ES256");
        row("a private key", QByteArray(sampleKeys()).replace("\"use\": \"sig\"", "\"d\": \"AAAA\""),
            "private key");
        row("a short modulus",
            "{\"keys\":[{\"kty\":\"RSA\",\"n\":\"kOewMnqSM-lYsQpWxrGq_Q\",\"e\":\"AQAB\"}]}",
            "expected a modulus of 2048");
        row("an even exponent", QByteArray(sampleKeys()).replace("AQAB", "AQAA"), "public exponent");
        row("a point off the curve", QByteArray(sampleKeys()).replace("eXAjVmplDUO8", "eXAjVmplDUO9"),
            "no point of P-256");
        row("member twice", "{\"keys\":[{\"kty\":\"RSA\",\"kty\":\"EC\"}]}", "duplicate members");
    }
    void refusesUnusableKeySets()
    {
        QFETCH(QByteArray, keys);
        QFETCH(QString, message);
        const EffectivePolicy policy = jwtPolicy({}, keys);
        const auto compiled = builtPolicies().compile(policy, {QStringLiteral("payments/accounts"), nullptr});
        QVERIFY(!compiled);
        QVERIFY2(compiled.error().message.contains(message), qPrintable(compiled.error().message));
        QVERIFY(compiled.error().place.path.endsWith(QStringLiteral(".config.jwks.file")));
    }

    /// RFC 7520's signed examples (the algorithms we have): our verifier agrees with others' signatures.
    void verifiesTheCookbooksSignatures_data()
    {
        QTest::addColumn<QString>("file");
        QTest::newRow("RSA v1.5") << QStringLiteral("4_1.rsa_v15_signature.json");
    }
    void verifiesTheCookbooksSignatures()
    {
        QFETCH(QString, file);
        QFile source(QStringLiteral(POSTERN_TEST_DATA "/jose-cookbook/jws/") + file);
        QVERIFY(source.open(QIODevice::ReadOnly));
        const QJsonObject example = QJsonDocument::fromJson(source.readAll()).object();
        QJsonObject key = example[QStringLiteral("input")].toObject()[QStringLiteral("key")].toObject();
        for (const char* secret : {"d", "p", "q", "dp", "dq", "qi"})
            key.remove(QLatin1StringView(secret));
        const QByteArray set = QJsonDocument(QJsonObject{{QStringLiteral("keys"), QJsonArray{key}}}).toJson();
        const QByteArray token =
            example[QStringLiteral("output")].toObject()[QStringLiteral("compact")].toString().toUtf8();
        PolicyExchange exchange(jwtPolicy({}, set));
        // The example's payload is a sentence, no claims: a good signature shows in the fault that comes
        // after it.
        QCOMPARE(exchange.request(bearer(token)), Outcome::Refused);
        QCOMPARE(exchange.problem().detail, std::string("The token is not a well-formed JWT."));
        QCOMPARE(exchange.request(bearer(token.left(token.size() - 4) + "AAAA")), Outcome::Refused);
        QCOMPARE(exchange.problem().detail, std::string("The token's signature does not match."));
    }
};

QTEST_GUILESS_MAIN(JwtTest)
#include "tst_jwt.moc"
