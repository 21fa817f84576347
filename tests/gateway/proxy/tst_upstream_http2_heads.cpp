#include "tests/support/gateway/gateway_fixture.h"
#include "tests/support/http2_client.h"
#include "tests/support/http2_upstream.h"
#include "tests/support/raw_client.h"
#include "tests/support/resident_memory.h"

#include <QTest>

using namespace postern;
using namespace postern::test;

namespace {

QByteArray spec(quint16 port)
{
    return "  upstreams: [{name: app, protocol: h2c, endpoints: [{address: \"127.0.0.1:" +
           QByteArray::number(port) +
           "\"}]}]\n"
           "  routes: [{name: all, match: {path: /**}, upstream: app, timeout: 9s}]\n";
}

/// The most bytes that this process ever had in use; from now on, after forgetPeak().
std::uint64_t peakBytes()
{
    QFile file(QStringLiteral("/proc/self/status"));
    if (!file.open(QIODevice::ReadOnly))
        return 0;
    const QByteArray text = file.readAll();
    return text.mid(text.indexOf("VmHWM:") + 6).trimmed().split(' ').first().toULongLong() * 1024;
}

bool forgetPeak()
{
    QFile file(QStringLiteral("/proc/self/clear_refs"));
    return file.open(QIODevice::WriteOnly) && file.write("5") == 1;
}

} // namespace

/// Heads from an upstream in HTTP/2 that means harm: what they may cost.
class TestUpstreamHttp2Heads : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void headsOfOneReadAreBounded();
    void interimsForWhoDoesNotReadAreLeftOut();
    void interimsAreCounted_data();
    void interimsAreCounted();
};

void TestUpstreamHttp2Heads::headsOfOneReadAreBounded()
{
    // A byte of HPACK is a field of three kilobytes: what one read takes in is a hundred megabytes.
    constexpr int kRequests = 90;
    constexpr int kInterims = 16;
    Http2Fields fields{{":status", "103"}};
    fields.insert(fields.end(), 20, {"x-large", std::string(3000, 'x')});
    Http2Upstream upstream([&](Http2Peer& peer) {
        if (!peer.greet())
            return;
        std::vector<std::uint32_t> streams;
        while (streams.size() < kRequests) {
            const auto request = peer.nextRequest();
            if (!request)
                return;
            streams.push_back(static_cast<std::uint32_t>(request->stream));
        }
        std::string frames;
        for (const std::uint32_t stream : streams) {
            for (int i = 0; i < kInterims; ++i)
                frames += Http2Client::frame(Http2Client::kHeaders, Http2Client::kEndHeaders, stream,
                                             peer.encode(fields));
        }
        for (const std::uint32_t stream : streams)
            frames +=
                Http2Client::frame(Http2Client::kHeaders, Http2Client::kEndHeaders | Http2Client::kEndStream,
                                   stream, peer.encode({{":status", "204"}}));
        peer.sendBytes(frames);
        while (peer.next()) {
        }
    });
    GatewayFixture gateway(spec(upstream.port()));
    std::vector<RawClient> clients;
    QVERIFY(forgetPeak());
    const std::uint64_t before = peakBytes();
    for (int i = 0; i < kRequests; ++i) // clients that get no interim responses, so that nothing waits there
        QVERIFY(clients.emplace_back(gateway.port()).send("GET / HTTP/1.0\r\nHost: a\r\n\r\n"));
    for (RawClient& client : clients)
        QCOMPARE(client.receive().status, 204);
    QVERIFY2(peakBytes() < before + 24 * 1024 * 1024 || !kFreedMemoryGoes,
             std::to_string((peakBytes() - before) / 1024).c_str());
}

void TestUpstreamHttp2Heads::interimsForWhoDoesNotReadAreLeftOut()
{
    constexpr int kRequests = 100;
    constexpr int kInterims = 15;
    constexpr std::uint64_t kSent = std::uint64_t{kRequests} * kInterims * 15'000;
    std::atomic<bool> sent = false;
    Http2Upstream upstream([&sent](Http2Peer& peer) {
        if (!peer.greet())
            return;
        std::vector<std::int32_t> streams;
        while (streams.size() < kRequests) {
            const auto request = peer.nextRequest();
            if (!request)
                return;
            streams.push_back(request->stream);
        }
        char letter = 'a';
        for (int i = 0; i < kInterims; ++i) {
            for (const std::int32_t stream : streams) {
                Http2Fields fields{{":status", "103"}};
                for (int field = 0; field < 5; ++field) // another each time: no table makes it small
                    fields.emplace_back("x-large",
                                        std::string(3000, letter = letter == 'z' ? 'a' : letter + 1));
                if (!peer.sendHead(stream, fields))
                    return;
            }
        }
        for (const std::int32_t stream : streams)
            peer.answer(stream);
        sent = true;
        while (peer.next()) {
        }
    });
    GatewayFixture gateway(spec(upstream.port()) + GatewayFixture::http2Mark());
    Http2Client client(gateway.port());
    QVERIFY(client.roundTrip());
    QVERIFY(forgetPeak());
    const std::uint64_t before = peakBytes();
    std::vector<std::uint32_t> streams;
    for (int i = 0; i < kRequests; ++i)
        streams.push_back(client.request(Http2Client::get()));
    QTRY_VERIFY(sent);
    QVERIFY2(peakBytes() < before + kSent / 2 || !kFreedMemoryGoes,
             std::to_string((peakBytes() - before) / 1024).c_str());
    for (const std::uint32_t stream : streams)
        QVERIFY(client.answer(stream).complete);
}

void TestUpstreamHttp2Heads::interimsAreCounted_data()
{
    QTest::addColumn<int>("interims");
    QTest::addColumn<bool>("cut");
    QTest::addRow("some") << 4 << false;
    QTest::addRow("many") << 15 << true;
}

void TestUpstreamHttp2Heads::interimsAreCounted()
{
    QFETCH(int, interims);
    QFETCH(bool, cut);
    Http2Upstream upstream([interims](Http2Peer& peer) {
        if (!peer.greet())
            return;
        while (const auto request = peer.nextRequest()) {
            for (int i = 0; i < interims; ++i)
                peer.sendHead(request->stream, {{":status", "102"}});
            peer.answer(request->stream);
        }
    });
    GatewayFixture gateway(spec(upstream.port()));
    RawClient client(gateway.port());
    for (int i = 0; i < 400 && upstream.connections() < 2; ++i)
        QVERIFY(client.ask("GET / HTTP/1.1\r\nHost: a\r\n\r\n").status > 0);
    QCOMPARE(upstream.connections(), cut ? 2 : 1);
}

QTEST_GUILESS_MAIN(TestUpstreamHttp2Heads)
#include "tst_upstream_http2_heads.moc"
