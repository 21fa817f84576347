#include "tests/support/gateway/gateway_fixture.h"
#include "tests/support/http2_client.h"
#include "tests/support/raw_client.h"
#include "tests/support/recording_upstream.h"
#include "tests/support/resident_memory.h"

#include <QFile>
#include <QTest>

#include <unistd.h>

using namespace postern;
using namespace postern::test;

namespace {

/// What a stream is made of: position-dependent, so that a lost or doubled piece shows.
char byteAt(std::uint64_t position) { return static_cast<char>('a' + (position * 2654435761u >> 7) % 26); }

std::string block(std::uint64_t position, std::size_t size)
{
    std::string bytes(size, 0);
    for (std::size_t i = 0; i < size; ++i)
        bytes[i] = byteAt(position + i);
    return bytes;
}

bool isRight(std::string_view bytes, std::uint64_t position)
{
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        if (bytes[i] != byteAt(position + i))
            return false;
    }
    return true;
}

/// 64 MiB each way, or what POSTERN_STREAM_MIB says (1024 for the real thing by hand).
std::uint64_t streamBytes()
{
    bool isSet = false;
    const int mib = qEnvironmentVariableIntValue("POSTERN_STREAM_MIB", &isSet);
    return (isSet ? static_cast<std::uint64_t>(mib) : 64) * 1024 * 1024;
}

constexpr std::size_t kBlock = 256 * 1024;
constexpr std::uint64_t kMostGrowth = kFreedMemoryGoes ? 24 * 1024 * 1024 : ~0ull >> 1;

} // namespace

class TestProxyStreaming : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void download_data();
    void download();
    void upload_data();
    void upload();
    void slowClientHoldsTheUpstreamBack();
    void slowUpstreamHoldsTheClientBack();
    void eventsGoOnAtOnce_data();
    void eventsGoOnAtOnce();
    void leftStreamIsCut_data();
    void leftStreamIsCut();
    void leftHttp2StreamIsCut_data();
    void leftHttp2StreamIsCut();
    void leftBeforeTheAnswer_data();
    void leftBeforeTheAnswer();
    void halfClosedClientIsAnswered_data();
    void halfClosedClientIsAnswered();
};

void TestProxyStreaming::download_data()
{
    QTest::addColumn<bool>("chunked");
    QTest::addRow("length") << false;
    QTest::addRow("chunked") << true;
}

void TestProxyStreaming::download()
{
    QFETCH(bool, chunked);
    const std::uint64_t total = streamBytes();
    RecordingUpstream upstream([&](UpstreamPeer& peer) {
        peer.next();
        peer.send("HTTP/1.1 200 OK\r\n" +
                  (chunked ? std::string("Transfer-Encoding: chunked")
                           : "Content-Length: " + std::to_string(total)) +
                  "\r\n\r\n");
        for (std::uint64_t sent = 0; sent < total; sent += kBlock) {
            const std::string bytes = block(sent, kBlock);
            if (!peer.send(chunked ? "40000\r\n" + bytes + "\r\n" : bytes))
                return;
        }
        if (chunked)
            peer.send("0\r\n\r\n");
        peer.next();
    });
    GatewayFixture gateway(GatewayFixture::spec(upstream.port(), "0s"));
    RawClient client(gateway.port());
    const std::uint64_t before = residentBytes();
    // HTTP/1.0, so that what comes is the body and nothing else.
    QVERIFY(client.send("GET / HTTP/1.0\r\n\r\n"));
    std::string bytes = client.receiveBytes(1000);
    bytes.erase(0, bytes.find("\r\n\r\n") + 4);
    std::uint64_t received = 0;
    for (; !bytes.empty(); bytes = client.receiveBytes(1)) {
        QVERIFY(isRight(bytes, received));
        received += bytes.size();
    }
    QCOMPARE(received, total);
    const std::uint64_t after = residentBytes();
    QVERIFY2(after < before + kMostGrowth, qPrintable(QString::number((after - before) / 1024)));
    QCOMPARE(gateway.waitForLog(1).value(u"ended").toString(), QStringLiteral("complete"));
}

void TestProxyStreaming::upload_data() { download_data(); }

void TestProxyStreaming::upload()
{
    QFETCH(bool, chunked);
    const std::uint64_t total = streamBytes();
    std::atomic<std::uint64_t> received = 0;
    std::atomic<bool> right = true;
    RecordingUpstream upstream([&](UpstreamPeer& peer) {
        const auto head = peer.nextHead();
        if (!head)
            return;
        if (chunked) {
            // Framing was made anew: count what the chunks hold.
            std::string pending;
            std::uint64_t left = 0;
            for (;;) {
                const std::string more = peer.receive();
                if (more.empty())
                    return;
                pending += more;
                for (;;) {
                    if (left > 0) {
                        const std::size_t take =
                            static_cast<std::size_t>(std::min<std::uint64_t>(left, pending.size()));
                        if (!isRight(std::string_view(pending).substr(0, take), received))
                            right = false;
                        received += take;
                        left -= take;
                        pending.erase(0, take);
                        if (left > 0)
                            break;
                        left = 0;
                        if (pending.size() < 2)
                            pending += peer.receive();
                        pending.erase(0, 2);
                        continue;
                    }
                    const std::size_t end = pending.find("\r\n");
                    if (end == std::string::npos)
                        break;
                    left = std::stoull(pending, nullptr, 16);
                    pending.erase(0, end + 2);
                    if (left == 0) {
                        peer.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
                        peer.next();
                        return;
                    }
                }
            }
        }
        while (received < total) {
            const std::string more = peer.receive();
            if (more.empty())
                return;
            if (!isRight(more, received))
                right = false;
            received += more.size();
        }
        peer.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
        peer.next();
    });
    GatewayFixture gateway(GatewayFixture::spec(upstream.port(), "0s"));
    RawClient client(gateway.port());
    const std::uint64_t before = residentBytes();
    QVERIFY(client.send(
        "POST / HTTP/1.1\r\nHost: a\r\n" +
        (chunked ? std::string("Transfer-Encoding: chunked") : "Content-Length: " + std::to_string(total)) +
        "\r\n\r\n"));
    for (std::uint64_t sent = 0; sent < total; sent += kBlock) {
        const std::string bytes = block(sent, kBlock);
        QVERIFY(client.send(chunked ? "40000\r\n" + bytes + "\r\n" : bytes));
    }
    if (chunked)
        QVERIFY(client.send("0\r\n\r\n"));
    QCOMPARE(client.receive().status, 200);
    QCOMPARE(received.load(), total);
    QVERIFY(right);
    const std::uint64_t after = residentBytes();
    QVERIFY2(after < before + kMostGrowth, qPrintable(QString::number((after - before) / 1024)));
    QCOMPARE(gateway.waitForLog(1).value(u"bytes_in").toInteger(), static_cast<qint64>(total));
}

void TestProxyStreaming::slowClientHoldsTheUpstreamBack()
{
    constexpr std::uint64_t kTotal = 256u * 1024 * 1024;
    std::atomic<std::uint64_t> sent = 0;
    RecordingUpstream upstream([&](UpstreamPeer& peer) {
        peer.next();
        peer.send("HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(kTotal) + "\r\n\r\n");
        while (sent < kTotal) {
            if (!peer.send(block(sent, kBlock)))
                return;
            sent += kBlock;
        }
        peer.next();
    });
    GatewayFixture gateway(GatewayFixture::spec(upstream.port(), "0s"));
    RawClient client(gateway.port());
    QVERIFY(client.send("GET / HTTP/1.0\r\n\r\n"));
    // Nobody reads: what was sent comes to rest, far from the end, in the kernel's buffers.
    std::uint64_t seen = ~0ull;
    const auto rests = [&] { return std::exchange(seen, sent.load()) == sent && sent > 0; };
    QTRY_VERIFY_WITH_TIMEOUT((QTest::qWait(100), rests()), 10'000);
    QVERIFY2(sent < 64u * 1024 * 1024, qPrintable(QString::number(sent / 1024)));
    // It goes on where it stopped.
    std::string bytes = client.receiveBytes(1000);
    bytes.erase(0, bytes.find("\r\n\r\n") + 4);
    std::uint64_t received = 0;
    for (; !bytes.empty(); bytes = client.receiveBytes(1)) {
        QVERIFY(isRight(bytes, received));
        received += bytes.size();
    }
    QCOMPARE(received, kTotal);
}

void TestProxyStreaming::slowUpstreamHoldsTheClientBack()
{
    constexpr std::uint64_t kTotal = 256u * 1024 * 1024;
    Gate mayRead;
    std::atomic<std::uint64_t> received = 0;
    RecordingUpstream upstream([&](UpstreamPeer& peer) {
        peer.nextHead();
        mayRead.wait();
        while (received < kTotal) {
            const std::string more = peer.receive();
            if (more.empty())
                return;
            received += more.size();
        }
        peer.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
        peer.next();
    });
    GatewayFixture gateway(GatewayFixture::spec(
        upstream.port(), "0s",
        "  limits: {bodyTimeout: 300ms, minimumRate: 64KiB, minimumRateGrace: 300ms}\n"));
    RawClient client(gateway.port());
    QVERIFY(
        client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: " + std::to_string(kTotal) + "\r\n\r\n"));
    const std::string bytes(kBlock, 'x');
    std::uint64_t sent = 0;
    // Offered often, taken no more for longer than the body's timeout: that the upstream is slow is not held
    // against the client. (A pause after one full buffer would be the client's own.)
    int refusedInARow = 0;
    const auto rests = [&] {
        std::uint64_t before = sent;
        while (const std::size_t taken = client.sendSome(bytes))
            sent += taken;
        refusedInARow = sent == before ? refusedInARow + 1 : 0;
        return refusedInARow >= 10; // QTRY asks every 50 ms
    };
    QTRY_VERIFY_WITH_TIMEOUT(rests(), 10'000);
    QVERIFY2(sent < 64u * 1024 * 1024, qPrintable(QString::number(sent / 1024)));
    mayRead.open();
    while (sent < kTotal) {
        const std::size_t size = static_cast<std::size_t>(std::min<std::uint64_t>(kBlock, kTotal - sent));
        QVERIFY2(client.send(std::string_view(bytes).substr(0, size)), gateway.log().join('\n').constData());
        sent += size;
    }
    QCOMPARE(client.receive().status, 200);
    QCOMPARE(received.load(), kTotal);
}

void TestProxyStreaming::eventsGoOnAtOnce_data()
{
    QTest::addColumn<QByteArray>("fields");
    QTest::addColumn<QByteArray>("begin"); // around each event
    QTest::addColumn<QByteArray>("end");
    QTest::addRow("chunked") << QByteArray("Transfer-Encoding: chunked\r\n") << QByteArray("9\r\n")
                             << QByteArray("\r\n");
    QTest::addRow("until close") << QByteArray() << QByteArray() << QByteArray();
    QTest::addRow("length") << QByteArray("Content-Length: 1000\r\n") << QByteArray() << QByteArray();
}

/// No event waits for the next one, and no limit of a request counts while the upstream is silent.
void TestProxyStreaming::eventsGoOnAtOnce()
{
    QFETCH(QByteArray, fields);
    QFETCH(QByteArray, begin);
    QFETCH(QByteArray, end);
    std::array<Gate, 4> received;
    RecordingUpstream upstream([&](UpstreamPeer& peer) {
        peer.next();
        peer.send("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n" + fields.toStdString() + "\r\n");
        for (std::size_t i = 0; i < received.size(); ++i) {
            peer.send(begin.toStdString() + "data: " + std::to_string(i) + "\n\n" + end.toStdString());
            if (!received[i].wait())
                return;
        }
        peer.next();
    });
    GatewayFixture gateway(GatewayFixture::spec(
        upstream.port(), "0s",
        "  limits: {headerTimeout: 50ms, bodyTimeout: 50ms, idleTimeout: 50ms, writeTimeout: 50ms}\n"));
    RawClient client(gateway.port());
    QVERIFY(client.send("GET /events HTTP/1.1\r\nHost: a\r\nAccept: text/event-stream\r\n\r\n"));
    std::string all;
    for (std::size_t i = 0; i < received.size(); ++i) {
        const std::string event = "data: " + std::to_string(i) + "\n\n";
        while (all.find(event) == std::string::npos) {
            const std::string more = client.receiveBytes(1);
            QVERIFY(!more.empty());
            all += more;
        }
        QTest::qWait(150); // silence, longer than every limit
        received[i].open();
    }
    QCOMPARE(gateway.log().size(), 0); // it goes on
}

void TestProxyStreaming::leftStreamIsCut_data()
{
    QTest::addColumn<bool>("reset");
    QTest::addRow("closed") << false;
    QTest::addRow("reset") << true;
}

/// A client that leaves is noticed though nothing is sent to it.
void TestProxyStreaming::leftStreamIsCut()
{
    QFETCH(bool, reset);
    Gate cut;
    RecordingUpstream upstream([&](UpstreamPeer& peer) {
        peer.next();
        peer.send("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream; charset=utf-8\r\n"
                  "Transfer-Encoding: chunked\r\n\r\n9\r\ndata: 1\n\n\r\n");
        if (peer.receive().empty())
            cut.open();
    });
    GatewayFixture gateway(GatewayFixture::spec(upstream.port(), "0s"));
    RawClient client(gateway.port());
    QVERIFY(client.send("GET /events HTTP/1.1\r\nHost: a\r\n\r\n"));
    std::string all;
    while (all.find("data: 1") == std::string::npos) {
        const std::string more = client.receiveBytes(1);
        QVERIFY(!more.empty());
        all += more;
    }
    if (reset)
        client.reset();
    else
        client.close();
    QVERIFY(cut.wait());
    QCOMPARE(gateway.waitForLog(1).value(u"ended").toString(), QStringLiteral("client_gone"));
    QCOMPARE(gateway.waitForLog(1).value(u"code").toInt(), 200);
}

void TestProxyStreaming::leftHttp2StreamIsCut_data()
{
    QTest::addColumn<bool>("grpc");
    QTest::addRow("event stream") << false;
    QTest::addRow("gRPC") << true;
}

/// In HTTP/2 a client that has finished sending may wait for its answers, but not for a stream's end.
void TestProxyStreaming::leftHttp2StreamIsCut()
{
    QFETCH(bool, grpc);
    const std::string type = grpc ? "application/grpc" : "text/event-stream";
    Gate cut;
    RecordingUpstream upstream([&](UpstreamPeer& peer) {
        peer.next();
        peer.send("HTTP/1.1 200 OK\r\nContent-Type: " + type +
                  "\r\nTransfer-Encoding: chunked\r\n\r\n9\r\ndata: 1\n\n\r\n");
        if (peer.receive().empty())
            cut.open();
    });
    GatewayFixture gateway(GatewayFixture::http2Spec(upstream.port(), "0s"));
    Http2Client client(gateway.port());
    const std::uint32_t stream = client.request(
        grpc ? Http2Client::post("/", {{"content-type", type}, {"te", "trailers"}}) : Http2Client::get());
    QCOMPARE(client.readBody(stream, 9).body, std::string("data: 1\n\n"));
    QVERIFY(client.roundTrip()); // with anything unread the close would be a reset
    client.raw().finishSending();
    QVERIFY(cut.wait());
    QCOMPARE(client.answer(stream).reset.value_or(0), 8U); // CANCEL
    QVERIFY(client.readToEnd());
    QCOMPARE(gateway.waitForLog(1).value(u"ended").toString(), QStringLiteral("client_gone"));
    QCOMPARE(gateway.waitForLog(1).value(u"code").toInt(), 200);
}

void TestProxyStreaming::leftBeforeTheAnswer_data()
{
    QTest::addColumn<QByteArray>("request");
    const QByteArray get = "GET / HTTP/1.1\r\nHost: a\r\n";
    QTest::addRow("event stream") << get + "Accept: text/event-stream\r\n\r\n";
    QTest::addRow("event stream among others")
        << get + "Accept: application/json;q=0.5\r\nAccept: */*, TEXT/event-stream; q=1\r\n\r\n";
    QTest::addRow("WebSocket") << get + "Connection: Upgrade\r\nUpgrade: websocket\r\n"
                                        "Sec-WebSocket-Version: 13\r\n"
                                        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
    QTest::addRow("event stream, HTTP/2") << QByteArray::fromStdString(
        Http2Client::headers(1, Http2Client::get("/", {{"accept", "text/event-stream"}})));
    QTest::addRow("gRPC") << QByteArray::fromStdString(Http2Client::headers(
        1, Http2Client::post("/", {{"content-type", "application/grpc"}, {"te", "trailers"}})));
}

/// A client that waits for events has left when it has finished sending, though none of them has come yet.
void TestProxyStreaming::leftBeforeTheAnswer()
{
    QFETCH(QByteArray, request);
    Gate asked;
    Gate cut;
    RecordingUpstream upstream([&](UpstreamPeer& peer) {
        peer.next();
        asked.open();
        if (peer.receive().empty())
            cut.open();
    });
    const bool isHttp2 = !request.startsWith("GET");
    GatewayFixture gateway("  upstreams:\n    - {name: app, endpoints: [{address: \"127.0.0.1:" +
                           QByteArray::number(upstream.port()) +
                           "\"}]}\n"
                           "  routes:\n    - {name: all, match: {path: /**}, upstream: app, timeout: 0s, "
                           "upgrade: [websocket]}\n" +
                           (isHttp2 ? GatewayFixture::http2Mark() : QByteArray()));
    std::optional<Http2Client> http2;
    std::optional<RawClient> http1;
    RawClient& client = isHttp2 ? http2.emplace(gateway.port()).raw() : http1.emplace(gateway.port());
    QVERIFY(client.send(request.toStdString()));
    QVERIFY(asked.wait());
    if (http2)
        QVERIFY(http2->roundTrip()); // with anything unread the close would be a reset
    client.close();
    QVERIFY(cut.wait());
    QCOMPARE(gateway.waitForLog(1).value(u"ended").toString(), QStringLiteral("client_gone"));
    QCOMPARE(gateway.waitForLog(1).value(u"code").toInt(), 499);
    QTRY_COMPARE(gateway.run([](ProxyWorker& worker) { return worker.connections(); }), std::size_t{0});
}

void TestProxyStreaming::halfClosedClientIsAnswered_data()
{
    QTest::addColumn<QByteArray>("accept");
    QTest::addColumn<bool>("afterTheHead");
    QTest::addRow("before the head") << QByteArray("*/*, text/*") << false;
    QTest::addRow("what came was no stream") << QByteArray("application/json, text/event-stream") << true;
}

/// Without a timeout, too: it may have nothing more to say, and wait.
void TestProxyStreaming::halfClosedClientIsAnswered()
{
    QFETCH(QByteArray, accept);
    QFETCH(bool, afterTheHead);
    Gate asked;
    Gate mayGoOn;
    RecordingUpstream upstream([&](UpstreamPeer& peer) {
        peer.next();
        const std::string head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
                                 "Content-Length: 8\r\n\r\n{\"a\"";
        if (afterTheHead)
            peer.send(head);
        asked.open();
        mayGoOn.wait();
        peer.send((afterTheHead ? std::string() : head) + ": 1}");
        peer.next();
    });
    GatewayFixture gateway(GatewayFixture::spec(upstream.port(), "0s"));
    RawClient client(gateway.port());
    QVERIFY(client.send("GET / HTTP/1.1\r\nHost: a\r\nAccept: " + accept.toStdString() + "\r\n\r\n"));
    QVERIFY(asked.wait());
    std::string answer = afterTheHead ? client.receiveBytes(1) : std::string();
    client.finishSending();
    // The worker has seen that, as it has done something that came later.
    QCOMPARE(RawClient(gateway.port()).ask("GET bad HTTP/1.1\r\n\r\n").status, 400);
    mayGoOn.open();
    answer += client.receiveAll();
    QVERIFY2(answer.ends_with("{\"a\": 1}"), answer.c_str());
}

QTEST_GUILESS_MAIN(TestProxyStreaming)
#include "tst_proxy_streaming.moc"
