// Upstreams found by name, in the program itself: the lookup is the control thread's, the requests the
// workers'.
#include "tests/integration/serve_process.h"
#include "tests/support/dns_server.h"
#include "tests/support/raw_client.h"
#include "tests/support/recording_upstream.h"

#include <QTest>

using namespace postern::test;

namespace {

const std::string kName = "app.example";
const std::string kGet = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

QMap<QString, QByteArray> named(const QByteArray& dns)
{
    return {
        {QStringLiteral("gateway.yaml"), "apiVersion: postern.dev/v1alpha1\n"
                                         "kind: ApiGateway\n"
                                         "metadata: {name: accounts, namespace: payments}\n"
                                         "spec:\n"
                                         "  listeners: [{name: main, address: \"127.0.0.1:0\"}]\n"
                                         "  upstreams: [{name: app, dns: {name: app.example, " +
                                             dns +
                                             ", refresh: 1s}}]\n"
                                             "  routes: [{name: all, match: {path: /**}, upstream: app}]\n"}};
}

QStringList asking(const DnsServer& server)
{
    return {QStringLiteral("--dns"), QStringLiteral("127.0.0.1:%1").arg(server.port())};
}

DnsServer::Reply service(quint16 port) { return {{DnsServer::service(kName, 0, 1, port, "pod.example")}}; }

} // namespace

class TestUpstreamNames : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void addresses();
    void movesAndServesOn();
    void startsWithoutAnAnswer();
};

void TestUpstreamNames::addresses()
{
    RecordingUpstream upstream;
    DnsServer server;
    server.answerAddresses(kName, {"127.0.0.1"});
    ServeProcess serve;
    serve.configure(named("port: " + QByteArray::number(upstream.port())));
    QVERIFY(serve.start(asking(server)));
    RawClient client(serve.port());
    QCOMPARE(client.ask(kGet).status, 200); // the very first request
}

/// Another answer moves the requests; no answer at all moves nothing. No request fails meanwhile.
void TestUpstreamNames::movesAndServesOn()
{
    RecordingUpstream before;
    RecordingUpstream after;
    DnsServer server;
    server.answer(kName, DnsServer::Type::Srv, service(before.port()));
    server.answerAddresses("pod.example", {"127.0.0.1"});
    ServeProcess serve;
    serve.configure(named("type: SRV"));
    QVERIFY(serve.start(asking(server)));
    RawClient client(serve.port());
    QCOMPARE(client.ask(kGet).status, 200);
    QCOMPARE(before.requests().size(), std::size_t{1});

    server.answer(kName, DnsServer::Type::Srv, service(after.port()));
    const auto moved = [&] {
        const bool ok = client.ask(kGet).status == 200;
        return !ok || !after.requests().empty();
    };
    QVERIFY(QTest::qWaitFor(moved, 10'000));
    server.answer(kName, DnsServer::Type::Srv, {{}, 2});
    QString result;
    while (result != QLatin1String("lookup-failed")) {
        const QJsonObject event = serve.waitForEvent(QStringLiteral("upstream"));
        QVERIFY(!event.isEmpty());
        result = event.value(u"result").toString();
    }
    const std::size_t seen = before.requests().size();
    for (int i = 0; i < 4; ++i)
        QCOMPARE(client.ask(kGet).status, 200);
    QCOMPARE(before.requests().size(), seen);
    QCOMPARE(serve.metric(
                 "postern_upstream_endpoints{api=\"payments/accounts\",upstream=\"app\",state=\"healthy\"}"),
             1.0);
}

void TestUpstreamNames::startsWithoutAnAnswer()
{
    RecordingUpstream upstream;
    DnsServer server;
    ServeProcess serve;
    serve.configure(named("port: " + QByteArray::number(upstream.port())));
    QVERIFY(serve.start(asking(server)));
    QCOMPARE(serve.admin("/readyz"), std::string("ready\n"));
    RawClient client(serve.port());
    const RawResponse refused = client.ask(kGet);
    QCOMPARE(refused.status, 503);
    QVERIFY(refused.body.find("upstream-unavailable") != std::string::npos);
    server.answerAddresses(kName, {"127.0.0.1"});
    QVERIFY(QTest::qWaitFor([&] { return client.ask(kGet).status == 200; }, 10'000));
}

QTEST_GUILESS_MAIN(TestUpstreamNames)

#include "tst_upstream_names.moc"
