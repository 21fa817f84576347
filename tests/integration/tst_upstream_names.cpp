// Upstreams found by name, in the program itself: the lookup is the control thread's, the requests the
// workers'.
#include "tests/integration/serve_process.h"
#include "tests/support/dns_server.h"
#include "tests/support/raw_client.h"
#include "tests/support/recording_upstream.h"

#include <QTemporaryDir>
#include <QTest>

#include <memory>

using namespace postern::test;

namespace {

const std::string kName = "app.example";
const std::string kGet = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

QMap<QString, QByteArray> named(const QByteArray& dns, const QByteArray& name = "app.example")
{
    return {
        {QStringLiteral("gateway.yaml"), "apiVersion: postern.dev/v1alpha1\n"
                                         "kind: ApiGateway\n"
                                         "metadata: {name: accounts, namespace: payments}\n"
                                         "spec:\n"
                                         "  listeners: [{name: main, address: \"127.0.0.1:0\"}]\n"
                                         "  upstreams: [{name: app, dns: {name: " +
                                             name + ", " + dns +
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
    void sparesServeMeanwhile();
    void startsWithoutAnAnswer();
    void newNameIsLookedUpFirst();
    void newerConfigurationEndsTheWaiting();
    void handsOverTheAnswer();
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

/// The next priority of an SRV answer, while the lowest can not be reached (RFC 2782).
void TestUpstreamNames::sparesServeMeanwhile()
{
    RecordingUpstream gone;
    gone.stopListening();
    RecordingUpstream spare;
    RecordingUpstream back;
    const auto services = [&spare](quint16 first) -> DnsServer::Reply {
        return {{DnsServer::service(kName, 7, 1, spare.port(), "pod.example"),
                 DnsServer::service(kName, 3, 1, first, "pod.example")}};
    };
    DnsServer server;
    server.answer(kName, DnsServer::Type::Srv, services(gone.port()));
    server.answerAddresses("pod.example", {"127.0.0.1"});
    ServeProcess serve;
    serve.configure(named("type: SRV"));
    QVERIFY(serve.start(asking(server)));
    RawClient client(serve.port());
    for (int i = 0; i < 4; ++i)
        QCOMPARE(client.ask(kGet).status, 200);
    QCOMPARE(spare.requests().size(), std::size_t{4});

    server.answer(kName, DnsServer::Type::Srv, services(back.port()));
    const auto moved = [&] {
        const bool ok = client.ask(kGet).status == 200;
        return !ok || !back.requests().empty();
    };
    QVERIFY(QTest::qWaitFor(moved, 10'000));
    const std::size_t seen = spare.requests().size();
    for (int i = 0; i < 4; ++i)
        QCOMPARE(client.ask(kGet).status, 200);
    QCOMPARE(spare.requests().size(), seen);
    QCOMPARE(back.requests().size(), std::size_t{5});
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

/// A name that has no answer does not replace endpoints that work; as soon as it has one it does.
void TestUpstreamNames::newNameIsLookedUpFirst()
{
    RecordingUpstream before;
    RecordingUpstream after;
    DnsServer server;
    server.answerAddresses(kName, {"127.0.0.1"});
    ServeProcess serve;
    serve.configure(named("port: " + QByteArray::number(before.port())));
    QVERIFY(serve.start(asking(server)));
    RawClient client(serve.port());
    QCOMPARE(client.ask(kGet).status, 200);

    serve.configure(named("port: " + QByteArray::number(after.port()), "new.example"));
    const QJsonObject rejected = serve.waitForEvent(QStringLiteral("configuration"));
    QCOMPARE(rejected.value(u"result").toString(), QStringLiteral("rejected"));
    const QJsonObject finding = rejected.value(u"findings")[0].toObject();
    QCOMPARE(finding.value(u"rule").toString(), QStringLiteral("name-without-answer"));
    QCOMPARE(finding.value(u"path").toString(), QStringLiteral("spec.upstreams[0].dns.name"));
    QVERIFY(finding.value(u"found").toString().contains(QLatin1String("new.example")));
    QCOMPARE(serve.metric("postern_config_loads_total{api=\"payments/accounts\",result=\"rejected\"}"), 1.0);
    for (int i = 0; i < 4; ++i)
        QCOMPARE(client.ask(kGet).status, 200);
    QVERIFY(after.requests().empty());

    server.answerAddresses("new.example", {"127.0.0.1"});
    const auto moved = [&] {
        const bool ok = client.ask(kGet).status == 200;
        return !ok || !after.requests().empty();
    };
    QVERIFY(QTest::qWaitFor(moved, 20'000));
    QCOMPARE(client.ask(kGet).status, 200);
    QCOMPARE(serve.waitForEvent(QStringLiteral("configuration")).value(u"result").toString(),
             QStringLiteral("applied"));
    QCOMPARE(serve.metric("postern_config_loads_total{api=\"payments/accounts\",result=\"rejected\"}"), 1.0);
}

void TestUpstreamNames::newerConfigurationEndsTheWaiting()
{
    RecordingUpstream before;
    RecordingUpstream after;
    DnsServer server;
    server.answerAddresses(kName, {"127.0.0.1"});
    ServeProcess serve;
    serve.configure(named("port: " + QByteArray::number(before.port())));
    QVERIFY(serve.start(asking(server)));
    serve.configure(named("port: 9", "never.example"));
    QCOMPARE(serve.waitForEvent(QStringLiteral("configuration")).value(u"result").toString(),
             QStringLiteral("rejected"));
    serve.configure(named("port: " + QByteArray::number(after.port())));
    QCOMPARE(serve.waitForEvent(QStringLiteral("configuration")).value(u"result").toString(),
             QStringLiteral("applied"));
    server.answerAddresses("never.example", {"127.0.0.1"}); // too late
    RawClient client(serve.port());
    QCOMPARE(client.ask(kGet).status, 200);
    QCOMPARE(after.requests().size(), std::size_t{1});
}

/// A successor that starts while DNS is away knows what its predecessor knew.
void TestUpstreamNames::handsOverTheAnswer()
{
    RecordingUpstream upstream;
    DnsServer server;
    server.answer(kName, DnsServer::Type::Srv, service(upstream.port()));
    server.answerAddresses("pod.example", {"127.0.0.1"});
    QTemporaryDir folder;
    const QStringList options =
        asking(server) + QStringList{QStringLiteral("--handover"), folder.filePath(QStringLiteral("path"))};
    auto serving = std::make_unique<ServeProcess>();
    serving->configure(named("type: SRV"));
    QVERIFY(serving->start(options));
    server.answer(kName, DnsServer::Type::Srv, {{}, 2});
    for (int generation = 0; generation < 2;
         ++generation) { // the second has it from the first, which had no answer itself
        auto successor = std::make_unique<ServeProcess>();
        successor->configure(named("type: SRV"));
        QVERIFY(successor->start(options));
        QCOMPARE(RawClient(successor->port()).ask(kGet).status, 200);
        QVERIFY(!serving->waitForEvent(QStringLiteral("draining")).isEmpty());
        serving = std::move(successor);
    }
    QCOMPARE(upstream.requests().size(), std::size_t{2});
}

QTEST_GUILESS_MAIN(TestUpstreamNames)

#include "tst_upstream_names.moc"
