// The program itself: started, asked, reconfigured under load, ended.
#include "tests/integration/serve_process.h"
#include "tests/support/raw_client.h"
#include "tests/support/recording_upstream.h"
#include "tests/support/steady_load.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QStandardPaths>
#include <QTcpServer>
#include <QTcpSocket>
#include <QTemporaryDir>
#include <QTest>

#include <csignal>
#include <thread>

using namespace postern::test;

namespace {

QByteArray document(quint16 upstream, const QByteArray& route = "all",
                    const QByteArray& address = "127.0.0.1:0")
{
    return "apiVersion: postern.dev/v1alpha1\n"
           "kind: ApiGateway\n"
           "metadata: {name: accounts, namespace: payments}\n"
           "spec:\n"
           "  listeners: [{name: main, address: \"" +
           address +
           "\"}]\n"
           "  upstreams: [{name: app, endpoints: [{address: \"127.0.0.1:" +
           QByteArray::number(upstream) +
           "\"}]}]\n"
           "  routes: [{name: " +
           route +
           ", match: {path: /**}, upstream: app}]\n"
           "  drain: {delay: 300ms, deadline: 10s}\n";
}

QMap<QString, QByteArray> files(const QByteArray& gateway)
{
    return {{QStringLiteral("gateway.yaml"), gateway}};
}

const std::string request = "GET /v1/accounts/7?token=secret HTTP/1.1\r\nHost: accounts\r\n\r\n";

/// Takes a moment for each answer, so that there always are requests in flight.
RecordingUpstream::Script unhurried()
{
    return [](UpstreamPeer& peer) {
        while (peer.next()) {
            std::this_thread::sleep_for(std::chrono::milliseconds(5)); // the upstream's own work
            peer.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
        }
    };
}

} // namespace

class TestServe : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void servesAndTells();
    void leavesPromtoolNothingToSay();
    void hasAReadOnlyAdmin();
    void reloadsUnderLoad();
    void keepsTheOldWhenTheNewIsBad();
    void changesAnAddress();
    void drainsUnderLoad();
    void deadlineBoundsTheDrain();
    void endsAtOnceWhenAskedTwice_data();
    void endsAtOnceWhenAskedTwice();
    void refusesToStart_data();
    void refusesToStart();
    void refusesATakenAddress();
    void servesOnAPath();
    void servesOnIpv6();
};

void TestServe::servesAndTells()
{
    RecordingUpstream upstream;
    ServeProcess serve;
    serve.configure(files(document(upstream.port())));
    QVERIFY(serve.start());
    RawClient client(serve.port());
    QCOMPARE(client.ask(request).status, 200);
    QCOMPARE(upstream.requests().size(), 1U);

    QCOMPARE(serve.admin("/healthz"), std::string("ok\n"));
    QCOMPARE(serve.admin("/readyz"), std::string("ready\n"));
    QCOMPARE(
        serve.metric(
            "postern_requests_total{api=\"payments/accounts\",route=\"all\",method=\"GET\",code=\"200\"}"),
        1.0);
    QCOMPARE(serve.metric("postern_connections{api=\"payments/accounts\",listener=\"main\"}"), 1.0);
    const QJsonObject config =
        QJsonDocument::fromJson(QByteArray::fromStdString(serve.admin("/config"))).object();
    for (const char* member : {"api", "hash", "revision", "loadedAt", "spec", "origins"})
        QVERIFY2(config.contains(QLatin1String(member)), member);
    const std::string info = "postern_config_info{api=\"payments/accounts\",hash=\"" +
                             config.value(QLatin1String("hash")).toString().toStdString() +
                             "\",revision=\"\"}";
    QCOMPARE(serve.metric(info), 1.0);

    QTRY_VERIFY(serve.accessLog().endsWith('\n'));
    const QJsonObject line = QJsonDocument::fromJson(serve.accessLog()).object();
    QCOMPARE(line.value(QLatin1String("path")).toString(), QStringLiteral("/v1/accounts/7"));
    QCOMPARE(line.value(QLatin1String("code")).toInt(), 200);
    QCOMPARE(line.value(QLatin1String("hash")).toString(), config.value(QLatin1String("hash")).toString());
    QVERIFY(!serve.accessLog().contains("secret"));
}

void TestServe::leavesPromtoolNothingToSay()
{
    const QString promtool = QStandardPaths::findExecutable(QStringLiteral("promtool"));
    QVERIFY2(!promtool.isEmpty(), "Debian's package prometheus is missing");
    RecordingUpstream upstream;
    ServeProcess serve;
    serve.configure(
        files(document(upstream.port()) +
              "  policies: [{name: id, type: requestId, config: {}}]\n"
              "  objectives: [{name: quick, type: latency, target: 99, threshold: 300ms, window: 30d}]\n"));
    QVERIFY(serve.start());
    QCOMPARE(RawClient(serve.port()).ask(request).status, 200);
    QCOMPARE(RawClient(serve.port()).ask("GET / HTTP/1.1\r\n\r\n").status, 400);
    std::string text; // a request is counted after its client has the answer
    QTRY_VERIFY(
        (text = serve.admin("/metrics"), text.find("postern_requests_refused_total") != std::string::npos));
    QVERIFY(text.find("le=\"0.3\"") != std::string::npos);
    QProcess check;
    check.start(promtool, {QStringLiteral("check"), QStringLiteral("metrics")});
    check.write(QByteArray::fromStdString(text));
    check.closeWriteChannel();
    QVERIFY(check.waitForFinished());
    QCOMPARE(QString::fromUtf8(check.readAllStandardOutput() + check.readAllStandardError()), QString());
    QCOMPARE(check.exitCode(), 0);
}

void TestServe::hasAReadOnlyAdmin()
{
    RecordingUpstream upstream;
    ServeProcess serve;
    serve.configure(files(document(upstream.port())));
    QVERIFY(serve.start());
    for (const char* method : {"POST", "PUT", "DELETE", "PATCH"})
        QCOMPARE(RawClient(serve.adminPort())
                     .ask(std::string(method) + " /config HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}")
                     .status,
                 405);
    QCOMPARE(RawClient(serve.adminPort()).ask("GET /quit HTTP/1.1\r\nHost: x\r\n\r\n").status, 404);
}

void TestServe::reloadsUnderLoad()
{
    RecordingUpstream upstream;
    ServeProcess serve;
    serve.configure(files(document(upstream.port())));
    QVERIFY(serve.start());
    SteadyLoad load(serve.port(), {.request = request, .kept = 4});
    constexpr int reloads = 15;
    for (int i = 0; i < reloads; ++i) {
        const int before = load.answered;
        serve.configure(files(document(upstream.port(), "route-" + QByteArray::number(i))));
        const QJsonObject event = serve.waitForEvent(QStringLiteral("configuration"));
        QCOMPARE(event.value(QLatin1String("result")).toString(), QStringLiteral("applied"));
        QVERIFY(!event.value(QLatin1String("changes")).toArray().isEmpty());
        QTRY_VERIFY(load.answered > before);
    }
    load.stop();
    QCOMPARE(load.lost.load(), 0);
    QCOMPARE(serve.metric("postern_config_loads_total{api=\"payments/accounts\",result=\"applied\"}"),
             reloads + 1.0);
    // Every answered request is counted once, on whichever route it began.
    double counted = serve.metric(
        "postern_requests_total{api=\"payments/accounts\",route=\"all\",method=\"GET\",code=\"200\"}");
    for (int i = 0; i < reloads; ++i)
        counted +=
            std::max(0.0, serve.metric("postern_requests_total{api=\"payments/accounts\",route=\"route-" +
                                       std::to_string(i) + "\",method=\"GET\",code=\"200\"}"));
    QCOMPARE(counted, static_cast<double>(load.answered));
}

void TestServe::keepsTheOldWhenTheNewIsBad()
{
    RecordingUpstream upstream;
    ServeProcess serve;
    serve.configure(files(document(upstream.port())));
    QVERIFY(serve.start());
    const std::string before = serve.admin("/config");
    serve.configure(files(document(upstream.port()).replace("match:", "mtach:")));
    QJsonObject event;
    do
        event = serve.waitForEvent(QStringLiteral("configuration"));
    while (event.value(QLatin1String("result")).toString() == u"applied");
    QCOMPARE(event.value(QLatin1String("result")).toString(), QStringLiteral("rejected"));
    const QJsonObject finding = event.value(QLatin1String("findings")).toArray().first().toObject();
    QVERIFY(finding.value(QLatin1String("line")).toInt() > 0);
    QVERIFY(finding.value(QLatin1String("file")).toString().endsWith(QStringLiteral("/gateway.yaml")));
    QVERIFY(!finding.value(QLatin1String("found")).toString().isEmpty());
    QVERIFY(!finding.value(QLatin1String("expected")).toString().isEmpty());
    QCOMPARE(serve.metric("postern_config_loads_total{api=\"payments/accounts\",result=\"rejected\"}"), 1.0);
    QCOMPARE(serve.admin("/config"), before);
    QCOMPARE(serve.admin("/readyz"), std::string("ready\n"));
    QCOMPARE(RawClient(serve.port()).ask(request).status, 200);

    serve.configure(files(document(upstream.port(), "mended")));
    QCOMPARE(serve.waitForEvent(QStringLiteral("configuration")).value(QLatin1String("result")).toString(),
             QStringLiteral("applied"));
    QCOMPARE(RawClient(serve.port()).ask(request).status, 200);
}

void TestServe::changesAnAddress()
{
    RecordingUpstream upstream;
    ServeProcess serve;
    serve.configure(files(document(upstream.port())));
    QVERIFY(serve.start());
    RawClient kept(serve.port());
    QCOMPARE(kept.ask(request).status, 200);
    // Another address of loopback, any port.
    serve.configure(files(document(upstream.port(), "all", "0.0.0.0:0")));
    const QJsonObject event = serve.waitForEvent(QStringLiteral("listening"));
    const quint16 port = event.value(QLatin1String("address")).toString().section(u':', -1).toUShort();
    QVERIFY(port != 0 && port != serve.port());
    QCOMPARE(RawClient(port).ask(request).status, 200);
    QCOMPARE(kept.ask(request).status, 200); // who is in stays in
    QVERIFY(!RawClient(serve.port()).isConnected());
}

void TestServe::drainsUnderLoad()
{
    RecordingUpstream upstream(unhurried());
    ServeProcess serve;
    serve.configure(files(document(upstream.port())));
    QVERIFY(serve.start());
    SteadyLoad load(serve.port(), {.request = request, .kept = 8, .fresh = 3});
    QTRY_VERIFY(load.answered > 50);
    serve.signal(SIGTERM);
    QVERIFY(!serve.waitForEvent(QStringLiteral("draining")).isEmpty());
    QCOMPARE(serve.admin("/readyz"), std::string("draining\n"));
    QCOMPARE(serve.waitForEnd(), 0);
    load.waitForEnd();
    QCOMPARE(load.lost.load(), 0);
    QCOMPARE(upstream.requests().size(), static_cast<std::size_t>(load.answered));
    QCOMPARE(serve.accessLog().count('\n'),
             static_cast<qsizetype>(load.answered)); // written out before the end
}

void TestServe::deadlineBoundsTheDrain()
{
    RecordingUpstream upstream([](UpstreamPeer& peer) {
        peer.next();
        peer.next(); // never answers
    });
    ServeProcess serve;
    serve.configure(files(document(upstream.port())
                              .replace("upstream: app}", "upstream: app, timeout: 0s}")
                              .replace("10s", "800ms")));
    QVERIFY(serve.start());
    RawClient client(serve.port());
    QVERIFY(client.send(request));
    QTRY_COMPARE(upstream.requests().size(), std::size_t{1});
    serve.signal(SIGTERM);
    QCOMPARE(serve.waitForEvent(QStringLiteral("cut")).value(QLatin1String("requests")).toInt(), 1);
    QCOMPARE(serve.waitForEnd(), 0);
    QCOMPARE(client.receive().status, 0); // no answer, rather than half of one
    const QJsonObject line = QJsonDocument::fromJson(serve.accessLog()).object();
    QCOMPARE(line.value(QLatin1String("ended")).toString(), QStringLiteral("drained"));
}

void TestServe::endsAtOnceWhenAskedTwice_data()
{
    QTest::addColumn<int>("first");
    QTest::addColumn<int>("second");
    QTest::newRow("SIGINT, SIGINT") << SIGINT << SIGINT;
    QTest::newRow("SIGTERM, SIGTERM") << SIGTERM << SIGTERM;
    QTest::newRow("SIGTERM, SIGINT") << SIGTERM << SIGINT;
}

void TestServe::endsAtOnceWhenAskedTwice()
{
    QFETCH(int, first);
    QFETCH(int, second);
    RecordingUpstream upstream;
    ServeProcess serve;
    serve.configure(files(document(upstream.port())
                              .replace("delay: 300ms", "delay: 5m")
                              .replace("deadline: 10s", "deadline: 10m")));
    QVERIFY(serve.start());
    serve.signal(first);
    QVERIFY(!serve.waitForEvent(QStringLiteral("draining")).isEmpty());
    serve.signal(second);
    QCOMPARE(serve.waitForEnd(), 128 + second);
}

void TestServe::refusesToStart_data()
{
    QTest::addColumn<QByteArray>("gateway");
    QTest::addColumn<QStringList>("extra");
    QTest::addColumn<int>("status");
    const auto with = [](const char* words) { return QString::fromLatin1(words).split(u' '); };
    QTest::newRow("a bad document") << document(1).replace("match:", "mtach:") << QStringList() << 1;
    QTest::newRow("no document") << QByteArray("# nothing\n") << QStringList() << 1;
    QTest::newRow("not built yet") << document(1).replace("name: main,", "name: main, protocols: [http2],")
                                   << QStringList() << 1;
    QTest::newRow("unknown listener") << document(1) << with("--listen mian=127.0.0.1:0") << 2;
    QTest::newRow("no address") << document(1) << with("--listen main=nowhere") << 2;
    QTest::newRow("no name") << document(1) << with("--listen 127.0.0.1:0") << 2;
    QTest::newRow("no workers") << document(1) << with("--workers 0") << 2;
    QTest::newRow("no secrets") << document(1) << with("--secrets /nowhere/at/all") << 2;
}

void TestServe::refusesToStart()
{
    QFETCH(QByteArray, gateway);
    QFETCH(QStringList, extra);
    QFETCH(int, status);
    ServeProcess serve;
    serve.configure(files(gateway));
    if (extra.value(0) == u"--workers") // given once only
        extra = QStringList{QStringLiteral("--workers=0")};
    QVERIFY(!serve.start(extra));
    QCOMPARE(serve.waitForEnd(), status);
}

void TestServe::refusesATakenAddress()
{
    QTcpServer other;
    QVERIFY(other.listen(QHostAddress::LocalHost));
    ServeProcess serve;
    serve.configure(files(document(1)));
    QVERIFY(!serve.start(
        {QStringLiteral("--listen"), QStringLiteral("main=127.0.0.1:%1").arg(other.serverPort())}));
    QCOMPARE(serve.waitForEnd(), 1);
}

void TestServe::servesOnAPath()
{
    RecordingUpstream upstream;
    ServeProcess serve;
    QTemporaryDir folder;
    const QString first = folder.filePath(QStringLiteral("first.sock"));
    const QString second = folder.filePath(QStringLiteral("second.sock"));
    const auto at = [&upstream](const QString& path) {
        return files(document(upstream.port(), "all", "unix:" + path.toUtf8()));
    };
    serve.configure(at(first));
    QVERIFY(serve.start());
    {
        std::vector<RawClient> clients; // of both workers, who accept on the same socket
        for (int i = 0; i < 20; ++i) {
            clients.emplace_back(first.toStdString());
            QCOMPARE(clients.back().ask(request).status, 200);
        }
        QCOMPARE(upstream.requests().at(0).header("x-forwarded-for"), std::string("unix"));
        QCOMPARE(serve.metric("postern_connections{api=\"payments/accounts\",listener=\"main\"}"), 20.0);

        serve.configure(at(second));
        const QJsonObject event = serve.waitForEvent(QStringLiteral("listening"));
        QCOMPARE(event.value(QLatin1String("address")).toString(), QLatin1String("unix:") + second);
        QVERIFY(!QFile::exists(first));
        for (RawClient& client : clients)
            QCOMPARE(client.ask(request).status, 200); // connections stay
    }
    RawClient client(second.toStdString());
    QCOMPARE(client.ask(request).status, 200);
    client.close();

    ServeProcess other;
    other.configure(at(second));
    QVERIFY(!other.start()); // somebody accepts there
    QVERIFY(QFile::exists(second));

    serve.signal(SIGKILL);
    QCOMPARE(serve.waitForEnd(), -1);
    QVERIFY(QFile::exists(second)); // left behind
    ServeProcess next;
    next.configure(at(first));
    QVERIFY(next.start({QStringLiteral("--listen"), QLatin1String("main=unix:") + second}));
    QCOMPARE(RawClient(second.toStdString()).ask(request).status, 200);
    next.signal(SIGTERM);
    QCOMPARE(next.waitForEnd(), 0);
    QVERIFY(!QFile::exists(second));
}

void TestServe::servesOnIpv6()
{
    RecordingUpstream upstream;
    ServeProcess serve;
    serve.configure(files(document(upstream.port(), "all", "[::1]:0")));
    QVERIFY(serve.start());
    QTcpSocket client;
    client.connectToHost(QHostAddress::LocalHostIPv6, serve.port());
    QVERIFY(client.waitForConnected());
    client.write(request.data(), qint64(request.size()));
    QVERIFY(client.waitForReadyRead());
    QVERIFY(client.readAll().startsWith("HTTP/1.1 200"));
    QCOMPARE(upstream.requests().at(0).header("x-forwarded-for"), std::string("::1"));
}

QTEST_GUILESS_MAIN(TestServe)
#include "tst_serve.moc"
