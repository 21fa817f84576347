#include "tests/support/gateway/gateway_fixture.h"
#include "tests/support/http2_client.h"
#include "tests/support/recording_upstream.h"

#include <QTest>

#include <atomic>
#include <functional>

using namespace postern;
using namespace postern::test;

namespace {

using C = Http2Client;

constexpr std::uint32_t kProtocolError = 1;
constexpr std::uint32_t kEnhanceYourCalm = 11;

QByteArray refusals(const QByteArray& reason)
{
    return "postern_requests_refused_total{api=\"payments/accounts\",listener=\"main\",reason=\"" + reason +
           "\"}";
}

std::string repeated(int count, const std::function<std::string(std::uint32_t)>& make)
{
    std::string bytes;
    for (int i = 0; i < count; ++i)
        bytes += make(static_cast<std::uint32_t>(2 * i + 1));
    return bytes;
}

std::string cancel(std::uint32_t stream) { return C::frame(C::kReset, 0, stream, C::number(8)); }

} // namespace

/// SECURITY, "Requests that ask for too much", HTTP/2: a client that costs more than it asks for is sent
/// away, and others never notice. Time: what a client may take, as for HTTP/1.1.
class TestHttp2Floods : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void floods_data();
    void floods();
    void floodsWithinBounds_data();
    void floodsWithinBounds();
    void continuationFloodIsNotHeld();
    void hpackBombIsNotHeld();
    void streamsAreBounded();
    void streamsBeforeTheLimitIsKnown();
    void windowStallEnds();
    void stalledStreamLeavesOthersAlone();
    void upstreamPressureReachesTheClient();
    void unfinishedHeadIsTimed();
    void silentConnectionIsTimed();
    void slowBodyIsAnswered408();
    void drippingBodyIsTooSlow();
    void drippingWindowIsTooSlow();
    void idleConnectionGoesAway();
    void drainFinishesWhatIsUnderWay();
    void drainServesWhoHasJustComeIn_data();
    void drainServesWhoHasJustComeIn();
    void drainServesWhatTheKernelHolds();
    void framesInDrips();
    void halfClosedClientIsServed();
    void wrongPreface();
};

void TestHttp2Floods::floods_data()
{
    QTest::addColumn<QByteArray>("bytes");
    const auto row = [](const char* name, const std::string& bytes) {
        QTest::addRow("%s", name) << QByteArray::fromStdString(bytes);
    };
    const auto get = [](std::uint32_t stream) { return C::headers(stream, C::get()); };
    row("Rapid Reset", repeated(600, [&](auto stream) { return get(stream) + cancel(stream); }));
    row("Rapid Reset of bodies", repeated(600, [](auto stream) {
            return C::headers(stream, C::post(), false) + C::data(stream, "x", false) + cancel(stream);
        }));
    row("MadeYouReset by malformed heads", repeated(600, [](auto stream) {
            return C::headers(stream, C::get("/", {{"connection", "x"}}));
        }));
    row("MadeYouReset by lengths", repeated(600, [](auto stream) {
            return C::headers(stream, C::post("/", {{"content-length", "1"}}), false) + C::data(stream, "xx");
        }));
    row("MadeYouReset by short bodies", repeated(600, [](auto stream) {
            return C::headers(stream, C::post("/", {{"content-length", "1"}}), false) + C::data(stream, "");
        }));
    row("MadeYouReset by short bodies and trailers", repeated(600, [](auto stream) {
            return C::headers(stream, C::post("/", {{"content-length", "1"}}), false) +
                   C::headers(stream, {{"x", "y"}});
        }));
    row("MadeYouReset by window updates", repeated(600, [&](auto stream) {
            return get(stream) + C::frame(C::kWindowUpdate, 0, stream, C::number(0));
        }));
    row("MadeYouReset by overflowing windows", repeated(600, [&](auto stream) {
            return get(stream) + C::frame(C::kWindowUpdate, 0, stream, C::number(0x7fffffff));
        }));
    row("MadeYouReset by trailers", repeated(600, [](auto stream) {
            return C::headers(stream, C::post(), false) + C::headers(stream, {{"x", "y"}}, false);
        }));
    row("PING", repeated(600, [](auto) { return C::frame(C::kPing, 0, 0, "12345678"); }));
    row("PING answers", repeated(600, [](auto) { return C::frame(C::kPing, C::kAck, 0, "12345678"); }));
    row("SETTINGS", repeated(600, [](auto) { return C::frame(C::kSettings, 0, 0); }));
    row("SETTINGS with entries", repeated(40, [](auto) {
            return C::frame(C::kSettings, 0, 0, repeated(16, [](auto) { return C::setting(4, 65535); }));
        }));
    row("PRIORITY",
        repeated(600, [](auto stream) { return C::frame(C::kPriority, 0, stream, C::number(0) + "x"); }));
    row("unknown frames", repeated(600, [](auto) { return C::frame(99, 0, 0, "x"); }));
    row("WINDOW_UPDATE", repeated(600, [](auto) { return C::frame(C::kWindowUpdate, 0, 0, C::number(1)); }));
    row("empty DATA",
        C::headers(1, C::post(), false) + repeated(600, [](auto) { return C::data(1, "", false); }));
    row("DATA of padding", C::headers(1, C::post(), false) + repeated(600, [](auto) {
                               return C::frame(C::kData, C::kPadded, 1, std::string("\x02\0\0", 3));
                           }));
    row("empty CONTINUATION", C::frame(C::kHeaders, C::kEndStream, 1, C::block(C::get())) +
                                  repeated(600, [](auto) { return C::frame(C::kContinuation, 0, 1); }));
    row("heads beyond the limit", repeated(40, [](auto stream) {
            return C::headers(stream, C::get("/", {{"x", std::string(50'000, 'x')}}));
        }));
    row("GOAWAY", repeated(600, [](auto) { return C::frame(C::kGoAway, 0, 0, std::string(8, '\0')); }));
}

void TestHttp2Floods::floods()
{
    QFETCH(QByteArray, bytes);
    Gate neighbourSeen;
    Gate goOn;
    RecordingUpstream upstream([&](UpstreamPeer& peer) {
        while (const auto request = peer.next()) {
            if (request->target == "/neighbour") {
                neighbourSeen.open();
                goOn.wait();
            }
            if (!peer.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"))
                break;
        }
    });
    GatewayFixture gateway(GatewayFixture::http2Spec(upstream.port(), "5s", "  limits: {streams: 10000}\n"));
    Http2Client neighbour(gateway.port());
    neighbour.send(C::headers(1, C::get("/neighbour")));
    QVERIFY(neighbourSeen.wait());

    Http2Client client(gateway.port());
    client.send(bytes.toStdString());
    const auto goAway = client.goAway();
    QVERIFY(goAway.has_value());
    QCOMPARE(goAway->error, kEnhanceYourCalm);
    QVERIFY(client.readToEnd());
    QTRY_COMPARE(gateway.metric(refusals("connection-flood").toStdString()), std::optional<double>(1));

    goOn.open();
    QCOMPARE(neighbour.answer(1).body, std::string("ok"));
    QTRY_COMPARE(gateway.run([](ProxyWorker& worker) { return worker.requestsInFlight(); }), std::size_t(0));
}

void TestHttp2Floods::floodsWithinBounds_data()
{
    QTest::addColumn<QByteArray>("bytes");
    const auto row = [](const char* name, const std::string& bytes) {
        QTest::addRow("%s", name) << QByteArray::fromStdString(bytes);
    };
    row("cancelled requests",
        repeated(100, [](auto stream) { return C::headers(stream, C::get()) + cancel(stream); }));
    row("pings", repeated(300, [](auto) { return C::frame(C::kPing, 0, 0, "12345678"); }));
    row("priorities",
        repeated(300, [](auto stream) { return C::frame(C::kPriority, 0, stream, C::number(0) + "x"); }));
}

/// What honest clients do is no flood.
void TestHttp2Floods::floodsWithinBounds()
{
    QFETCH(QByteArray, bytes);
    RecordingUpstream upstream;
    GatewayFixture gateway(GatewayFixture::http2Spec(upstream.port()));
    Http2Client client(gateway.port());
    client.send(bytes.toStdString());
    client.send(C::headers(1001, C::get("/after")));
    QCOMPARE(client.answer(1001).status, 200);
}

void TestHttp2Floods::continuationFloodIsNotHeld()
{
    RecordingUpstream upstream;
    GatewayFixture gateway(GatewayFixture::http2Spec(upstream.port()));
    Http2Client client(gateway.port());
    const std::string piece = C::block({{"x", std::string(16'000, 'x')}});
    client.send(C::frame(C::kHeaders, C::kEndStream, 1, C::block(C::get())));
    bool open = true;
    for (int i = 0; i < 1000 && open; ++i)
        open = client.send(C::frame(C::kContinuation, 0, 1, piece));
    const auto goAway = client.goAway();
    QVERIFY(!goAway || goAway->error == kEnhanceYourCalm); // a reset may have overtaken it
    QTRY_COMPARE(gateway.metric(refusals("connection-flood").toStdString()), std::optional<double>(1));
    QVERIFY(upstream.requests().empty());
}

void TestHttp2Floods::hpackBombIsNotHeld()
{
    RecordingUpstream upstream;
    GatewayFixture gateway(GatewayFixture::http2Spec(upstream.port()));
    Http2Client client(gateway.port());
    // One large entry into the dynamic table, then one byte for each time it is meant: 16 MiB from 4 KiB.
    std::string block = C::block(C::get());
    const std::string value(4000, 'x');
    block += "\x40\x01x\x7f\xa1\x1e" + value + std::string(4096, '\xbe');
    client.send(C::frame(C::kHeaders, C::kEndStream | C::kEndHeaders, 1, block));
    const auto goAway = client.goAway();
    QVERIFY(goAway.has_value());
    QCOMPARE(goAway->error, kEnhanceYourCalm);
    QVERIFY(upstream.requests().empty());
}

void TestHttp2Floods::streamsAreBounded()
{
    Gate goOn;
    RecordingUpstream upstream([&](UpstreamPeer& peer) {
        while (peer.next()) {
            goOn.wait();
            peer.send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
        }
    });
    GatewayFixture gateway(GatewayFixture::http2Spec(upstream.port(), "5s", "  limits: {streams: 4}\n"));
    Http2Client client(gateway.port());
    QVERIFY(client.roundTrip());
    client.send(repeated(4, [](auto stream) { return C::headers(stream, C::get()); }));
    QVERIFY(client.roundTrip());
    QCOMPARE(gateway.run([](ProxyWorker& worker) { return worker.requestsInFlight(); }), std::size_t(4));
    client.send(C::headers(9, C::get()));
    const auto goAway = client.goAway(); // RFC 9113 §5.1.2, as an error of the connection (§5.4.2)
    QVERIFY(goAway.has_value());
    QCOMPARE(goAway->error, kProtocolError);
    goOn.open();
}

void TestHttp2Floods::streamsBeforeTheLimitIsKnown()
{
    // Who has not heard of the limit yet loses what is beyond it, and nothing else (RFC 9113 §5.1.2).
    constexpr std::uint32_t kRefusedStream = 7;
    Gate goOn;
    RecordingUpstream upstream([&](UpstreamPeer& peer) {
        while (peer.next()) {
            goOn.wait();
            peer.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
        }
    });
    GatewayFixture gateway(GatewayFixture::http2Spec(upstream.port(), "5s", "  limits: {streams: 4}\n"));
    Http2Client client(gateway.port()); // acknowledges SETTINGS when it reads them
    client.send(repeated(6, [](auto stream) { return C::headers(stream, C::get()); }));
    QCOMPARE(client.answer(9).reset.value_or(0), kRefusedStream);
    QCOMPARE(client.answer(11).reset.value_or(0), kRefusedStream);
    goOn.open();
    for (const std::uint32_t stream : {1U, 3U, 5U, 7U})
        QCOMPARE(client.answer(stream).body, std::string("ok"));
    QCOMPARE(upstream.requests().size(), std::size_t(4));
    client.send(C::headers(13, C::get()));
    QCOMPARE(client.answer(13).body, std::string("ok"));
}

void TestHttp2Floods::windowStallEnds()
{
    RecordingUpstream upstream(RecordingUpstream::answering(
        "HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n" + std::string(100'000, 'x')));
    GatewayFixture gateway(
        GatewayFixture::http2Spec(upstream.port(), "5s", "  limits: {writeTimeout: 100ms}\n"));
    Http2Client client(gateway.port(), C::Windows::Closed);
    const Http2Answer answer = client.ask(C::get());
    QCOMPARE(answer.status, 200);
    QCOMPARE(answer.body.size(), std::size_t(65535));
    QCOMPARE(answer.reset.value_or(0), 8U); // CANCEL
    QCOMPARE(gateway.waitForLog(1)[u"ended"].toString(), QStringLiteral("timeout"));
}

void TestHttp2Floods::stalledStreamLeavesOthersAlone()
{
    RecordingUpstream upstream([](UpstreamPeer& peer) {
        while (const auto request = peer.next()) {
            const std::size_t size = request->target == "/large" ? 500'000 : 2;
            peer.send("HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(size) + "\r\n\r\n" +
                      std::string(size, 'x'));
        }
    });
    GatewayFixture gateway(GatewayFixture::http2Spec(upstream.port()));
    // No window for streams: /large does not move until it gets one.
    Http2Client client(gateway.port(), C::Windows::Closed, C::setting(4, 0));
    client.send(C::headers(1, C::get("/large")));
    QCOMPARE(client.readHead(1).status, 200);
    client.send(C::headers(3, C::get("/small")) + C::frame(C::kWindowUpdate, 0, 3, C::number(100)));
    QCOMPARE(client.answer(3).body, std::string("xx"));
    QVERIFY(client.stream(1).body.empty());
    client.send(C::frame(C::kWindowUpdate, 0, 1, C::number(1'000'000)) +
                C::frame(C::kWindowUpdate, 0, 0, C::number(1'000'000)));
    QCOMPARE(client.answer(1).body.size(), std::size_t(500'000));
}

void TestHttp2Floods::upstreamPressureReachesTheClient()
{
    Gate goOn;
    std::string body;
    RecordingUpstream upstream([&](UpstreamPeer& peer) {
        if (!peer.nextHead())
            return;
        goOn.wait();
        while (!body.ends_with("0\r\n\r\n")) {
            const std::string piece = peer.receive();
            if (piece.empty())
                break;
            body += piece;
        }
        peer.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
    });
    GatewayFixture gateway(GatewayFixture::http2Spec(upstream.port(), "10s"));
    Http2Client client(gateway.port());
    QVERIFY(client.roundTrip());
    client.send(C::headers(1, C::post(), false));
    // As much as the window lets through, again and again, until it stays closed.
    std::uint64_t sent = 0;
    std::uint64_t window = 256 * 1024;
    while (sent + 16384 <= window) {
        client.send(C::data(1, std::string(16384, 'x'), false));
        sent += 16384;
        if (sent + 16384 > window) {
            QVERIFY(client.roundTrip());
            window = 256 * 1024 + client.windowUpdates(1);
        }
        QVERIFY(sent < 16 * 1024 * 1024); // kernels hold some, we a window
    }
    QVERIFY(sent >= 256 * 1024 - 16384);
    goOn.open();
    // It opens again.
    while (client.windowUpdates(1) + 256 * 1024 < sent + 1 && client.readFrame()) {
    }
    client.send(C::data(1, "x"));
    QCOMPARE(client.answer(1).status, 200);
}

void TestHttp2Floods::unfinishedHeadIsTimed()
{
    RecordingUpstream upstream;
    GatewayFixture gateway(
        GatewayFixture::http2Spec(upstream.port(), "5s", "  limits: {headerTimeout: 100ms}\n"));
    Http2Client client(gateway.port());
    QVERIFY(client.roundTrip()); // its acknowledgement must not stand inside the head
    client.send(C::frame(C::kHeaders, C::kEndStream, 1, C::block(C::get()))); // CONTINUATION to come
    const auto goAway = client.goAway();
    QVERIFY(goAway.has_value());
    QCOMPARE(goAway->error, 0U);
    QVERIFY(client.readToEnd());
    QTRY_COMPARE(gateway.metric(refusals("head-timeout").toStdString()), std::optional<double>(1));
    QVERIFY(upstream.requests().empty());
}

void TestHttp2Floods::silentConnectionIsTimed()
{
    RecordingUpstream upstream;
    GatewayFixture gateway(
        GatewayFixture::http2Spec(upstream.port(), "5s", "  limits: {headerTimeout: 100ms}\n"));
    RawClient client(gateway.port());
    client.send("PRI * HTTP/2.0\r\n\r\nSM");
    QVERIFY(!client.receiveAll().empty()); // our SETTINGS, a GOAWAY, the end
}

void TestHttp2Floods::slowBodyIsAnswered408()
{
    RecordingUpstream upstream;
    GatewayFixture gateway(
        GatewayFixture::http2Spec(upstream.port(), "5s", "  limits: {bodyTimeout: 100ms}\n"));
    Http2Client client(gateway.port());
    client.send(C::headers(1, C::post(), false) + C::data(1, "half", false));
    const Http2Answer answer = client.answer(1);
    QCOMPARE(answer.status, 408);
    QTRY_COMPARE(gateway.metric(refusals("body-timeout").toStdString()), std::optional<double>(1));
    QVERIFY(client.roundTrip());
    for (const RecordedRequest& request : upstream.requests())
        QVERIFY(!request.complete);
}

void TestHttp2Floods::drippingBodyIsTooSlow()
{
    RecordingUpstream upstream;
    GatewayFixture gateway(GatewayFixture::http2Spec(
        upstream.port(), "60s", "  limits: {minimumRate: 1MiB, minimumRateGrace: 200ms, resets: 100000}\n"));
    Http2Client client(gateway.port());
    client.send(C::headers(1, C::post(), false));
    while (!client.stream(1).complete && !client.stream(1).reset) {
        client.send(C::data(1, "x", false));
        QVERIFY(client.roundTrip());
    }
    QCOMPARE(client.stream(1).status, 408);
    QTRY_COMPARE(gateway.metric(refusals("body-too-slow").toStdString()), std::optional<double>(1));
}

void TestHttp2Floods::drippingWindowIsTooSlow()
{
    RecordingUpstream upstream(RecordingUpstream::answering(
        "HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n" + std::string(100'000, 'x')));
    GatewayFixture gateway(GatewayFixture::http2Spec(
        upstream.port(), "60s", "  limits: {minimumRate: 1MiB, minimumRateGrace: 200ms, resets: 100000}\n"));
    Http2Client client(gateway.port(), C::Windows::Closed, C::setting(4, 0));
    client.send(C::headers(1, C::get()));
    while (!client.stream(1).reset) {
        client.send(C::frame(C::kWindowUpdate, 0, 1, C::number(1)));
        QVERIFY(client.roundTrip());
    }
    QCOMPARE(client.stream(1).reset.value_or(0), 8U); // CANCEL
    QVERIFY(client.stream(1).body.size() < 100'000);
}

void TestHttp2Floods::idleConnectionGoesAway()
{
    RecordingUpstream upstream;
    GatewayFixture gateway(
        GatewayFixture::http2Spec(upstream.port(), "5s", "  limits: {idleTimeout: 100ms}\n"));
    Http2Client client(gateway.port());
    QCOMPARE(client.ask(C::get()).status, 200);
    const auto goAway = client.goAway();
    QVERIFY(goAway.has_value());
    QCOMPARE(goAway->error, 0U);
    QCOMPARE(goAway->lastStream, 1U);
    QVERIFY(client.readToEnd());
}

void TestHttp2Floods::drainFinishesWhatIsUnderWay()
{
    Gate seen;
    Gate goOn;
    RecordingUpstream upstream([&](UpstreamPeer& peer) {
        while (peer.next()) {
            seen.open();
            goOn.wait();
            peer.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
        }
    });
    GatewayFixture gateway(GatewayFixture::http2Spec(upstream.port()));
    Http2Client client(gateway.port());
    Http2Client idle(gateway.port());
    QVERIFY(idle.roundTrip());
    client.send(C::headers(1, C::get()));
    QVERIFY(seen.wait());
    gateway.run([](ProxyWorker& worker) { worker.announceDrain(); });
    auto goAway = client.goAway();
    QVERIFY(goAway.has_value());
    QCOMPARE(goAway->lastStream, 0x7fffffffU); // nothing is refused yet
    client.send(C::headers(3, C::get()));
    QVERIFY(client.roundTrip());
    QVERIFY(idle.goAway().has_value());
    std::atomic<bool> drained = false;
    gateway.run([&drained](ProxyWorker& worker) { worker.drain([&drained] { drained = true; }); });
    QVERIFY(idle.goAway(2).has_value());
    QVERIFY(idle.readToEnd());
    goAway = client.goAway(2);
    QCOMPARE(goAway->lastStream, 3U);
    QVERIFY(!drained);
    goOn.open();
    QCOMPARE(client.answer(1).body, std::string("ok"));
    QCOMPARE(client.answer(3).body, std::string("ok"));
    QVERIFY(client.readToEnd());
    idle.raw().close();
    client.raw().close();
    QTRY_VERIFY(drained.load());
}

void TestHttp2Floods::drainServesWhoHasJustComeIn_data()
{
    QTest::addColumn<bool>("greets");
    QTest::addRow("connected") << false;
    QTest::addRow("greeted") << true;
}

/// Who has connected has a request on the way, as a rule: it is waited for, but not for long.
void TestHttp2Floods::drainServesWhoHasJustComeIn()
{
    QFETCH(bool, greets);
    RecordingUpstream upstream;
    GatewayFixture gateway(GatewayFixture::http2Spec(upstream.port()));
    RawClient silent(gateway.port());
    RawClient client(gateway.port());
    QTRY_COMPARE(gateway.run([](ProxyWorker& worker) { return worker.connections(); }), std::size_t(2));
    const std::string preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + C::frame(C::kSettings, 0, 0);
    if (greets) {
        client.send(preface + C::frame(C::kPing, 0, 0, "12345678"));
        std::string seen;
        while (seen.find("12345678") == std::string::npos)
            seen += client.receiveBytes(1);
    }
    std::atomic<bool> drained = false;
    gateway.run([&drained](ProxyWorker& worker) { worker.drain([&drained] { drained = true; }); });
    client.send((greets ? "" : preface) + C::headers(1, C::get("/late")));
    const std::string answer = client.receiveAll(); // to the connection's end
    QCOMPARE(upstream.requests().size(), std::size_t(1));
    QVERIFY(answer.ends_with("ok"));
    static_cast<void>(silent.receiveAll());
    client.close();
    silent.close();
    QTRY_VERIFY(drained.load());
}

/// The request was sent before the drain began, and the worker had not looked yet.
void TestHttp2Floods::drainServesWhatTheKernelHolds()
{
    RecordingUpstream upstream;
    GatewayFixture gateway(GatewayFixture::http2Spec(upstream.port()));
    Http2Client client(gateway.port());
    QCOMPARE(client.ask(C::get()).status, 200);
    QVERIFY(client.roundTrip());
    gateway.run([&client](ProxyWorker& worker) {
        client.request(C::get("/last"));
        worker.drain([] {});
    });
    QCOMPARE(client.answer(3).body, std::string("ok"));
    QVERIFY(client.readToEnd());
}

void TestHttp2Floods::framesInDrips()
{
    RecordingUpstream upstream;
    GatewayFixture gateway(GatewayFixture::http2Spec(upstream.port()));
    Http2Client client(gateway.port());
    const std::string bytes = C::frame(C::kPriority, 0, 1, C::number(0) + "x") +
                              C::headers(1, C::post("/", {{"content-length", "5"}}), false) +
                              C::data(1, "he", false) + C::data(1, "llo");
    for (const char byte : bytes) {
        client.send(std::string_view(&byte, 1));
    }
    QCOMPARE(client.answer(1).status, 200);
    QCOMPARE(upstream.requests().at(0).body, std::string("hello"));
}

void TestHttp2Floods::halfClosedClientIsServed()
{
    Gate goOn;
    RecordingUpstream upstream([&](UpstreamPeer& peer) {
        while (peer.next()) {
            goOn.wait();
            peer.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
        }
    });
    GatewayFixture gateway(GatewayFixture::http2Spec(upstream.port()));
    Http2Client client(gateway.port());
    client.send(C::headers(1, C::get()) + C::headers(3, C::post(), false));
    client.raw().finishSending();
    QCOMPARE(client.answer(3).reset.value_or(0), 8U); // its request can not be completed any more
    goOn.open();
    QCOMPARE(client.answer(1).body, std::string("ok"));
    QVERIFY(client.readToEnd());
}

void TestHttp2Floods::wrongPreface()
{
    RecordingUpstream upstream;
    GatewayFixture gateway(GatewayFixture::http2Spec(upstream.port()));
    RawClient client(gateway.port());
    client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    const std::string answer = client.receiveAll();
    QVERIFY(answer.find("HTTP/1.1") == std::string::npos);
    QVERIFY(upstream.requests().empty());
    QTRY_COMPARE(gateway.metric(refusals("protocol-error").toStdString()), std::optional<double>(1));
}

QTEST_GUILESS_MAIN(TestHttp2Floods)
#include "tst_http2_floods.moc"
