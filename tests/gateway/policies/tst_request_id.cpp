#include "gateway/policies/request_id/config.h"
#include "tests/gateway/policies/policy_exchange.h"

#include <QRegularExpression>
#include <QSet>

using namespace postern;
using namespace postern::test;
using Outcome = PolicyRun::Outcome;

class RequestIdTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void refusesFieldsOfOthers_data()
    {
        QTest::addColumn<QByteArray>("name");
        for (const char* name : {"Authorization", "cookie", "Host", "Transfer-Encoding", "Connection"})
            QTest::newRow(name) << QByteArray(name);
    }
    /// The id replaces what a client sent.
    void refusesFieldsOfOthers()
    {
        QFETCH(QByteArray, name);
        Findings findings;
        const auto nodes = readYaml("{header: " + name + "}", findings);
        std::ignore = requestIdRecord().parse(nodes.front(), QStringLiteral("config"), findings);
        QCOMPARE(findings.errors(), 1U);
        QCOMPARE(findings.all().front().rule, QStringLiteral("invalid-header-name"));
    }

    void givesEachRequestAnId()
    {
        PolicyExchange exchange(effectivePolicy(QStringLiteral("requestId"), "{}"));
        const QRegularExpression uuid7(
            QStringLiteral("^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$"));
        QSet<QByteArray> seen;
        for (int i = 0; i < 1000; ++i) {
            QCOMPARE(exchange.request({}), Outcome::Continue);
            const QByteArray id = exchange.field("X-Request-Id");
            QVERIFY2(uuid7.match(QString::fromLatin1(id)).hasMatch(), id.constData());
            seen.insert(id);
        }
        QCOMPARE(seen.size(), 1000);
        exchange.answer();
        QCOMPARE(exchange.response.headers.value("X-Request-Id"), exchange.context.requestId);
    }

    void carriesItsMoment()
    {
        PolicyExchange exchange(effectivePolicy(QStringLiteral("requestId"), "{}"));
        exchange.request({});
        // The first 48 bits are milliseconds since 1970 (RFC 9562 §5.7): FakeClock's 2026-01-01T00:00:01Z.
        const QByteArray id = exchange.field("X-Request-Id");
        QCOMPARE((id.left(8) + id.mid(9, 4)).toLongLong(nullptr, 16), 1767225601000);
    }

    void trustsWhomTheDocumentTrusts_data()
    {
        QTest::addColumn<QByteArray>("config");
        QTest::addColumn<bool>("peerTrusted");
        QTest::addColumn<QByteArray>("sent");
        QTest::addColumn<bool>("kept");
        const auto row = [](const char* name, const char* trust, bool peer, const char* sent, bool kept) {
            QTest::newRow(name) << QByteArray("trust: ") + trust << peer << QByteArray(sent) << kept;
        };
        row("a trusted proxy's", "trustedProxies", true, "abc-123", true);
        row("anybody else's", "trustedProxies", false, "abc-123", false);
        row("never", "never", true, "abc-123", false);
        row("always", "always", false, "abc-123", true);
        row("too long", "always", true, QByteArray(129, 'a').constData(), false);
        row("with a quote", "always", true, "a\"b", false);
        row("with a space", "always", true, "a b", false);
    }
    void trustsWhomTheDocumentTrusts()
    {
        QFETCH(QByteArray, config);
        QFETCH(bool, peerTrusted);
        QFETCH(QByteArray, sent);
        QFETCH(bool, kept);
        PolicyExchange exchange(effectivePolicy(QStringLiteral("requestId"), config));
        exchange.peerTrusted = peerTrusted;
        exchange.withheld.add("x-request-id", {sent.constData(), std::size_t(sent.size())});
        QCOMPARE(exchange.request({}), Outcome::Continue);
        QCOMPARE(exchange.field("X-Request-Id") == sent, kept);
        QCOMPARE(exchange.head.headers.count("X-Request-Id"), 1U);
    }

    void twoIdsAreNone()
    {
        PolicyExchange exchange(effectivePolicy(QStringLiteral("requestId"), "trust: always"));
        exchange.withheld.add("X-Request-Id", "one");
        exchange.withheld.add("X-Request-Id", "two");
        exchange.request({});
        QCOMPARE(exchange.field("X-Request-Id").size(), 36);
    }
};

QTEST_GUILESS_MAIN(RequestIdTest)
#include "tst_request_id.moc"
