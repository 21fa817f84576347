#include "gateway/policies/catalogue.h"
#include "gateway/policies/registry.h"
#include "gateway/server/configuration_report.h"
#include "gateway/server/explanation.h"
#include "tests/support/fake_clock.h"

#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QTest>

using namespace postern;

namespace {

const char* const document = R"(apiVersion: postern.dev/v1alpha1
kind: ApiGateway
metadata: {name: accounts, namespace: payments, annotations: {postern.dev/revision: abc123}}
spec:
  listeners: [{name: main, address: "127.0.0.1:0"}]
  upstreams: [{name: app, endpoints: [{address: "127.0.0.1:9000"}]}]
  routes:
    - {name: read, match: {methods: [GET], path: "/v1/accounts/{id}"}, upstream: app}
    - name: transfer
      match: {methods: [POST], path: /v1/transfers}
      upstream: app
      policies:
        - {name: callers, type: jwt, config: {issuer: https://id.example, audiences: [a], algorithms: [ES256], jwks: {file: jwks.json}}}
  policies:
    - {name: size, type: requestSize, config: {maxBody: 8B}}
    - {name: callers, type: jwt, mode: shadow, config: {issuer: https://id.example, audiences: [a], algorithms: [ES256], jwks: {file: jwks.json}}}
    - {name: fair-use, type: rateLimit, config: {key: address, limit: 5, per: 1s}}
    - {name: unused, type: requestId, mode: "off", config: {}}
    - {name: shape, type: headers, config: {request: {set: {X-Real-IP: "${address}", X-Backend-Token: "hunter2"}}}}
)";

std::shared_ptr<const EffectiveDocument> effective()
{
    QFile jwks(QStringLiteral(POSTERN_TEST_DATA "/samples/jwks.json"));
    if (!jwks.open(QIODevice::ReadOnly))
        qFatal("no keys");
    const MemorySource source(
        {{QStringLiteral("gateway.yaml"), document}, {QStringLiteral("jwks.json"), jwks.readAll()}});
    const LoadedDocuments loaded = loadDocuments({QStringLiteral("gateway.yaml")}, source, policyCatalogue());
    for (const Finding& finding : loaded.findings)
        qWarning("%s", qPrintable(finding.text()));
    EffectiveResult result =
        makeEffective(loaded, u"payments/accounts", policyCatalogue(), QDate(2026, 1, 1));
    if (!result.document)
        qFatal("the test's document does not load");
    return std::make_shared<const EffectiveDocument>(std::move(*result.document));
}

} // namespace

class TestExplanation : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { m_document = effective(); }
    void explains_data();
    void explains();
    void tellsWhereAPolicyComesFrom();
    void showsWhatTheUpstreamGets();
    void readsLikeAReport();
    void needsAWholeHead();
    void reportsWithoutCredentials();

private:
    QJsonObject explained(const QByteArray& request)
    {
        const auto explanation =
            explainRequest(m_document, builtPolicies(), request, *HostAddress::parse("192.0.2.7"), m_clock);
        return explanation ? explanation->json() : QJsonObject();
    }

    test::FakeClock m_clock;
    std::shared_ptr<const EffectiveDocument> m_document;
};

void TestExplanation::explains_data()
{
    QTest::addColumn<QByteArray>("request");
    QTest::addColumn<QString>("route");
    QTest::addColumn<QString>("decisions");
    QTest::addColumn<QString>("outcome");
    const auto text = [](const char* words) { return QString::fromLatin1(words); };
    QTest::newRow("passes, though shadow says no")
        << QByteArray("GET /v1/accounts/7 HTTP/1.1\r\nHost: a\r\n\r\n") << text("read")
        << text("unused off,size allow,callers shadow-deny,fair-use allow,shape allow")
        << text("forward app");
    QTest::newRow("lines of an editor")
        << QByteArray("GET /v1/accounts/7 HTTP/1.1\nHost: a\n") << text("read")
        << text("unused off,size allow,callers shadow-deny,fair-use allow,shape allow")
        << text("forward app");
    QTest::newRow("refused, and what follows is not reached")
        << QByteArray("POST /v1/transfers HTTP/1.1\r\nHost: a\r\n\r\n") << text("transfer")
        << text("unused off,size allow,callers deny,fair-use not-reached,shape not-reached")
        << text("refuse 401 token-missing by callers");
    QTest::newRow("too large as announced")
        << QByteArray("GET /v1/accounts/7 HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n123456789")
        << text("read")
        << text("unused off,size deny,callers not-reached,fair-use not-reached,shape not-reached")
        << text("refuse 413 body-too-large by size");
    QTest::newRow("too large in chunks")
        << QByteArray("GET /v1/accounts/7 HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: "
                      "chunked\r\n\r\n9\r\n123456789\r\n0\r\n\r\n")
        << text("read") << text("unused off,size deny,callers shadow-deny,fair-use allow,shape allow")
        << text("refuse 413 body-too-large by size");
    QTest::newRow("no route") << QByteArray("GET /nowhere HTTP/1.1\r\nHost: a\r\n\r\n") << text("-")
                              << text("unused off,size allow,callers shadow-deny,fair-use allow,shape allow")
                              << text("refuse 404 no-route");
    QTest::newRow("no such method")
        << QByteArray("DELETE /v1/transfers HTTP/1.1\r\nHost: a\r\n\r\n") << text("-")
        << text("unused off,size allow,callers shadow-deny,fair-use allow,shape allow")
        << text("refuse 405 method-not-allowed");
    QTest::newRow("malformed") << QByteArray("GET / HTTP/1.1\r\n\r\n") << QString() << QString()
                               << text("refuse 400 host-missing");
}

void TestExplanation::explains()
{
    QFETCH(QByteArray, request);
    QFETCH(QString, route);
    QFETCH(QString, decisions);
    QFETCH(QString, outcome);
    const QJsonObject json = explained(request);
    QCOMPARE(json.value(QLatin1String("route")).toString(), route);
    QStringList seen;
    for (const QJsonValue& policy : json.value(QLatin1String("policies")).toArray())
        seen.append(policy[QLatin1String("name")].toString() + u' ' +
                    policy[QLatin1String("decision")].toString());
    QCOMPARE(seen.join(u','), decisions);
    const QJsonObject end = json.value(QLatin1String("outcome")).toObject();
    QString told = end.value(QLatin1String("decision")).toString();
    if (end.contains(QLatin1String("upstream")))
        told += u' ' + end.value(QLatin1String("upstream")).toString();
    if (end.contains(QLatin1String("status")))
        told += QStringLiteral(" %1 %2")
                    .arg(end.value(QLatin1String("status")).toInt())
                    .arg(end.value(QLatin1String("reason")).toString());
    if (end.contains(QLatin1String("policy")))
        told += QStringLiteral(" by ") + end.value(QLatin1String("policy")).toString();
    QCOMPARE(told, outcome);
}

void TestExplanation::tellsWhereAPolicyComesFrom()
{
    const QJsonArray policies = explained("POST /v1/transfers HTTP/1.1\r\nHost: a\r\n\r\n")
                                    .value(QLatin1String("policies"))
                                    .toArray();
    const QJsonObject origin = policies[2][QLatin1String("origin")].toObject();
    QCOMPARE(origin.value(QLatin1String("layer")).toString(), QStringLiteral("route"));
    QCOMPARE(origin.value(QLatin1String("file")).toString(), QStringLiteral("gateway.yaml"));
    QCOMPARE(origin.value(QLatin1String("line")).toInt(), 13);
    QCOMPARE(origin.value(QLatin1String("revision")).toString(), QStringLiteral("abc123"));
    QVERIFY(!policies[2][QLatin1String("why")].toString().isEmpty());
}

void TestExplanation::showsWhatTheUpstreamGets()
{
    const QString head = explained("GET /v1/accounts/7 HTTP/1.1\r\nHost: a\r\nX-Real-IP: 6.6.6.6\r\n"
                                   "Authorization: Bearer e30.e30.e30\r\n\r\n")
                             .value(QLatin1String("outcome"))[QLatin1String("request")]
                             .toString();
    QVERIFY2(head.contains(QStringLiteral("X-Real-IP: 192.0.2.7\n")), qPrintable(head));
    QVERIFY(!head.contains(QStringLiteral("6.6.6.6")));
    QVERIFY(!head.contains(QStringLiteral("e30")));
    QVERIFY(!head.contains(QStringLiteral("hunter2")));
}

void TestExplanation::readsLikeAReport()
{
    const auto explanation =
        explainRequest(m_document, builtPolicies(), "POST /v1/transfers HTTP/1.1\r\nHost: a\r\n\r\n",
                       *HostAddress::parse("192.0.2.7"), m_clock);
    QVERIFY(explanation);
    const QString text = explanation->text();
    QVERIFY(text.contains(QStringLiteral("POST /v1/transfers from 192.0.2.7, route transfer\n")));
    QVERIFY(text.contains(QStringLiteral("deny 401 token-missing: The request carries no bearer token.")));
    QVERIFY(text.endsWith(
        QStringLiteral("Refused by callers: 401 token-missing: The request carries no bearer token.\n")));
}

void TestExplanation::needsAWholeHead()
{
    const auto explanation = explainRequest(m_document, builtPolicies(), "GET / HTTP/1.1\r\nHost: a\r\n",
                                            *HostAddress::parse("192.0.2.7"), m_clock);
    QVERIFY(!explanation);
    QVERIFY(explanation.error().message.contains(QStringLiteral("empty line")));
}

void TestExplanation::reportsWithoutCredentials()
{
    const QDateTime loaded(QDate(2026, 1, 2), QTime(3, 4, 5, 6), Qt::UTC);
    const QByteArray text = QByteArray::fromStdString(reportConfiguration(*m_document, loaded));
    const QJsonObject report = QJsonDocument::fromJson(text).object();
    QCOMPARE(report.value(QLatin1String("api")).toString(), QStringLiteral("payments/accounts"));
    QCOMPARE(report.value(QLatin1String("hash")).toString(), m_document->hash);
    QCOMPARE(report.value(QLatin1String("revision")).toString(), QStringLiteral("abc123"));
    QCOMPARE(report.value(QLatin1String("loadedAt")).toString(), QStringLiteral("2026-01-02T03:04:05.006Z"));
    QVERIFY(report.value(QLatin1String("spec")).toObject().contains(QLatin1String("routes")));
    QVERIFY(!text.contains("hunter2"));
    QVERIFY(text.contains("[redacted]"));
    QVERIFY(text.contains("${address}"));
    bool found = false;
    for (const QJsonValue& origin : report.value(QLatin1String("origins")).toArray())
        found |= origin[QLatin1String("policy")].toString() == u"fair-use" &&
                 origin[QLatin1String("routes")].toArray().size() == 2;
    QVERIFY(found);
}

QTEST_GUILESS_MAIN(TestExplanation)
#include "tst_explanation.moc"
