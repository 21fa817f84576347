#include "gateway/policies/rate_limit/config.h"
#include "tests/gateway/policies/policy_exchange.h"

using namespace postern;
using namespace postern::test;
using Outcome = PolicyRun::Outcome;

namespace {

EffectivePolicy rateLimit(const QByteArray& config)
{
    return effectivePolicy(QStringLiteral("rateLimit"), config);
}

int allowedInARow(PolicyExchange& exchange, const QByteArray& fields, int most = 100)
{
    int count = 0;
    while (count < most && exchange.request(fields) == Outcome::Continue)
        ++count;
    return count;
}

} // namespace

class RateLimitTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void refusesBeyondTheBurst()
    {
        PolicyExchange exchange(rateLimit("{key: address, limit: 10, per: 1s, burst: 3}"));
        QCOMPARE(allowedInARow(exchange, {}), 3);
        QCOMPARE(exchange.problem().status, 429);
        QCOMPARE(exchange.problem().reason, std::string_view("rate-limited"));
        QCOMPARE(exchange.problem().policy, std::string_view("under-test"));
        QCOMPARE(exchange.problemHeader("Retry-After"), "1");
        QCOMPARE(exchange.problemHeader("RateLimit-Policy"), "\"under-test\";q=10;w=1");
        QCOMPARE(exchange.problemHeader("RateLimit"), "\"under-test\";r=0;t=1");
        exchange.clock.advance(std::chrono::milliseconds(100));
        QCOMPARE(allowedInARow(exchange, {}), 1);
    }

    void theBurstIsTheLimitWhereNothingIsSaid()
    {
        PolicyExchange exchange(rateLimit("{key: address, limit: 4, per: 1m}"));
        QCOMPARE(allowedInARow(exchange, {}), 4);
        QCOMPARE(exchange.problemHeader("Retry-After"), "15");
    }

    void countsByWhatTheDocumentNames_data()
    {
        QTest::addColumn<QByteArray>("key");
        QTest::addColumn<QByteArray>("first");
        QTest::addColumn<QByteArray>("second");
        QTest::newRow("a header") << QByteArray("header.X-Partner") << QByteArray("X-Partner: a\r\n")
                                  << QByteArray("X-Partner: b\r\n");
        QTest::newRow("two headers are told apart")
            << QByteArray("[header.A, header.B]") << QByteArray("A: ab\r\nB: c\r\n")
            << QByteArray("A: a\r\nB: bc\r\n");
        QTest::newRow("a header and the address")
            << QByteArray("[address, header.A]") << QByteArray("A: 1\r\n") << QByteArray("A: 2\r\n");
    }
    void countsByWhatTheDocumentNames()
    {
        QFETCH(QByteArray, key);
        QFETCH(QByteArray, first);
        QFETCH(QByteArray, second);
        PolicyExchange exchange(rateLimit("{key: " + key + ", limit: 2, per: 1s}"));
        QCOMPARE(allowedInARow(exchange, first), 2);
        QCOMPARE(allowedInARow(exchange, second), 2);
        QCOMPARE(allowedInARow(exchange, first), 0);
    }

    void aMissingKeyIsRefusedOrSkipped()
    {
        PolicyExchange refusing(rateLimit("{key: jwt.sub, limit: 2, per: 1s}"));
        QCOMPARE(refusing.request({}), Outcome::Refused);
        QCOMPARE(refusing.problem().status, 403);
        QCOMPARE(refusing.problem().reason, std::string_view("rate-limit-key-missing"));
        PolicyExchange skipping(rateLimit("{key: caller, limit: 2, per: 1s, onMissingKey: skip}"));
        QCOMPARE(allowedInARow(skipping, {}, 10), 10);
    }

    void severalLimitsAreAllOrNothing()
    {
        PolicyExchange exchange(
            rateLimit("limits: [{key: header.A, limit: 5, per: 1m}, {key: address, limit: 3, per: 1s}]"));
        QCOMPARE(allowedInARow(exchange, "A: 1\r\n"), 3);
        QCOMPARE(exchange.problemHeader("RateLimit-Policy"), "\"under-test-2\";q=3;w=1");
        // The refused requests drew nothing from the first limit: two are left of its five.
        exchange.clock.advance(std::chrono::seconds(1));
        QCOMPARE(allowedInARow(exchange, "A: 1\r\n"), 2);
        QCOMPARE(exchange.problemHeader("RateLimit-Policy"), "\"under-test-1\";q=5;w=60");
    }

    void countersLiveThroughAReload()
    {
        PolicyExchange before(rateLimit("{key: address, limit: 10, per: 1h}"));
        QCOMPARE(allowedInARow(before, {}, 6), 6);
        PolicyExchange same(rateLimit("{key: address, limit: 10, per: 1h}"), before.compiled().sharedState());
        QCOMPARE(allowedInARow(same, {}), 4);
        // Another period is another limit, which nobody has drawn on.
        PolicyExchange other(rateLimit("{key: address, limit: 10, per: 2h}"),
                             before.compiled().sharedState());
        QCOMPARE(allowedInARow(other, {}), 10);
    }

    /// A document is compiled before it is known whether it can be taken: the one before serves on.
    void aConfigurationNotTakenChangesNothing_data()
    {
        QTest::addColumn<QByteArray>("next");
        QTest::newRow("more") << QByteArray("{key: address, limit: 1000, per: 1h}");
        QTest::newRow("less") << QByteArray("{key: address, limit: 5, per: 1h}");
    }
    void aConfigurationNotTakenChangesNothing()
    {
        QFETCH(QByteArray, next);
        PolicyExchange exchange(rateLimit("{key: address, limit: 10, per: 1h}"));
        QCOMPARE(allowedInARow(exchange, {}, 6), 6);
        for (int i = 0; i < 3; ++i)
            QVERIFY(builtPolicies().compile(rateLimit(next), {{}, exchange.compiled().sharedState()}));
        QCOMPARE(allowedInARow(exchange, {}), 4);
        exchange.clock.advance(std::chrono::minutes(6));
        QCOMPARE(allowedInARow(exchange, {}), 1);
    }

    void aShallowerBucketLocksNobodyOut()
    {
        PolicyExchange before(rateLimit("{key: address, limit: 3600, per: 1h}"));
        QCOMPARE(allowedInARow(before, {}, 3600), 3600);
        PolicyExchange after(rateLimit("{key: address, limit: 3600, per: 1h, burst: 10}"),
                             before.compiled().sharedState());
        QCOMPARE(allowedInARow(after, {}), 0);
        after.clock.advance(std::chrono::seconds(2));
        QCOMPARE(allowedInARow(after, {}), 2);
    }

    void limitsOfOneKeyAndPeriodStayApart()
    {
        const EffectivePolicy policy = rateLimit("limits: [{key: address, limit: 60, per: 1m, burst: 9}, "
                                                 "{key: address, limit: 90, per: 1m, burst: 4}]");
        PolicyExchange before(policy);
        QCOMPARE(allowedInARow(before, {}), 4);
        PolicyExchange after(policy, before.compiled().sharedState());
        QCOMPARE(allowedInARow(after, {}), 0);
        after.clock.advance(std::chrono::seconds(4)); // six back in the second, which holds four
        QCOMPARE(allowedInARow(after, {}), 4);
        after.clock.advance(std::chrono::seconds(1));
        QCOMPARE(allowedInARow(after, {}), 1);
    }

    void shadowCountsAndLetsPass()
    {
        EffectivePolicy policy = rateLimit("{key: address, limit: 1, per: 1h}");
        policy.entry.mode = Mode::Shadow;
        PolicyExchange exchange(policy);
        QCOMPARE(allowedInARow(exchange, {}, 5), 5);
    }

    void refusesConfigurations_data()
    {
        QTest::addColumn<QByteArray>("config");
        QTest::addColumn<QString>("rule");
        QTest::newRow("no key") << QByteArray("{limit: 1, per: 1s}") << QStringLiteral("missing-field");
        QTest::newRow("nothing") << QByteArray("{}") << QStringLiteral("missing-field");
        QTest::newRow("both forms")
            << QByteArray("{key: address, limit: 1, per: 1s, limits: [{key: address, limit: 1, per: 1s}]}")
            << QStringLiteral("conflicting-fields");
        QTest::newRow("unknown attribute")
            << QByteArray("{key: cookie.a, limit: 1, per: 1s}") << QStringLiteral("invalid-attribute");
        QTest::newRow("a bucket that fills for longer than can be counted")
            << QByteArray("{key: address, limit: 1, per: 30d, burst: 3600}")
            << QStringLiteral("out-of-range");
        QTest::newRow("one of them does")
            << QByteArray("{limits: [{key: address, limit: 1, per: 1s}, "
                          "{key: address, limit: 100, per: 24h, burst: 100000000}]}")
            << QStringLiteral("out-of-range");
        QTest::newRow("limit of nothing")
            << QByteArray("{key: address, limit: 0, per: 1s}") << QStringLiteral("out-of-range");
    }
    void refusesConfigurations()
    {
        QFETCH(QByteArray, config);
        QFETCH(QString, rule);
        Findings findings;
        const auto nodes = readYaml(config, findings);
        QCOMPARE(nodes.size(), 1U);
        std::ignore = rateLimitRecord().parse(nodes.front(), QStringLiteral("config"), findings);
        QVERIFY(findings.hasErrors());
        QCOMPARE(findings.all().front().rule, rule);
    }
};

QTEST_GUILESS_MAIN(RateLimitTest)
#include "tst_rate_limit.moc"
