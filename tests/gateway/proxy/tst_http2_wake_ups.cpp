#include "tests/support/gateway/gateway_fixture.h"
#include "tests/support/http2_client.h"
#include "tests/support/recording_upstream.h"

#include <QTest>

#include <atomic>

using namespace postern;
using namespace postern::test;

namespace {

using C = Http2Client;

constexpr std::uint32_t kWide = 0x7fffffff;

} // namespace

/// Streams that had to wait go on once they may: what they waited for is gone, and no event of their own
/// comes.
class TestHttp2WakeUps : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void answerThatCameWhileTheSocketWasFull();
    void streamsHeldByWhatOthersHold();
};

void TestHttp2WakeUps::answerThatCameWhileTheSocketWasFull()
{
    std::atomic<std::uint64_t> sent = 0;
    std::atomic<bool> enough = false;
    Gate smallSent;
    RecordingUpstream upstream([&](UpstreamPeer& peer) {
        const auto request = peer.next();
        if (!request)
            return;
        if (request->target == "/small") {
            peer.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
            smallSent.open();
            static_cast<void>(peer.next());
            return;
        }
        const std::string chunk = "10000\r\n" + std::string(0x10000, 'x') + "\r\n";
        peer.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
        while (!enough && peer.send(chunk))
            ++sent;
        peer.send("0\r\n\r\n");
        static_cast<void>(peer.next());
    });
    GatewayFixture gateway(GatewayFixture::http2Spec(upstream.port(), "60s"));
    // Windows hold nothing back: TCP does.
    Http2Client client(gateway.port(), C::Windows::Closed, C::setting(4, kWide));
    client.send(C::frame(C::kWindowUpdate, 0, 0, C::number(kWide - 65535)));
    client.send(C::headers(1, C::get("/large")));
    // Until nothing moves any more.
    std::uint64_t before = 0;
    int still = 0;
    QVERIFY(QTest::qWaitFor(
        [&] {
            const std::uint64_t now = sent;
            still = now > 0 && now == std::exchange(before, now) ? still + 1 : 0;
            return still >= 20;
        },
        60'000));

    client.send(C::headers(3, C::get("/small")));
    QVERIFY(smallSent.wait());
    for (int turns = 0; turns < 3; ++turns)
        gateway.run([](ProxyWorker&) {}); // the answer has reached the gateway, which does not take it
    enough = true;
    QVERIFY(client.answer(1).complete);
    QCOMPARE(client.answer(3).status, 200);
    QCOMPARE(client.stream(3).body, std::string("ok"));
}

void TestHttp2WakeUps::streamsHeldByWhatOthersHold()
{
    constexpr std::uint32_t kStreams = 90; // more than may hold a piece each
    constexpr std::size_t kSize = 600'000;
    std::atomic<std::uint32_t> asked = 0;
    RecordingUpstream upstream([&](UpstreamPeer& peer) {
        const std::string answer = "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(kSize) +
                                   "\r\n\r\n" + std::string(kSize, 'x');
        while (peer.next()) {
            ++asked;
            peer.send(answer);
        }
    });
    GatewayFixture gateway(GatewayFixture::http2Spec(upstream.port(), "20s"));
    // No window for streams: each holds what was read of its answer.
    Http2Client client(gateway.port(), C::Windows::Closed, C::setting(4, 0));
    QVERIFY(client.roundTrip());
    client.send(C::frame(C::kWindowUpdate, 0, 0, C::number(kWide - 65535)));
    for (std::uint32_t i = 0; i < kStreams; ++i)
        client.send(C::headers(2 * i + 1, C::get()));
    QTRY_COMPARE_WITH_TIMEOUT(asked.load(), kStreams, 60'000);
    QVERIFY(client.roundTrip());
    // Small pieces first, then all: the total falls bit by bit.
    for (const std::uint32_t window : {1000U, 100'000U, 10'000'000U}) {
        for (std::uint32_t i = 0; i < kStreams; ++i)
            client.send(C::frame(C::kWindowUpdate, 0, 2 * i + 1, C::number(window)));
    }
    for (std::uint32_t i = 0; i < kStreams; ++i) {
        const Http2Answer& answer = client.answer(2 * i + 1);
        QCOMPARE(answer.status, 200);
        QCOMPARE(answer.body.size(), kSize);
    }
}

QTEST_GUILESS_MAIN(TestHttp2WakeUps)
#include "tst_http2_wake_ups.moc"
