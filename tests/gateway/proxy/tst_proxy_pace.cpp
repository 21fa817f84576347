#include "tests/support/gateway/gateway_fixture.h"
#include "tests/support/raw_client.h"
#include "tests/support/recording_upstream.h"
#include "tests/support/resident_memory.h"

#include <QFile>
#include <QTest>

#include <thread>

using namespace postern;
using namespace postern::test;
using namespace std::chrono_literals;

namespace {

const std::string kGet = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

double refusals(const GatewayFixture& gateway, const std::string& reason)
{
    return gateway
        .metric("postern_requests_refused_total{api=\"payments/accounts\",listener=\"main\",reason=\"" +
                reason + "\"}")
        .value_or(0);
}

/// Sends for ever, and as fast as it can.
RecordingUpstream::Script endless()
{
    return [](UpstreamPeer& peer) {
        static const std::string block(64 * 1024, 'x');
        peer.next();
        peer.send("HTTP/1.1 200 OK\r\nContent-Length: 1000000000000\r\n\r\n");
        while (peer.send(block)) {
        }
    };
}

} // namespace

/// Clients who take their time: those who mean it, and those who can not help it.
class TestProxyPace : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void headInDrips();
    void halfAHeadAfterIdleness();
    void bodyInDrips_data();
    void bodyInDrips();
    void bodyThatIsSlowEnough();
    void slowReaderIsCutByItsRate();
    void steadyReaderIsNotCut();
    void slowReadersCostLittle();
};

void TestProxyPace::headInDrips()
{
    RecordingUpstream upstream;
    GatewayFixture gateway(GatewayFixture::spec(upstream.port(), "5s", "  limits: {headerTimeout: 200ms}\n"));
    RawClient client(gateway.port());
    QVERIFY(client.send("GET / HTTP/1.1\r\nX-Long: "));
    // Each byte well within the time, all of them not.
    QTRY_VERIFY((client.send("a"), refusals(gateway, "head-timeout") > 0));
    QCOMPARE(client.receive().status, 408);
    QVERIFY(client.isClosedByPeer());
    QCOMPARE(upstream.bytes(), std::string());
}

void TestProxyPace::halfAHeadAfterIdleness()
{
    RecordingUpstream upstream;
    GatewayFixture gateway(
        GatewayFixture::spec(upstream.port(), "5s", "  limits: {headerTimeout: 200ms, idleTimeout: 1h}\n"));
    RawClient client(gateway.port());
    QCOMPARE(client.ask(kGet).status, 200);
    // The idle time ends with the first byte of a head.
    const RawResponse response = client.ask("GET / HTTP/1.1\r\nHost: a\r\nX-");
    QCOMPARE(response.status, 408);
    QCOMPARE(response.header("connection"), std::string("close"));
    QVERIFY(client.isClosedByPeer());
    QCOMPARE(upstream.requests().size(), std::size_t{1});
    QCOMPARE(refusals(gateway, "head-timeout"), 1.0);

    // So it does where half of it came with the request before.
    RawClient pipelining(gateway.port());
    QVERIFY(pipelining.send(kGet + "GET / HTTP"));
    QCOMPARE(pipelining.receive().status, 200);
    QCOMPARE(pipelining.receive().status, 408);
    QCOMPARE(upstream.requests().size(), std::size_t{2});
}

void TestProxyPace::bodyInDrips_data()
{
    QTest::addColumn<QByteArray>("head");
    QTest::addColumn<QByteArray>("drip");
    QTest::newRow("length") << QByteArray("Content-Length: 100000") << QByteArray("x");
    QTest::newRow("chunked") << QByteArray("Transfer-Encoding: chunked") << QByteArray("1\r\nx\r\n");
}

void TestProxyPace::bodyInDrips()
{
    QFETCH(QByteArray, head);
    QFETCH(QByteArray, drip);
    RecordingUpstream upstream;
    GatewayFixture gateway(
        GatewayFixture::spec(upstream.port(), "0s",
                             "  limits: {bodyTimeout: 10m, minimumRate: 10KiB, minimumRateGrace: 300ms}\n"));
    RawClient client(gateway.port());
    QVERIFY(client.send("POST / HTTP/1.1\r\nHost: a\r\n" + head.toStdString() + "\r\n\r\n"));
    // 20 times a second, each within the time for a pause.
    QTRY_VERIFY((client.send(drip.toStdString()), refusals(gateway, "body-too-slow") > 0));
    const RawResponse response = client.receive();
    QCOMPARE(response.status, 408);
    QVERIFY(response.body.find("limits.minimumRate") != std::string::npos);
    QVERIFY(client.isClosedByPeer());
    QTRY_COMPARE(upstream.requests().size(), std::size_t{1});
    QVERIFY(!upstream.requests().at(0).complete);
}

void TestProxyPace::bodyThatIsSlowEnough()
{
    RecordingUpstream upstream;
    GatewayFixture gateway(
        GatewayFixture::spec(upstream.port(), "0s", "  limits: {minimumRate: 100B, minimumRateGrace: 3s}\n"));
    RawClient client(gateway.port());
    QVERIFY(client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2000\r\n\r\n"));
    for (int i = 0; i < 20; ++i) { // longer than the grace, and twice as fast as it must be
        QVERIFY(client.send(std::string(100, 'x')));
        QTest::qWait(200);
    }
    QCOMPARE(client.receive().status, 200);
    QCOMPARE(upstream.requests().at(0).body.size(), std::size_t{2000});
}

void TestProxyPace::slowReaderIsCutByItsRate()
{
    RecordingUpstream upstream(endless());
    GatewayFixture gateway(GatewayFixture::spec(
        upstream.port(), "0s", "  limits: {writeTimeout: 1h, minimumRate: 1MiB, minimumRateGrace: 400ms}\n"));
    RawClient client(gateway.port());
    client.setReceiveBuffer(4096); // some 8 KiB a time
    QVERIFY(client.send(kGet));
    QTRY_VERIFY((client.receiveBytes(1).empty() || true) && !gateway.log().isEmpty()); // 20 times a second
    QCOMPARE(gateway.waitForLog(1).value(u"ended").toString(), QStringLiteral("timeout"));
    QTRY_COMPARE(gateway.run([](ProxyWorker& worker) { return worker.connections(); }), std::size_t{0});
}

void TestProxyPace::steadyReaderIsNotCut()
{
    RecordingUpstream upstream(endless());
    GatewayFixture gateway(GatewayFixture::spec(
        upstream.port(), "0s", "  limits: {writeTimeout: 800ms, minimumRateGrace: 800ms}\n"));
    RawClient client(gateway.port());
    QVERIFY(client.send(kGet));
    // Far less than the kernel holds, so that for longer than the time it tells of no room.
    for (int i = 0; i < 60; ++i) {
        QVERIFY(client.receiveBytes(20'000).size() >= 20'000);
        QTest::qWait(50);
    }
    QCOMPARE(gateway.log().size(), 0);
    QCOMPARE(gateway.run([](ProxyWorker& worker) { return worker.requestsInFlight(); }), std::size_t{1});
}

void TestProxyPace::slowReadersCostLittle()
{
    constexpr int kReaders = 100;
    constexpr std::uint64_t kMost = 192 * 1024; // for each: one receive buffer, and what an exchange holds
    RecordingUpstream upstream(endless());
    GatewayFixture gateway(GatewayFixture::spec(upstream.port(), "0s", "  limits: {writeTimeout: 1h}\n"));
    std::vector<RawClient> readers;
    for (int i = 0; i < 4; ++i) { // what is needed once
        readers.emplace_back(gateway.port());
        QVERIFY(readers.back().send(kGet));
    }
    QTRY_COMPARE(upstream.connections(), 4);
    const std::uint64_t before = residentBytes();
    for (int i = 0; i < kReaders; ++i) {
        readers.emplace_back(gateway.port());
        QVERIFY(readers.back().send(kGet));
    }
    QTRY_COMPARE(upstream.connections(), 4 + kReaders);
    std::uint64_t seen = 0;
    bool rested = false; // stays: QTRY_VERIFY asks once more when it was true
    const auto rests = [&] { return rested = rested || std::exchange(seen, residentBytes()) == seen; };
    QTRY_VERIFY_WITH_TIMEOUT((QTest::qWait(200), rests()), 30'000);
    QVERIFY2(seen < before + kReaders * kMost || !kFreedMemoryGoes,
             qPrintable(QString::number((seen - before) / 1024 / kReaders)));
    QCOMPARE(gateway.run([](ProxyWorker& worker) { return worker.requestsInFlight(); }),
             std::size_t{4 + kReaders});
}

QTEST_GUILESS_MAIN(TestProxyPace)
#include "tst_proxy_pace.moc"
