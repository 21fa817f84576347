#include "tests/support/gateway/gateway_fixture.h"
#include "tests/support/http2_client.h"
#include "tests/support/http2_upstream.h"

#include <QTest>

using namespace postern;
using namespace postern::test;

namespace {

QByteArray spec(quint16 port, const QByteArray& timeout = "9s")
{
    QByteArray text = GatewayFixture::http2Spec(port, timeout);
    return text.replace("{name: app,", "{name: app, protocol: h2c,");
}

Http2Fields call(const std::string& path, const Http2Fields& more = {})
{
    Http2Fields fields{{"content-type", "application/grpc+proto"}, {"te", "trailers"}};
    fields.insert(fields.end(), more.begin(), more.end());
    return Http2Client::post(path, fields);
}

/// A length-prefixed message.
std::string message(const std::string& text)
{
    return std::string{'\0', '\0', '\0', '\0', static_cast<char>(text.size())} + text;
}

const Http2Fields kHead{{":status", "200"}, {"content-type", "application/grpc+proto"}};

} // namespace

/// gRPC as frames, from a client through the gateway to an upstream and back.
class TestGrpc : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void unary();
    void trailersOnly();
    void serverStreaming();
    void clientStreaming();
    void bothWays();
    void chattyClients();
    void cancelledCalls();
    void brokenCalls();
    void unprocessedCallsGoOutAgain();
    void manyCallsAtOnce();
};

void TestGrpc::unary()
{
    Http2Upstream upstream([](Http2Peer& peer) {
        peer.greet();
        while (const auto request = peer.nextRequest()) {
            peer.sendHead(request->stream, kHead);
            peer.sendBody(request->stream, message("balance 42"), false);
            peer.sendHead(request->stream, {{"grpc-status", "0"}, {"grpc-message", "fine"}}, true);
        }
    });
    GatewayFixture gateway(spec(upstream.port()));
    Http2Client client(gateway.port());
    const Http2Answer answer = client.ask(
        call("/bank.Accounts/Balance", {{"grpc-timeout", "5S"}, {"x-user", "7"}}), message("account 7"));
    QCOMPARE(answer.status, 200);
    QCOMPARE(answer.header("content-type"), std::string("application/grpc+proto"));
    QCOMPARE(answer.body, message("balance 42"));
    QCOMPARE(answer.trailer("grpc-status"), std::string("0"));
    QCOMPARE(answer.trailer("grpc-message"), std::string("fine"));
    QVERIFY(answer.complete);
    const Http2TestRequest seen = upstream.requests().at(0);
    QCOMPARE(seen.field(":method"), std::string("POST"));
    QCOMPARE(seen.field(":path"), std::string("/bank.Accounts/Balance"));
    QCOMPARE(seen.field("content-type"), std::string("application/grpc+proto"));
    QCOMPARE(seen.field("te"), std::string("trailers"));
    QCOMPARE(seen.count("te"), std::size_t{1});
    QVERIFY(!seen.field("grpc-timeout").empty());
    QCOMPARE(seen.body, message("account 7"));
}

void TestGrpc::trailersOnly()
{
    Http2Upstream upstream([](Http2Peer& peer) {
        peer.greet();
        while (const auto request = peer.nextRequest()) {
            Http2Fields head = kHead;
            head.emplace_back("grpc-status", "5");
            peer.sendHead(request->stream, head, true);
        }
    });
    GatewayFixture gateway(spec(upstream.port()));
    Http2Client client(gateway.port());
    const Http2Answer answer = client.ask(call("/a.B/C"), message("x"));
    QCOMPARE(answer.status, 200);
    QCOMPARE(answer.header("grpc-status"), std::string("5"));
    QVERIFY(answer.body.empty() && answer.complete);
}

void TestGrpc::serverStreaming()
{
    // Each message is here before the next one is sent: nothing waits in the gateway.
    std::atomic<int> taken = 0;
    Http2Upstream upstream([&](Http2Peer& peer) {
        peer.greet();
        const auto request = peer.nextRequest();
        peer.sendHead(request->stream, kHead);
        for (int i = 0; i < 20; ++i) {
            peer.sendBody(request->stream, message("event"), false);
            while (taken <= i)
                std::this_thread::yield();
        }
        peer.sendHead(request->stream, {{"grpc-status", "0"}}, true);
        peer.next();
    });
    GatewayFixture gateway(spec(upstream.port()));
    Http2Client client(gateway.port());
    const std::uint32_t stream = client.request(call("/a.B/Watch"), message("all"));
    QCOMPARE(client.readHead(stream).status, 200);
    for (int i = 0; i < 20; ++i) {
        QCOMPARE(
            client.readBody(stream, message("event").size() * static_cast<std::size_t>(i + 1)).body.size(),
            message("event").size() * static_cast<std::size_t>(i + 1));
        ++taken;
    }
    QCOMPARE(client.answer(stream).trailer("grpc-status"), std::string("0"));
}

void TestGrpc::clientStreaming()
{
    std::atomic<int> arrived = 0;
    Http2Upstream upstream([&](Http2Peer& peer) {
        peer.greet();
        while (const auto frame = peer.next()) {
            if (frame->type != NGHTTP2_DATA)
                continue;
            arrived += frame->payload == message("part") ? 1 : 0;
            if (!frame->endsStream())
                continue;
            peer.sendHead(frame->stream, kHead);
            peer.sendBody(frame->stream, message("sum"), false);
            peer.sendHead(frame->stream, {{"grpc-status", "0"}}, true);
        }
    });
    GatewayFixture gateway(spec(upstream.port()));
    Http2Client client(gateway.port());
    const std::uint32_t stream = client.request(call("/a.B/Upload"), false);
    for (int i = 0; i < 20; ++i) {
        QVERIFY(client.send(Http2Client::data(stream, message("part"), false)));
        QTRY_COMPARE(arrived.load(), i + 1);
    }
    QVERIFY(client.send(Http2Client::data(stream, {}, true)));
    const Http2Answer answer = client.answer(stream);
    QCOMPARE(answer.body, message("sum"));
    QCOMPARE(answer.trailer("grpc-status"), std::string("0"));
}

void TestGrpc::bothWays()
{
    Http2Upstream upstream([&](Http2Peer& peer) {
        peer.greet();
        while (const auto frame = peer.next()) {
            if (frame->type == NGHTTP2_HEADERS)
                peer.sendHead(frame->stream, kHead); // before anything was asked
            if (frame->type != NGHTTP2_DATA)
                continue;
            peer.sendBody(frame->stream, frame->payload, false);
            if (frame->endsStream())
                peer.sendHead(frame->stream, {{"grpc-status", "0"}}, true);
        }
    });
    GatewayFixture gateway(spec(upstream.port()));
    Http2Client client(gateway.port());
    const std::uint32_t stream = client.request(call("/a.B/Talk"), false);
    QCOMPARE(client.readHead(stream).status, 200);
    std::string said;
    for (int i = 0; i < 20; ++i) {
        const std::string word = message("word " + std::to_string(i));
        said += word;
        QVERIFY(client.send(Http2Client::data(stream, word, false)));
        QCOMPARE(client.readBody(stream, said.size()).body, said);
    }
    QVERIFY(client.send(Http2Client::data(stream, {}, true)));
    QCOMPARE(client.answer(stream).trailer("grpc-status"), std::string("0"));
}

void TestGrpc::chattyClients()
{
    // As gRPC's own library does: for each message that comes, window twice and a PING. That is no flood.
    Http2Upstream upstream([&](Http2Peer& peer) {
        peer.greet();
        while (const auto frame = peer.next()) {
            if (frame->type == NGHTTP2_HEADERS)
                peer.sendHead(frame->stream, kHead);
            if (frame->type != NGHTTP2_DATA)
                continue;
            peer.sendFrame(NGHTTP2_PING, 0, 0, "measured"); // and servers do the same
            peer.sendWindow(frame->stream, static_cast<std::uint32_t>(frame->payload.size()));
            peer.sendWindow(0, static_cast<std::uint32_t>(frame->payload.size()));
            peer.sendBody(frame->stream, frame->payload, false);
        }
    });
    GatewayFixture gateway(spec(upstream.port(), "0s"));
    Http2Client client(gateway.port(), Http2Client::Windows::Closed);
    const std::uint32_t stream = client.request(call("/a.B/Talk"), false);
    QCOMPARE(client.readHead(stream).status, 200);
    const std::string word = message("tick");
    const std::string window = Http2Client::number(static_cast<std::uint32_t>(word.size()));
    for (std::size_t i = 1; i <= 4000; ++i) {
        QVERIFY(client.send(Http2Client::data(stream, word, false)));
        QCOMPARE(client.readBody(stream, i * word.size()).body.size(), i * word.size());
        QVERIFY(client.send(Http2Client::frame(Http2Client::kWindowUpdate, 0, 0, window) +
                            Http2Client::frame(Http2Client::kWindowUpdate, 0, stream, window) +
                            Http2Client::frame(Http2Client::kPing, 0, 0, "measured")));
    }
}

void TestGrpc::cancelledCalls()
{
    Http2Upstream upstream([](Http2Peer& peer) {
        peer.greet();
        while (const auto frame = peer.next()) {
            if (frame->type == NGHTTP2_HEADERS)
                peer.sendHead(frame->stream, kHead);
        }
    });
    GatewayFixture gateway(spec(upstream.port(), "0s"));
    Http2Client client(gateway.port());
    const std::uint32_t stream = client.request(call("/a.B/Watch"), false);
    QCOMPARE(client.readHead(stream).status, 200);
    QVERIFY(
        client.send(Http2Client::frame(Http2Client::kReset, 0, stream, Http2Client::number(NGHTTP2_CANCEL))));
    QTRY_VERIFY((upstream.resets() == std::vector<std::uint32_t>{NGHTTP2_CANCEL}));
    QCOMPARE(gateway.waitForLog(1).value(u"ended").toString(), QStringLiteral("client_gone"));
}

void TestGrpc::brokenCalls()
{
    Http2Upstream upstream([](Http2Peer& peer) {
        peer.greet();
        while (const auto request = peer.nextRequest()) {
            peer.sendHead(request->stream, kHead);
            peer.sendBody(request->stream, message("half"), false);
            peer.sendReset(request->stream, NGHTTP2_INTERNAL_ERROR);
        }
    });
    GatewayFixture gateway(spec(upstream.port()));
    Http2Client client(gateway.port());
    const Http2Answer answer = client.ask(call("/a.B/C"), message("x"));
    QVERIFY(!answer.complete || answer.status == 502); // never as if it were whole
    QVERIFY(answer.trailer("grpc-status") != "0");
    QVERIFY(client.roundTrip()); // and the connection goes on
}

void TestGrpc::unprocessedCallsGoOutAgain()
{
    std::atomic<int> count = 0;
    Http2Upstream upstream([&](Http2Peer& peer) {
        peer.greet();
        while (const auto request = peer.nextRequest()) {
            if (count++ == 0) {
                peer.sendGoAway(0, NGHTTP2_NO_ERROR);
                continue;
            }
            peer.sendHead(request->stream, kHead);
            peer.sendHead(request->stream, {{"grpc-status", "0"}}, true);
        }
    });
    GatewayFixture gateway(spec(upstream.port()));
    Http2Client client(gateway.port());
    QCOMPARE(client.ask(call("/bank.Payments/Pay"), message("pay")).trailer("grpc-status"), std::string("0"));
    QCOMPARE(upstream.requests().size(), std::size_t{2});
    for (const Http2TestRequest& request : upstream.requests())
        QCOMPARE(request.body, message("pay"));
}

void TestGrpc::manyCallsAtOnce()
{
    Http2Upstream upstream([](Http2Peer& peer) {
        peer.greet({{NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS, 50}});
        while (const auto request = peer.nextRequest()) {
            peer.sendHead(request->stream, kHead);
            peer.sendBody(request->stream, request->body, false);
            peer.sendHead(request->stream, {{"grpc-status", "0"}}, true);
        }
    });
    GatewayFixture gateway(spec(upstream.port()));
    Http2Client client(gateway.port());
    for (int round = 0; round < 10; ++round) {
        std::vector<std::uint32_t> streams;
        for (int i = 0; i < 100; ++i)
            streams.push_back(client.request(call("/a.B/C"), message(std::to_string(i))));
        for (std::size_t i = 0; i < streams.size(); ++i) {
            const Http2Answer answer = client.answer(streams[i]);
            QCOMPARE(answer.body, message(std::to_string(i)));
            QCOMPARE(answer.trailer("grpc-status"), std::string("0"));
        }
    }
}

QTEST_GUILESS_MAIN(TestGrpc)
#include "tst_grpc.moc"
