#include "gateway/policies/headers/config.h"
#include "tests/gateway/policies/policy_exchange.h"

using namespace postern;
using namespace postern::test;
using Outcome = PolicyRun::Outcome;

namespace {

EffectivePolicy headersPolicy(const QByteArray& config)
{
    return effectivePolicy(QStringLiteral("headers"), config);
}

} // namespace

class HeadersPolicyTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void changesTheRequest()
    {
        PolicyExchange exchange(
            headersPolicy("request:\n"
                          "  set: {X-Real-IP: \"${address}\", X-Api: \"api=${api}; route=${route}\"}\n"
                          "  add: {Via: postern}\n"
                          "  remove: [Cookie]\n"));
        QCOMPARE(exchange.request("Cookie: a=b\r\ncookie: c=d\r\nVia: 1.1 edge\r\nX-Api: forged\r\n"),
                 Outcome::Continue);
        QVERIFY(!exchange.head.headers.find("Cookie"));
        QCOMPARE(exchange.field("X-Real-IP"), "192.0.2.7");
        QCOMPARE(exchange.field("X-Api"), "api=payments/accounts; route=read-account");
        QCOMPARE(exchange.head.headers.count("X-Api"), 1U);
        QCOMPARE(exchange.head.headers.count("Via"), 2U);
        QCOMPARE(exchange.compiled().managedHeaders(),
                 (std::vector<std::string>{"X-Real-IP", "X-Api", "Via"}));
    }

    void removesLookAlikes_data()
    {
        QTest::addColumn<QString>("mode");
        QTest::newRow("enforce") << QStringLiteral("enforce");
        QTest::newRow("shadow") << QStringLiteral("shadow");
    }
    void removesLookAlikes()
    {
        QFETCH(QString, mode);
        const bool enforced = mode == QLatin1StringView("enforce");
        PolicyExchange exchange(effectivePolicy(QStringLiteral("headers"),
                                                "request: {remove: [X-Debug, Cookie]}", {},
                                                enforced ? Mode::Enforce : Mode::Shadow));
        QCOMPARE(exchange.request("X-Debug: 1\r\nX_Debug: 2\r\nx.DEBUG: 3\r\ncookie: 4\r\nX-Debugs: 5\r\n"
                                  "XDebug: 6\r\n"),
                 Outcome::Continue);
        for (const char* name : {"X-Debug", "X_Debug", "x.DEBUG", "cookie"})
            QCOMPARE(exchange.head.headers.find(name) == nullptr, enforced);
        QCOMPARE(exchange.field("X-Debugs"), "5");
        QCOMPARE(exchange.field("XDebug"), "6");
        // Others may read them first, and other routes keep them.
        QVERIFY(exchange.compiled().managedHeaders().empty());
    }

    void aFieldWithoutItsValueIsNotThere()
    {
        PolicyExchange exchange(
            headersPolicy("request: {set: {X-User: \"${caller}\", X-Ok: \"${header.A}\"}}"));
        QCOMPARE(exchange.request("X-User: forged\r\nA: 1\r\n"), Outcome::Continue);
        QVERIFY(!exchange.head.headers.find("X-User"));
        QCOMPARE(exchange.field("X-Ok"), "1");
    }

    void changesTheResponse()
    {
        PolicyExchange exchange(headersPolicy("response: {set: {X-Route: \"${route}\"}, remove: [Server]}"));
        QCOMPARE(exchange.request({}), Outcome::Continue);
        exchange.response.headers.add("Server", "app/1.2");
        exchange.answer();
        QVERIFY(!exchange.response.headers.find("Server"));
        QCOMPARE(exchange.response.headers.value("X-Route"), std::string_view("read-account"));
    }

    void refusesConfigurations_data()
    {
        QTest::addColumn<QByteArray>("config");
        QTest::addColumn<QString>("rule");
        QTest::newRow("framing") << QByteArray("request: {set: {Content-Length: '1'}}")
                                 << QStringLiteral("invalid-header-name");
        QTest::newRow("host removed")
            << QByteArray("request: {remove: [host]}") << QStringLiteral("invalid-header-name");
        QTest::newRow("no token") << QByteArray("request: {set: {'X User': a}}")
                                  << QStringLiteral("invalid-header-name");
        QTest::newRow("line break") << QByteArray("request: {set: {X: \"a\\nb\"}}")
                                    << QStringLiteral("control-character");
        QTest::newRow("unknown variable")
            << QByteArray("request: {set: {X: \"${password}\"}}") << QStringLiteral("invalid-header-value");
        QTest::newRow("unclosed variable")
            << QByteArray("request: {set: {X: \"${caller\"}}") << QStringLiteral("invalid-header-value");
    }
    void refusesConfigurations()
    {
        QFETCH(QByteArray, config);
        QFETCH(QString, rule);
        Findings findings;
        const auto nodes = readYaml(config, findings);
        QCOMPARE(nodes.size(), 1U);
        std::ignore = headersRecord().parse(nodes.front(), QStringLiteral("config"), findings);
        QCOMPARE(findings.errors(), 1U);
        QCOMPARE(findings.all().front().rule, rule);
    }
};

QTEST_GUILESS_MAIN(HeadersPolicyTest)
#include "tst_headers_policy.moc"
