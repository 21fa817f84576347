#include "gateway/http/websocket_handshake.h"
#include "tests/support/gateway/gateway_fixture.h"
#include "tests/support/http2_client.h"
#include "tests/support/http2_upstream.h"
#include "tests/support/recording_upstream.h"

#include <QTest>

using namespace postern;
using namespace postern::test;

namespace {

using C = Http2Client;

constexpr std::uint32_t kCancel = 8;
constexpr std::size_t kBodySize = 5;
constexpr std::int64_t kFirstWindow = 65535;
constexpr std::int64_t kPiece = 16 * 1024;

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

/// Sends on all \a count streams of a connection, as far as it may at any time.
Http2Upstream::Script sendingAhead(int count, std::atomic<std::int64_t>& sent,
                                   std::atomic<std::int64_t>& widest)
{
    return [count, &sent, &widest](Http2Peer& peer) {
        if (!peer.greet())
            return;
        std::vector<std::int32_t> streams;
        for (int i = 0; i < count; ++i) {
            const auto request = peer.nextRequest();
            if (!request)
                return;
            streams.push_back(request->stream);
        }
        for (const std::int32_t stream : streams)
            peer.sendHead(stream, {{":status", "200"}});
        do {
            for (const std::int32_t stream : streams) {
                widest = std::max(widest.load(), peer.window(stream));
                while (const auto room = std::min({peer.window(stream), peer.connectionWindow(), kPiece})) {
                    if (!peer.sendBody(stream, std::string(static_cast<std::size_t>(room), 'x'), false))
                        return;
                    sent += room;
                }
            }
        } while (peer.next());
    };
}

QByteArray http2Spec(quint16 port)
{
    return "  upstreams: [{name: app, protocol: h2c, endpoints: [{address: \"127.0.0.1:" +
           QByteArray::number(port) +
           "\"}]}]\n"
           "  routes: [{name: all, match: {path: /**}, upstream: app, timeout: 0s}]\n" +
           GatewayFixture::http2Mark();
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
    void unreadAnswersAreBounded_data();
    void unreadAnswersAreBounded();
    void whatIsReadComesInAWideWindow();
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

void TestHttp2Windows::unreadAnswersAreBounded_data()
{
    QTest::addColumn<int>("taken");
    QTest::addRow("nothing is read") << 0;
    QTest::addRow("only the beginning is read") << 20'000;
}

void TestHttp2Windows::unreadAnswersAreBounded()
{
    // An upstream in HTTP/2 sends what it was given window for before anybody can ask the client.
    QFETCH(int, taken);
    constexpr int kStreams = 100;
    constexpr std::int64_t kMostReserved = 4 * 1024 * 1024;
    std::atomic<std::int64_t> sent = 0;
    std::atomic<std::int64_t> widest = 0;
    Http2Upstream upstream(sendingAhead(kStreams, sent, widest));
    GatewayFixture gateway(http2Spec(upstream.port()));
    Http2Client client(gateway.port(), C::Windows::Closed, C::setting(4, static_cast<std::uint32_t>(taken)));
    QVERIFY(client.send(C::frame(C::kWindowUpdate, 0, 0, C::number(1 << 30))));
    std::vector<std::uint32_t> streams;
    for (int i = 0; i < kStreams; ++i)
        streams.push_back(client.request(C::get()));
    for (const std::uint32_t stream : streams)
        client.readBody(stream, static_cast<std::size_t>(taken));
    QTRY_VERIFY(sent >= kStreams * kFirstWindow);
    std::int64_t seen = 0;
    const auto rests = [&] { return std::exchange(seen, sent.load()) == sent; };
    QTRY_VERIFY_WITH_TIMEOUT((QTest::qWait(100), rests()), 10'000);
    const std::int64_t most = kStreams * (kFirstWindow + taken) + (taken > 0 ? kMostReserved : 0);
    QVERIFY2(sent <= most, std::to_string(sent).c_str());
    // All of it is there for who reads on.
    for (const std::uint32_t stream : streams)
        QVERIFY(client.send(C::frame(C::kWindowUpdate, 0, stream, C::number(1'000'000))));
    for (const std::uint32_t stream : streams)
        QVERIFY(client.readBody(stream, 500'000).body.size() >= 500'000);
}

void TestHttp2Windows::whatIsReadComesInAWideWindow()
{
    std::atomic<std::int64_t> sent = 0;
    std::atomic<std::int64_t> widest = 0;
    Http2Upstream upstream(sendingAhead(1, sent, widest));
    GatewayFixture gateway(http2Spec(upstream.port()));
    Http2Client client(gateway.port());
    const std::uint32_t stream = client.request(C::get());
    while (widest <= kFirstWindow && client.readFrame()) {
    }
    QVERIFY(client.stream(stream).body.size() < 4'000'000); // soon
}

QTEST_GUILESS_MAIN(TestHttp2Windows)
#include "tst_http2_windows.moc"
