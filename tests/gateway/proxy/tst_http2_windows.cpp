#include "gateway/http/websocket_handshake.h"
#include "tests/support/gateway/gateway_fixture.h"
#include "tests/support/http2_client.h"
#include "tests/support/recording_upstream.h"

#include <QTest>

using namespace postern;
using namespace postern::test;

namespace {

using C = Http2Client;

constexpr std::uint32_t kCancel = 8;
constexpr std::size_t kBodySize = 5;

/// Five bytes at once, and the end when \a mayEnd opens: of a chunked body, with trailers, or of a tunnel.
RecordingUpstream::Script endingLate(const QByteArray& kind, Gate& mayEnd)
{
    return [kind, &mayEnd](UpstreamPeer& peer) {
        const auto request = peer.next();
        if (!request)
            return;
        if (kind == "tunnel") {
            peer.send("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                      "Sec-WebSocket-Accept: " +
                      webSocketAccept(request->header("sec-websocket-key")) +
                      "\r\n\r\n"
                      "\x81\x03"
                      "abc");
        } else {
            peer.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n");
        }
        mayEnd.wait();
        if (kind == "tunnel")
            peer.finishSending();
        else
            peer.send(kind == "trailers" ? "0\r\nX-Sum: 1\r\n\r\n" : "0\r\n\r\n");
        while (!peer.receive().empty()) {
        }
    };
}

QByteArray spec(quint16 port)
{
    return "  upstreams: [{name: app, endpoints: [{address: \"127.0.0.1:" + QByteArray::number(port) +
           "\"}]}]\n"
           "  routes: [{name: all, match: {path: /**}, upstream: app, timeout: 0s, upgrade: [websocket]}]\n"
           "  limits: {writeTimeout: 100ms}\n" +
           GatewayFixture::http2Mark();
}

std::uint32_t ask(Http2Client& client, const QByteArray& kind)
{
    if (kind != "tunnel")
        return client.request(C::get());
    return client.request({{":method", "CONNECT"},
                           {":protocol", "websocket"},
                           {":scheme", "http"},
                           {":path", "/"},
                           {":authority", "a"},
                           {"sec-websocket-version", "13"}},
                          false);
}

} // namespace

/// What waits for a client that gives no window: how much, and for how long.
class TestHttp2Windows : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void endsAreTimed_data();
    void endsAreTimed();
    void endsComeWithWindow_data() { endsAreTimed_data(); }
    void endsComeWithWindow();
};

void TestHttp2Windows::endsAreTimed_data()
{
    QTest::addColumn<QByteArray>("kind");
    for (const char* kind : {"body", "trailers", "tunnel"})
        QTest::addRow("%s", kind) << QByteArray(kind);
}

void TestHttp2Windows::endsAreTimed()
{
    // Even the end of a body, which has no bytes, is not sent into a window of none.
    QFETCH(QByteArray, kind);
    Gate mayEnd;
    RecordingUpstream upstream(endingLate(kind, mayEnd));
    GatewayFixture gateway(spec(upstream.port()));
    Http2Client client(gateway.port(), C::Windows::Closed, C::setting(4, kBodySize));
    const std::uint32_t stream = ask(client, kind);
    QCOMPARE(client.readBody(stream, kBodySize).body.size(), kBodySize);
    mayEnd.open();
    const Http2Answer answer = client.answer(stream);
    QVERIFY(!answer.complete);
    QCOMPARE(answer.reset.value_or(0), kCancel);
    QCOMPARE(gateway.waitForLog(1)[u"ended"].toString(), QStringLiteral("timeout"));
    QCOMPARE(gateway.run([](ProxyWorker& worker) { return worker.requestsInFlight(); }), std::size_t(0));
}

void TestHttp2Windows::endsComeWithWindow()
{
    QFETCH(QByteArray, kind);
    Gate mayEnd;
    RecordingUpstream upstream(endingLate(kind, mayEnd));
    GatewayFixture gateway(spec(upstream.port()));
    Http2Client client(gateway.port(), C::Windows::Closed, C::setting(4, kBodySize));
    const std::uint32_t stream = ask(client, kind);
    QCOMPARE(client.readBody(stream, kBodySize).body.size(), kBodySize);
    QTest::qWait(200); // nothing is owed yet: no time runs
    QVERIFY(client.roundTrip());
    QVERIFY(!client.stream(stream).reset);
    mayEnd.open();
    QVERIFY(client.send(C::frame(C::kWindowUpdate, 0, stream, C::number(1))));
    const Http2Answer answer = client.answer(stream);
    QVERIFY(answer.complete);
    QCOMPARE(answer.trailer("x-sum"), kind == "trailers" ? std::string("1") : std::string());
}

QTEST_GUILESS_MAIN(TestHttp2Windows)
#include "tst_http2_windows.moc"
