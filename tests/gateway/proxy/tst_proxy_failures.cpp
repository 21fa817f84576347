#include "tests/support/gateway/gateway_fixture.h"
#include "tests/support/raw_client.h"
#include "tests/support/recording_upstream.h"

#include <QElapsedTimer>
#include <QTest>

using namespace postern;
using namespace postern::test;

namespace {

const std::string kGet = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
const std::string kPost = "POST /pay HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello";
const std::string kOk = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

} // namespace

/// SECURITY, "Things that break": what upstreams and clients do to each other.
class TestProxyFailures : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void upstreamRefusesConnections();
    void badResponses_data();
    void badResponses();
    void responsesThatBreakOff_data();
    void responsesThatBreakOff();
    void upstreamStalls();
    void upstreamStallsInItsBody();
    void unsolicitedBytesCostTheConnection();
    void closedWhileIdle_data();
    void closedWhileIdle();
    void freshConnectionIsNotRetried();
    void earlyAnswer();
    void earlyAnswerThenReset();
    void clientLeavesBeforeTheAnswer();
    void clientResetsInItsUpload();
    void slowReaderIsCut();
    void fullPoolQueuesThenRefuses();
};

void TestProxyFailures::upstreamRefusesConnections()
{
    quint16 port = 0;
    {
        RecordingUpstream gone;
        port = gone.port();
    }
    GatewayFixture gateway(GatewayFixture::spec(port));
    RawClient client(gateway.port());
    const RawResponse response = client.ask(kPost);
    QCOMPARE(response.status, 502);
    QVERIFY(response.body.find("upstream-unreachable") != std::string::npos);
    QVERIFY(response.header("connection").empty());
    QCOMPARE(client.ask(kGet).status, 502);
    QCOMPARE(gateway.waitForLog(1).value(u"ended").toString(), QStringLiteral("upstream_refused"));
    QCOMPARE(
        gateway
            .metric(
                "postern_upstream_endpoints{api=\"payments/accounts\",upstream=\"app\",state=\"unhealthy\"}")
            .value_or(-1),
        1.0);
}

void TestProxyFailures::badResponses_data()
{
    QTest::addColumn<QByteArray>("response");
    const auto row = [](const char* name, const QByteArray& response) {
        QTest::addRow("%s", name) << response;
    };
    row("both lengths",
        "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n");
    row("two lengths", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nok!");
    row("negative length", "HTTP/1.1 200 OK\r\nContent-Length: -2\r\n\r\nok");
    row("bad chunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nok\r\n0\r\n\r\n");
    row("extra bytes",
        "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    row("not HTTP", "SSH-2.0-OpenSSH_9.2\r\n\r\n");
    row("bad version", "HTTP/2.0 200 OK\r\nContent-Length: 0\r\n\r\n");
    row("bad status", "HTTP/1.1 99 What\r\nContent-Length: 0\r\n\r\n");
    row("bare LF", "HTTP/1.1 200 OK\nContent-Length: 0\n\n");
    row("NUL in a field", QByteArrayLiteral("HTTP/1.1 200 OK\r\nX: a\0b\r\n\r\n"));
    row("folded field", "HTTP/1.1 200 OK\r\nX: a\r\n b\r\nContent-Length: 0\r\n\r\n");
    row("unknown coding", "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n");
    row("switches protocols unasked", "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n");
    row("large head", "HTTP/1.1 200 OK\r\nX: " + QByteArray(70'000, 'x') + "\r\nContent-Length: 0\r\n\r\n");
    row("nothing", "");
    row("half a head", "HTTP/1.1 200 OK\r\nContent-Le");
    row("endless interim heads", QByteArray("HTTP/1.1 102 Processing\r\n\r\n").repeated(100));
}

void TestProxyFailures::badResponses()
{
    QFETCH(QByteArray, response);
    RecordingUpstream upstream([&](UpstreamPeer& peer) {
        if (!peer.next())
            return;
        if (peer.number() == 1) {
            peer.send(response.toStdString());
            if (response.isEmpty() || response == "HTTP/1.1 200 OK\r\nContent-Le")
                return;
            peer.next(); // must not come: the connection is never used again
            return;
        }
        peer.send(kOk);
        peer.next();
    });
    GatewayFixture gateway(GatewayFixture::spec(upstream.port()));
    RawClient client(gateway.port());
    const RawResponse received = client.ask(kGet);
    QCOMPARE(received.status, 502);
    QVERIFY(received.complete);
    QCOMPARE(gateway.waitForLog(1).value(u"ended").toString(), QStringLiteral("upstream_reset"));
    // The client's own connection is unharmed, and the next request goes over another one.
    QCOMPARE(client.ask(kGet).status, 200);
    QCOMPARE(upstream.connections(), 2);
}

void TestProxyFailures::responsesThatBreakOff_data()
{
    QTest::addColumn<QByteArray>("response");
    QTest::addColumn<bool>("reset");
    const QByteArray length = "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf";
    const QByteArray chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n";
    const QByteArray untilClose = "HTTP/1.1 200 OK\r\n\r\nhalf";
    QTest::addRow("length, closed") << length << false;
    QTest::addRow("length, reset") << length << true;
    QTest::addRow("chunked, closed") << chunked << false;
    QTest::addRow("chunked, reset") << chunked << true;
    QTest::addRow("until close, reset") << untilClose << true;
}

void TestProxyFailures::responsesThatBreakOff()
{
    QFETCH(QByteArray, response);
    QFETCH(bool, reset);
    Gate begun;
    RecordingUpstream upstream([&](UpstreamPeer& peer) {
        peer.next();
        peer.send(response.toStdString());
        begun.wait();
        if (reset)
            peer.reset();
    });
    GatewayFixture gateway(GatewayFixture::spec(upstream.port()));
    RawClient client(gateway.port());
    QVERIFY(client.send(kGet));
    std::string beginning = client.receiveBytes(50);
    begun.open();
    beginning += client.receiveAll();
    // Cut, never ended properly: a client can not take it for the whole.
    QVERIFY(beginning.starts_with("HTTP/1.1 200"));
    QVERIFY(!beginning.ends_with("0\r\n\r\n"));
    QCOMPARE(gateway.waitForLog(1).value(u"ended").toString(), QStringLiteral("upstream_reset"));
    QCOMPARE(gateway.waitForLog(1).value(u"code").toInt(), 200);
}

void TestProxyFailures::upstreamStalls()
{
    Gate done;
    RecordingUpstream upstream([&](UpstreamPeer& peer) {
        peer.next();
        peer.next(); // until the gateway closes
        done.open();
    });
    GatewayFixture gateway(GatewayFixture::spec(upstream.port(), "200ms"));
    RawClient client(gateway.port());
    QElapsedTimer elapsed;
    elapsed.start();
    const RawResponse response = client.ask(kPost);
    QCOMPARE(response.status, 504);
    QVERIFY(elapsed.elapsed() >= 200);
    QVERIFY(done.wait());
    QCOMPARE(upstream.requests().size(), std::size_t{1});
    QCOMPARE(gateway.waitForLog(1).value(u"ended").toString(), QStringLiteral("timeout"));
}

void TestProxyFailures::upstreamStallsInItsBody()
{
    RecordingUpstream upstream([&](UpstreamPeer& peer) {
        peer.next();
        peer.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf");
        peer.next();
    });
    GatewayFixture gateway(GatewayFixture::spec(upstream.port(), "200ms"));
    RawClient client(gateway.port());
    const RawResponse response = client.ask(kGet);
    QCOMPARE(response.status, 200);
    QVERIFY(!response.complete);
    QCOMPARE(gateway.waitForLog(1).value(u"ended").toString(), QStringLiteral("timeout"));
}

void TestProxyFailures::unsolicitedBytesCostTheConnection()
{
    Gate answered;
    Gate closed;
    RecordingUpstream upstream([&](UpstreamPeer& peer) {
        peer.next();
        peer.send(kOk);
        if (peer.number() == 1) {
            answered.wait();
            peer.send("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\npoison");
            if (peer.receive().empty())
                closed.open();
            return;
        }
        peer.next();
    });
    GatewayFixture gateway(GatewayFixture::spec(upstream.port()));
    RawClient client(gateway.port());
    QCOMPARE(client.ask(kGet).body, std::string("ok"));
    answered.open();
    QVERIFY(closed.wait());
    QCOMPARE(client.ask(kGet).body, std::string("ok"));
    QCOMPARE(upstream.connections(), 2);
}

void TestProxyFailures::closedWhileIdle_data()
{
    QTest::addColumn<QByteArray>("request");
    QTest::addColumn<int>("status");
    QTest::addColumn<int>("arrivals"); // over all connections
    QTest::addRow("GET goes out again") << QByteArray::fromStdString(kGet) << 200 << 2;
    QTest::addRow("DELETE goes out again") << QByteArray("DELETE /x HTTP/1.1\r\nHost: a\r\n\r\n") << 200 << 2;
    QTest::addRow("POST does not") << QByteArray::fromStdString(kPost) << 502 << 1;
    QTest::addRow("empty POST does not")
        << QByteArray("POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n") << 502 << 1;
    QTest::addRow("PUT with a body does not")
        << QByteArray("PUT /x HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi") << 502 << 1;
}

void TestProxyFailures::closedWhileIdle()
{
    // The worst moment: the upstream has taken the request in, and closes without a word.
    QFETCH(QByteArray, request);
    QFETCH(int, status);
    QFETCH(int, arrivals);
    RecordingUpstream upstream([&](UpstreamPeer& peer) {
        peer.next();
        peer.send(kOk);
        if (!peer.next() || peer.number() == 1)
            return;
        peer.send(kOk);
        peer.next();
    });
    GatewayFixture gateway(GatewayFixture::spec(upstream.port()));
    RawClient client(gateway.port());
    QCOMPARE(client.ask(kGet).status, 200);
    QCOMPARE(client.ask(request.toStdString()).status, status);
    QTRY_COMPARE(static_cast<int>(upstream.requests().size()), 1 + arrivals);
    QCOMPARE(upstream.connections(), arrivals);
}

void TestProxyFailures::freshConnectionIsNotRetried()
{
    RecordingUpstream upstream([](UpstreamPeer& peer) { peer.next(); });
    GatewayFixture gateway(GatewayFixture::spec(upstream.port()));
    RawClient client(gateway.port());
    QCOMPARE(client.ask(kGet).status, 502);
    QCOMPARE(upstream.requests().size(), std::size_t{1});
}

void TestProxyFailures::earlyAnswer()
{
    Gate ended;
    RecordingUpstream upstream([&](UpstreamPeer& peer) {
        if (peer.number() > 1) {
            peer.next();
            peer.send(kOk);
            peer.next();
            return;
        }
        peer.nextHead();
        peer.send("HTTP/1.1 413 Too Much\r\nContent-Length: 3\r\n\r\nbig");
        while (!peer.receive().empty()) {
        }
        ended.open();
    });
    GatewayFixture gateway(GatewayFixture::spec(upstream.port()));
    RawClient client(gateway.port());
    QVERIFY(client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\nbeginning"));
    const RawResponse response = client.receive();
    QCOMPARE(response.status, 413);
    QCOMPARE(response.body, std::string("big"));
    QCOMPARE(response.header("connection"), std::string("close"));
    QVERIFY(ended.wait()); // that connection carries no further request
    RawClient next(gateway.port());
    QCOMPARE(next.ask(kGet).status, 200);
    QCOMPARE(upstream.connections(), 2);
}

void TestProxyFailures::earlyAnswerThenReset()
{
    // The upstream answers and closes without reading on: our sending fails, but its answer is there to be
    // read.
    RecordingUpstream upstream([&](UpstreamPeer& peer) {
        peer.nextHead();
        peer.send("HTTP/1.1 401 No\r\nContent-Length: 2\r\nConnection: close\r\n\r\nno");
        peer.finishSending();
        while (!peer.receive().empty()) {
        }
    });
    GatewayFixture gateway(GatewayFixture::spec(upstream.port()));
    for (int i = 0; i < 10; ++i) {
        RawClient client(gateway.port());
        QVERIFY(client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n"));
        QVERIFY(client.send(std::string(200'000, 'x')));
        const RawResponse response = client.receive();
        QCOMPARE(response.status, 401);
        QCOMPARE(response.body, std::string("no"));
    }
}

void TestProxyFailures::clientLeavesBeforeTheAnswer()
{
    Gate asked;
    Gate cut;
    RecordingUpstream upstream([&](UpstreamPeer& peer) {
        peer.next();
        asked.open();
        if (!peer.next())
            cut.open();
    });
    GatewayFixture gateway(GatewayFixture::spec(upstream.port()));
    RawClient client(gateway.port());
    QVERIFY(client.send(kGet));
    QVERIFY(asked.wait());
    client.reset();
    QVERIFY(cut.wait()); // the upstream is told by the close
    QCOMPARE(gateway.waitForLog(1).value(u"ended").toString(), QStringLiteral("client_gone"));
    QCOMPARE(gateway.waitForLog(1).value(u"code").toInt(), 499);
}

void TestProxyFailures::clientResetsInItsUpload()
{
    Gate headArrived;
    RecordingUpstream upstream([&](UpstreamPeer& peer) {
        peer.nextHead();
        headArrived.open();
        while (!peer.receive().empty()) {
        }
    });
    GatewayFixture gateway(GatewayFixture::spec(upstream.port()));
    RawClient client(gateway.port());
    QVERIFY(client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nsome"));
    QVERIFY(headArrived.wait());
    client.reset();
    QCOMPARE(gateway.waitForLog(1).value(u"ended").toString(), QStringLiteral("client_gone"));
}

void TestProxyFailures::slowReaderIsCut()
{
    RecordingUpstream upstream([&](UpstreamPeer& peer) {
        peer.next();
        peer.send("HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n");
        const std::string block(1 << 20, 'x');
        while (peer.send(block)) {
        }
    });
    GatewayFixture gateway(GatewayFixture::spec(upstream.port(), "0s", "  limits: {writeTimeout: 200ms}\n"));
    RawClient client(gateway.port());
    client.setReceiveBuffer(4096);
    QVERIFY(client.send(kGet)); // and never reads
    QCOMPARE(gateway.waitForLog(1).value(u"ended").toString(), QStringLiteral("timeout"));
    QTRY_COMPARE(gateway.run([](ProxyWorker& worker) { return worker.connections(); }), std::size_t{0});
}

void TestProxyFailures::fullPoolQueuesThenRefuses()
{
    Gate mayAnswer;
    RecordingUpstream upstream([&](UpstreamPeer& peer) {
        while (peer.next()) {
            mayAnswer.wait();
            peer.send(kOk);
        }
    });
    GatewayFixture gateway(
        "  upstreams: [{name: app, maxConnections: 1, maxPending: 1, endpoints: [{address: "
        "\"127.0.0.1:" +
        QByteArray::number(upstream.port()) +
        "\"}]}]\n"
        "  routes: [{name: all, match: {path: /**}, upstream: app, timeout: 9s}]\n");
    RawClient first(gateway.port());
    QVERIFY(first.send(kGet));
    QTRY_COMPARE(upstream.requests().size(), std::size_t{1});
    RawClient second(gateway.port());
    QVERIFY(second.send(kGet));
    QTRY_COMPARE(gateway.run([](ProxyWorker& worker) { return worker.requestsInFlight(); }), std::size_t{2});
    RawClient third(gateway.port());
    const RawResponse refused = third.ask(kGet);
    QCOMPARE(refused.status, 503);
    mayAnswer.open();
    QCOMPARE(first.receive().status, 200);
    QCOMPARE(second.receive().status, 200);
    QCOMPARE(upstream.connections(), 1);
}

QTEST_GUILESS_MAIN(TestProxyFailures)
#include "tst_proxy_failures.moc"
