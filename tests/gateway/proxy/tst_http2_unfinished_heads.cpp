#include "tests/support/gateway/gateway_fixture.h"
#include "tests/support/http2_client.h"
#include "tests/support/recording_upstream.h"

#include <QTest>

#include <atomic>

using namespace postern;
using namespace postern::test;

namespace {

using C = Http2Client;

constexpr const char* kInFlight = "postern_requests_in_flight{api=\"payments/accounts\"}";

} // namespace

/// Heads and trailers that begin, and end late or never.
class TestHttp2UnfinishedHeads : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void trailersThatEndAfterTheAnswer_data();
    void trailersThatEndAfterTheAnswer();
    void trailersThatEndAfterTheirMemoryIsFreed();
    void whatNeverBecameARequestIsNotRecorded_data();
    void whatNeverBecameARequestIsNotRecorded();
};

void TestHttp2UnfinishedHeads::trailersThatEndAfterTheAnswer_data()
{
    QTest::addColumn<QByteArray>("rest");
    const auto row = [](const char* name, const Http2Fields& fields) {
        QTest::addRow("%s", name) << QByteArray::fromStdString(C::block(fields));
    };
    row("fine", {{"x-sum", std::string(4000, '5')}});
    row("nothing", {});
    row("malformed", {{":path", "/"}});
}

/// The answer goes out, and the request's memory with it, while trailers are half said (CWE-416).
void TestHttp2UnfinishedHeads::trailersThatEndAfterTheAnswer()
{
    QFETCH(QByteArray, rest);
    RecordingUpstream upstream;
    GatewayFixture gateway(
        GatewayFixture::http2Spec(upstream.port()).replace("path: /**", "path: /known/**"));
    // Nothing may be sent in between, and the client opens windows by itself.
    Http2Client client(gateway.port(), C::Windows::Closed);
    QVERIFY(client.roundTrip());
    client.send(C::headers(1, C::post("/nowhere"), false) +
                C::frame(C::kHeaders, C::kEndStream, 1, C::block({{"x-first", "1"}})));
    const Http2Answer answer = client.answer(1);
    QCOMPARE(answer.status, 404);
    QVERIFY(answer.complete);
    // Whose memory it is now.
    Http2Client other(gateway.port());
    QCOMPARE(other.ask(C::get("/known/" + std::string(4000, 'a'))).status, 200);

    client.send(C::frame(C::kContinuation, C::kEndHeaders, 1, rest.toStdString()));
    client.send(C::headers(3, C::get("/known/next")));
    QCOMPARE(client.answer(3).status, 200);
    QVERIFY(!client.stream(1).reset); // answered already: nobody asks what they were
    QTRY_COMPARE(gateway.metric(kInFlight), std::optional<double>(0));
}

/// The same, with so many warm exchanges that this one is deleted: what AddressSanitizer sees.
void TestHttp2UnfinishedHeads::trailersThatEndAfterTheirMemoryIsFreed()
{
    constexpr std::uint32_t kWarm = 256;
    Gate slowSeen;
    Gate slow;
    Gate others;
    std::atomic<std::uint32_t> waiting = 0;
    RecordingUpstream upstream([&](UpstreamPeer& peer) {
        while (const auto request = peer.nextHead()) {
            const bool isSlow = request->target == "/slow";
            if (isSlow)
                slowSeen.open();
            else
                ++waiting;
            (isSlow ? slow : others).wait();
            if (!peer.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"))
                break;
        }
    });
    GatewayFixture gateway(GatewayFixture::http2Spec(upstream.port(), "60s", "  limits: {streams: 1000}\n"));
    Http2Client client(gateway.port(), C::Windows::Closed);
    QVERIFY(client.roundTrip());
    client.send(C::headers(1, C::post("/slow"), false));
    QVERIFY(slowSeen.wait());
    client.send(C::frame(C::kHeaders, C::kEndStream, 1, C::block({{"x-first", "1"}})));
    gateway.run([](ProxyWorker&) {}); // it has come

    Http2Client other(gateway.port());
    for (std::uint32_t i = 0; i < kWarm; ++i)
        other.send(C::headers(2 * i + 1, C::get()));
    QTRY_COMPARE_WITH_TIMEOUT(waiting.load(), kWarm, 60'000);
    others.open();
    for (std::uint32_t i = 0; i < kWarm; ++i)
        QCOMPARE(other.answer(2 * i + 1).status, 200);
    slow.open();
    QVERIFY(client.answer(1).complete);

    client.send(C::frame(C::kContinuation, C::kEndHeaders, 1, C::block({{"x-sum", std::string(4000, '5')}})));
    client.send(C::headers(3, C::get()));
    QCOMPARE(client.answer(3).status, 200);
    QVERIFY(!client.stream(1).reset);
}

void TestHttp2UnfinishedHeads::whatNeverBecameARequestIsNotRecorded_data()
{
    QTest::addColumn<QByteArray>("rest");
    QTest::addColumn<bool>("leaves");
    QTest::addRow("the client leaves") << QByteArray() << true;
    QTest::addRow("time runs out") << QByteArray() << false;
    QTest::addRow("HPACK fault") << QByteArray::fromStdString(
                                        C::frame(C::kContinuation, 4, 1, "\xff\xff\xff"))
                                 << false;
    QTest::addRow("another frame") << QByteArray::fromStdString(C::data(1, "x")) << false;
}

void TestHttp2UnfinishedHeads::whatNeverBecameARequestIsNotRecorded()
{
    QFETCH(QByteArray, rest);
    QFETCH(bool, leaves);
    RecordingUpstream upstream;
    GatewayFixture gateway(
        GatewayFixture::http2Spec(upstream.port(), "5s", "  limits: {headerTimeout: 200ms}\n"));
    {
        Http2Client before(gateway.port());
        QCOMPARE(before.ask(C::get("/before")).status, 200); // its exchange stays warm
    }
    QCOMPARE(gateway.waitForLog(1)[u"path"].toString(), QStringLiteral("/before"));

    Http2Client client(gateway.port());
    QVERIFY(client.roundTrip());
    client.send(C::frame(C::kHeaders, C::kEndStream, 1, C::block(C::get("/half"))) + rest.toStdString());
    if (leaves)
        client.raw().close();
    else
        QVERIFY(client.readToEnd());

    Http2Client after(gateway.port());
    QCOMPARE(after.ask(C::get("/after")).status, 200);
    const auto logged = [&gateway](const char* path) {
        int count = 0;
        for (const QByteArray& line : gateway.log())
            count += line.contains(path) ? 1 : 0;
        return count;
    };
    QTRY_COMPARE(logged("\"/after\""), 1);
    QCOMPARE(logged("\"/before\""), 1);
    QCOMPARE(logged("\"/half\""), 0);
    QTRY_COMPARE(gateway.metric(kInFlight), std::optional<double>(0));
}

QTEST_GUILESS_MAIN(TestHttp2UnfinishedHeads)
#include "tst_http2_unfinished_heads.moc"
