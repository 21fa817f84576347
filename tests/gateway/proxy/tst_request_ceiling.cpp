#include "gateway/http/websocket_handshake.h"
#include "gateway/upstream/request_ceiling.h"
#include "tests/support/gateway/gateway_fixture.h"
#include "tests/support/http2_client.h"
#include "tests/support/http2_upstream.h"
#include "tests/support/raw_client.h"
#include "tests/support/recording_upstream.h"

#include <QTest>

using namespace postern;
using namespace postern::test;

namespace {

const std::string kOk = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

std::string get(const std::string& path) { return "GET " + path + " HTTP/1.1\r\nHost: a\r\n\r\n"; }

/// One upstream `app`, with \a more of it; /late has a short timeout, /socket becomes a WebSocket where the
/// upstream's protocol has them.
QByteArray spec(quint16 port, const QByteArray& more)
{
    const QByteArray socket =
        "    - {name: socket, match: {path: /socket}, upstream: app, upgrade: [websocket]}\n";
    return "  upstreams: [{name: app, endpoints: [{address: \"127.0.0.1:" + QByteArray::number(port) +
           "\"}], " + more + "}]\n  routes:\n" + (more.contains("h2c") ? QByteArray() : socket) +
           "    - {name: late, match: {path: /late}, upstream: app, timeout: 100ms}\n"
           "    - {name: all, match: {path: /**}, upstream: app, timeout: 0s}\n";
}

/// Does what the path says.
void actHttp1(UpstreamPeer& peer)
{
    while (const auto request = peer.next()) {
        if (request->target == "/ok" || (request->target == "/flaky" && peer.number() > 1)) {
            peer.send(kOk);
        } else if (request->target == "/reset" || request->target == "/flaky") {
            peer.reset();
            return;
        } else if (request->target == "/broken") {
            peer.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf");
            return;
        } else if (request->target == "/malformed") {
            peer.send("SSH-2.0-OpenSSH_9.2\r\n\r\n");
        } else { // until the gateway has had enough
            while (!peer.receive().empty()) {
            }
            return;
        }
    }
}

void actHttp2(Http2Peer& peer)
{
    bool wasReset = false;
    if (!peer.greet())
        return;
    while (const auto request = peer.nextRequest()) {
        const std::string path = request->field(":path");
        if (path == "/ok" || (path == "/flaky" && wasReset)) {
            peer.answer(request->stream);
        } else if (path == "/reset" || path == "/flaky") {
            wasReset = true;
            peer.sendReset(request->stream, NGHTTP2_INTERNAL_ERROR);
        } else if (path == "/broken") {
            peer.sendHead(request->stream, {{":status", "200"}, {"content-length", "10"}});
            peer.sendBody(request->stream, "half", false);
            peer.sendReset(request->stream, NGHTTP2_INTERNAL_ERROR);
        } else if (path == "/malformed") {
            peer.sendHead(request->stream, {{":status", "what"}}, true);
        } else if (path.starts_with("/bank.")) {
            peer.sendHead(request->stream, {{":status", "200"}, {"content-type", "application/grpc"}});
        }
    }
}

std::size_t inFlight(GatewayFixture& gateway)
{
    return gateway.run([](ProxyWorker& worker) { return worker.requestsInFlight(); });
}

/// The gateway's refusal of one request too many.
bool isOverloaded(const RawResponse& response)
{
    return response.status == 503 &&
           response.body.find("urn:postern:problem:overloaded") != std::string::npos;
}

std::string handshake()
{
    return "GET /socket HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
           "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
}

} // namespace

/// `maxRequests`: the ceiling of an upstream's concurrent requests. That a place is given back, and once, is
/// seen from outside: of a ceiling of one there must be exactly one place again.
class TestRequestCeiling : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void exits_data();
    void exits();
    void uploadsThatEndEarly_data();
    void uploadsThatEndEarly();
    void unreachable();
    void waitingCounts();
    void beyondItNothingGoesOut();
    void retriesKeepTheirPlace();
    void webSocketsCount_data();
    void webSocketsCount();
    void grpcStreamsCount();
    void reloadsForgetNothing();
    void places();

private:
    void checkOnePlace(GatewayFixture& gateway);
};

/// One request fits, and no second.
void TestRequestCeiling::checkOnePlace(GatewayFixture& gateway)
{
    QTRY_COMPARE(inFlight(gateway), std::size_t{0});
    RawClient holding(gateway.port());
    QVERIFY(holding.send(get("/hold")));
    QTRY_COMPARE(inFlight(gateway), std::size_t{1});
    QVERIFY(isOverloaded(RawClient(gateway.port()).ask(get("/ok"))));
    holding.reset();
    QTRY_COMPARE(inFlight(gateway), std::size_t{0});
    QCOMPARE(RawClient(gateway.port()).ask(get("/ok")).status, 200);
}

void TestRequestCeiling::exits_data()
{
    QTest::addColumn<QByteArray>("protocol");
    QTest::addColumn<QByteArray>("path");
    QTest::addColumn<int>("status");
    for (const char* protocol : {"http1", "h2c"}) {
        const auto row = [protocol](const char* name, const char* path, int status) {
            QTest::addRow("%s, %s", protocol, name) << QByteArray(protocol) << QByteArray(path) << status;
        };
        row("answered", "/ok", 200);
        row("reset", "/reset", 502);
        row("reset, then answered", "/flaky", 200);
        row("broken off", "/broken", 200);
        row("malformed", "/malformed", 502);
        row("too late", "/late", 504);
        row("client gone", "/hold", 0);
    }
}

void TestRequestCeiling::exits()
{
    QFETCH(QByteArray, protocol);
    QFETCH(QByteArray, path);
    QFETCH(int, status);
    RecordingUpstream http1(actHttp1);
    Http2Upstream http2(actHttp2);
    const quint16 port = protocol == "h2c" ? http2.port() : http1.port();
    const QByteArray retries = path == "/flaky" ? ", retries: {attempts: 1, on: [reset]}" : "";
    GatewayFixture gateway(spec(port, "protocol: " + protocol + ", maxRequests: 1" + retries));
    RawClient client(gateway.port());
    QVERIFY(client.send(get(path.toStdString())));
    if (status == 0) {
        QTRY_COMPARE(http1.requests().size() + http2.requests().size(), std::size_t{1});
        client.reset();
    } else {
        const RawResponse response = client.receive();
        QCOMPARE(response.status, status);
        QCOMPARE(response.complete, path != "/broken");
    }
    checkOnePlace(gateway);
    checkOnePlace(gateway);
}

void TestRequestCeiling::uploadsThatEndEarly_data()
{
    QTest::addColumn<QByteArray>("rest");
    QTest::addColumn<int>("status");
    QTest::addRow("client gone") << QByteArray() << 0;
    QTest::addRow("malformed") << QByteArray("zz\r\n") << 400;
}

void TestRequestCeiling::uploadsThatEndEarly()
{
    QFETCH(QByteArray, rest);
    QFETCH(int, status);
    RecordingUpstream upstream(actHttp1);
    GatewayFixture gateway(spec(upstream.port(), "maxRequests: 1"));
    RawClient client(gateway.port());
    QVERIFY(client.send("POST /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n"));
    QTRY_VERIFY(upstream.bytes().find("hello") != std::string::npos);
    QVERIFY(isOverloaded(RawClient(gateway.port()).ask(get("/ok"))));
    if (status == 0)
        client.reset();
    else
        QCOMPARE(client.ask(rest.toStdString()).status, status);
    checkOnePlace(gateway);
}

void TestRequestCeiling::unreachable()
{
    RecordingUpstream upstream;
    upstream.stopListening();
    GatewayFixture gateway(spec(upstream.port(), "maxRequests: 1"));
    for (int i = 0; i < 3; ++i)
        QCOMPARE(RawClient(gateway.port()).ask(get("/ok")).status, 502);
}

void TestRequestCeiling::waitingCounts()
{
    RecordingUpstream upstream(actHttp1);
    GatewayFixture gateway(spec(upstream.port(), "maxConnections: 1, maxRequests: 2"));
    RawClient first(gateway.port());
    QVERIFY(first.send(get("/hold")));
    QTRY_COMPARE(upstream.requests().size(), std::size_t{1});
    RawClient waiting(gateway.port());
    QVERIFY(waiting.send(get("/ok")));
    QTRY_COMPARE(inFlight(gateway), std::size_t{2});
    QVERIFY(isOverloaded(RawClient(gateway.port()).ask(get("/ok"))));
    waiting.reset();
    QTRY_COMPARE(inFlight(gateway), std::size_t{1});
    RawClient next(gateway.port());
    QVERIFY(next.send(get("/ok")));
    QTRY_COMPARE(inFlight(gateway), std::size_t{2});
    QVERIFY(isOverloaded(RawClient(gateway.port()).ask(get("/ok"))));
    first.reset();
    QCOMPARE(next.receive().status, 200);
}

void TestRequestCeiling::beyondItNothingGoesOut()
{
    RecordingUpstream upstream(actHttp1);
    GatewayFixture gateway(spec(
        upstream.port(), "maxRequests: 1, retries: {attempts: 3, on: [connectFailure, reset, \"503\"]}"));
    RawClient first(gateway.port());
    QVERIFY(first.send(get("/hold")));
    QTRY_COMPARE(upstream.requests().size(), std::size_t{1});
    RawClient second(gateway.port());
    QVERIFY(isOverloaded(second.ask(get("/ok"))));
    const QJsonObject line = gateway.waitForLog(1);
    QCOMPARE(line.value(u"code").toInt(), 503);
    QCOMPARE(line.value(u"ended").toString(), QStringLiteral("upstream_refused"));
    QVERIFY(!line.contains(u"upstream"));
    QVERIFY(isOverloaded(second.ask(get("/ok")))); // its connection is unharmed
    QCOMPARE(upstream.requests().size(), std::size_t{1});
    QCOMPARE(upstream.connections(), 1);
}

void TestRequestCeiling::retriesKeepTheirPlace()
{
    RecordingUpstream upstream([](UpstreamPeer& peer) {
        if (!peer.next())
            return;
        if (peer.number() == 1)
            peer.reset();
        else
            peer.receive(); // until the gateway has had enough
    });
    GatewayFixture gateway(spec(upstream.port(), "maxRequests: 1, retries: {attempts: 1, on: [reset]}"));
    RawClient client(gateway.port());
    QVERIFY(client.send(get("/hold")));
    QTRY_COMPARE(upstream.connections(), 2);
    QVERIFY(isOverloaded(RawClient(gateway.port()).ask(get("/ok"))));
    client.reset();
    QTRY_COMPARE(inFlight(gateway), std::size_t{0});
    RawClient next(gateway.port());
    QVERIFY(next.send(get("/hold")));
    QTRY_COMPARE(upstream.connections(), 3);
    QVERIFY(isOverloaded(RawClient(gateway.port()).ask(get("/ok"))));
}

void TestRequestCeiling::webSocketsCount_data()
{
    QTest::addColumn<bool>("clientLeaves");
    QTest::addRow("client leaves") << true;
    QTest::addRow("upstream leaves") << false;
}

void TestRequestCeiling::webSocketsCount()
{
    QFETCH(bool, clientLeaves);
    Gate leave;
    RecordingUpstream upstream([&](UpstreamPeer& peer) {
        const auto request = peer.next();
        if (!request || request->target != "/socket") {
            if (request && request->target == "/ok")
                peer.send(kOk);
            while (!peer.receive().empty()) {
            }
            return;
        }
        peer.send("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                  "Sec-WebSocket-Accept: " +
                  webSocketAccept(request->header("sec-websocket-key")) + "\r\n\r\n");
        if (!clientLeaves)
            leave.wait();
        else
            while (!peer.receive().empty()) {
            }
    });
    GatewayFixture gateway(spec(upstream.port(), "maxRequests: 1"));
    RawClient socket(gateway.port());
    QVERIFY(socket.send(handshake()));
    QVERIFY(socket.receiveBytes(12).starts_with("HTTP/1.1 101"));
    QVERIFY(isOverloaded(RawClient(gateway.port()).ask(get("/ok"))));
    QVERIFY(isOverloaded(RawClient(gateway.port()).ask(handshake())));
    if (clientLeaves)
        socket.reset();
    else
        leave.open();
    checkOnePlace(gateway);
}

void TestRequestCeiling::grpcStreamsCount()
{
    Http2Upstream upstream(actHttp2);
    GatewayFixture gateway(spec(upstream.port(), "protocol: h2c, maxRequests: 2") +
                           GatewayFixture::http2Mark());
    Http2Client client(gateway.port());
    const Http2Fields call =
        Http2Client::post("/bank.Accounts/Watch", {{"content-type", "application/grpc"}, {"te", "trailers"}});
    const std::uint32_t first = client.request(call, "");
    const std::uint32_t second = client.request(call, "");
    QCOMPARE(client.readHead(first).status, 200);
    QCOMPARE(client.readHead(second).status, 200);
    const Http2Answer refused = client.ask(call);
    QCOMPARE(refused.status, 200);
    QCOMPARE(refused.header("grpc-status"), std::string("14")); // UNAVAILABLE
    QVERIFY(refused.complete);
    QCOMPARE(upstream.requests().size(), std::size_t{2});
    QVERIFY(client.send(Http2Client::frame(Http2Client::kReset, 0, first, Http2Client::number(8))));
    QVERIFY(client.roundTrip()); // a call in the same segment would still find it there
    const std::uint32_t third = client.request(call, "");
    QCOMPARE(client.readHead(third).status, 200);
    QVERIFY(client.readHead(third).header("grpc-status").empty());
    QCOMPARE(client.ask(call).header("grpc-status"), std::string("14"));
    QCOMPARE(upstream.requests().size(), std::size_t{3});
}

/// Whatever else of the upstream changes: what is under way is.
void TestRequestCeiling::reloadsForgetNothing()
{
    RecordingUpstream upstream(actHttp1);
    GatewayFixture gateway(spec(upstream.port(), "maxConnections: 9"));
    RawClient early(gateway.port()); // while there is no limit
    QVERIFY(early.send(get("/hold")));
    QTRY_COMPARE(upstream.requests().size(), std::size_t{1});
    gateway.apply(spec(upstream.port(), "maxRequests: 1"));
    QVERIFY(isOverloaded(RawClient(gateway.port()).ask(get("/ok"))));
    gateway.apply(spec(upstream.port(), "maxConnections: 8, maxRequests: 1"));
    QVERIFY(isOverloaded(RawClient(gateway.port()).ask(get("/ok"))));
    early.reset();
    checkOnePlace(gateway);
}

void TestRequestCeiling::places()
{
    RequestCeiling ceiling;
    {
        RequestPlace one;
        RequestPlace two;
        QVERIFY(one.take(ceiling, 1));
        QVERIFY(!two.take(ceiling, 1));
        QVERIFY(two.take(ceiling, 0));
        QCOMPARE(ceiling.underWay(), std::size_t{2});
        one.giveBack();
        one.giveBack();
        QCOMPARE(ceiling.underWay(), std::size_t{1});
    }
    QCOMPARE(ceiling.underWay(), std::size_t{0});
}

QTEST_GUILESS_MAIN(TestRequestCeiling)
#include "tst_request_ceiling.moc"
