#include "gateway/http/websocket_handshake.h"
#include "tests/gateway/http/websocket_bytes.h"
#include "tests/support/gateway/gateway_fixture.h"
#include "tests/support/http2_client.h"
#include "tests/support/raw_client.h"
#include "tests/support/recording_upstream.h"

#include <QTest>

#include <functional>

using namespace postern;
using namespace postern::test;

namespace {

using namespace std::string_literals;

constexpr const char* kKey = "dGhlIHNhbXBsZSBub25jZQ==";
constexpr const char* kAccept = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="; // both of RFC 6455 §1.3

QByteArray spec(quint16 port, const QByteArray& more = {})
{
    return "  upstreams: [{name: app, endpoints: [{address: \"127.0.0.1:" + QByteArray::number(port) +
           "\"}]}]\n"
           "  routes:\n"
           "    - {name: socket, match: {path: /socket}, upstream: app, upgrade: [websocket], timeout: 2s}\n"
           "    - {name: plain, match: {path: /**}, upstream: app}\n" +
           more;
}

std::string handshake(const std::string& more = {}, const std::string& path = "/socket")
{
    return "GET " + path +
           " HTTP/1.1\r\nHost: a\r\nConnection: keep-alive, Upgrade\r\nUpgrade: websocket\r\n"
           "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: " +
           kKey + "\r\n" + more + "\r\n";
}

std::string switching(const std::string& more = {})
{
    return "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
           "Sec-WebSocket-Accept: "s +
           kAccept + "\r\n" + more + "\r\n";
}

/// That many bytes, unless the connection ends.
std::string receive(UpstreamPeer& peer, std::size_t count)
{
    std::string bytes;
    while (bytes.size() < count) {
        const std::string more = peer.receive();
        if (more.empty())
            break;
        bytes += more;
    }
    return bytes;
}

/// Agrees, then sends back what comes.
void echo(UpstreamPeer& peer)
{
    if (!peer.next())
        return;
    peer.send(switching());
    for (std::string bytes = peer.receive(); !bytes.empty(); bytes = peer.receive())
        peer.send(bytes);
}

std::string client(unsigned first, const std::string& payload) { return frame(first, payload, Masking::On); }
std::string server(unsigned first, const std::string& payload) { return frame(first, payload, Masking::Off); }

QByteArray http2(const QByteArray& spec)
{
    return "  listeners: [{name: main, address: \"127.0.0.1:0\", protocols: [h2c]}]\n" + spec;
}

/// RFC 8441 §5.
Http2Fields connecting(const std::string& path = "/socket",
                       const Http2Fields& more = {{"sec-websocket-version", "13"}})
{
    Http2Fields fields = {{":method", "CONNECT"},
                          {":protocol", "websocket"},
                          {":scheme", "http"},
                          {":path", path},
                          {":authority", "a"}};
    fields.insert(fields.end(), more.begin(), more.end());
    return fields;
}

/// Agrees with whatever key came, then sends what \a talk says.
RecordingUpstream::Script agreeing(std::function<void(UpstreamPeer&)> talk)
{
    return [talk = std::move(talk)](UpstreamPeer& peer) {
        const auto request = peer.next();
        if (!request)
            return;
        if (request->header("sec-websocket-key").empty()) {
            peer.send("HTTP/1.1 204 No Content\r\n\r\n");
            return;
        }
        peer.send("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                  "Sec-WebSocket-Accept: " +
                  webSocketAccept(request->header("sec-websocket-key")) + "\r\n\r\n");
        talk(peer);
    };
}

/// The head of the answer to a handshake.
std::string open(RawClient& socket, const std::string& request = handshake())
{
    socket.send(request);
    std::string head;
    while (head.find("\r\n\r\n") == std::string::npos) {
        const std::string more = socket.receiveBytes(1);
        if (more.empty())
            break;
        head += more;
    }
    return head;
}

} // namespace

/// WebSockets (RFC 6455) through a real listener to a real upstream.
class TestWebSocket : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void handshakeIsRebuilt();
    void bytesBothWays();
    void earlyFramesArrive();
    void framesWithThe101Arrive();
    void largeMessagesBothWays();
    void slowReaderHoldsTheSenderBack();
    void refusedHandshakes_data();
    void refusedHandshakes();
    void notAnUpgrade_data();
    void notAnUpgrade();
    void otherAnswersAreOrdinary();
    void wrongSwitches_data();
    void wrongSwitches();
    void agreements_data();
    void agreements();
    void faultsCloseBothSides_data();
    void faultsCloseBothSides();
    void upstreamsFaultClosesBothSides();
    void closingHandshake();
    void clientLeaves();
    void upstreamLeaves();
    void upstreamResets();
    void upstreamResetsAfterTheClientsClose();
    void idleTunnelIsClosed();
    void usedTunnelOutlivesTheRoutesTimeout();
    void drainClosesBetweenFrames();
    void drainWaitsForTheFramesEnd();
    void policiesSeeTheHandshake();
    void record();
    void overHttp2();
    void overHttp2Refused_data();
    void overHttp2Refused();
    void overHttp2FaultsAndDrain();
    void overHttp2ClientEnds();
    void overHttp2SuccessWithoutASwitch();
    void overHttp2NothingFollowsARefusal_data();
    void overHttp2NothingFollowsARefusal();
};

void TestWebSocket::handshakeIsRebuilt()
{
    RecordingUpstream upstream(echo);
    GatewayFixture gateway(spec(upstream.port()));
    RawClient socket(gateway.port());
    const std::string head =
        open(socket, handshake("Sec-WebSocket-Extensions: x-foo, permessage-deflate; a=1\r\n"
                               "Sec-WebSocket-Protocol: chat, log\r\n"));
    QVERIFY2(head.starts_with("HTTP/1.1 101 Switching Protocols\r\n"), head.c_str());
    QVERIFY(head.find("Connection: upgrade\r\n") != std::string::npos);
    QVERIFY(head.find("Upgrade: websocket\r\n") != std::string::npos);
    QVERIFY(head.find("Sec-WebSocket-Accept: "s + kAccept) != std::string::npos);
    QVERIFY(head.find("Content-Length") == std::string::npos);
    const RecordedRequest request = upstream.requests().at(0);
    QCOMPARE(request.header("connection"), std::string("Upgrade"));
    QCOMPARE(request.header("upgrade"), std::string("websocket"));
    QCOMPARE(request.header("sec-websocket-key"), std::string(kKey));
    QCOMPARE(request.header("sec-websocket-protocol"), std::string("chat, log"));
    QCOMPARE(request.header("sec-websocket-extensions"), std::string("permessage-deflate; a=1"));
    QCOMPARE(request.header("x-forwarded-for"), std::string("127.0.0.1"));
}

void TestWebSocket::bytesBothWays()
{
    RecordingUpstream upstream([](UpstreamPeer& peer) {
        peer.next();
        peer.send(switching());
        const std::string bytes = receive(peer, client(0x81, "hello").size());
        peer.send(server(0x81, payloadOf(bytes)));
        peer.receive();
    });
    GatewayFixture gateway(spec(upstream.port()));
    RawClient socket(gateway.port());
    QVERIFY(open(socket).starts_with("HTTP/1.1 101"));
    const std::string hello = client(0x81, "hello");
    for (const char byte : hello)
        QVERIFY(socket.send({&byte, 1}));
    QCOMPARE(socket.receiveBytes(7), server(0x81, "hello"));
    QVERIFY(upstream.bytes().ends_with(hello));
}

void TestWebSocket::earlyFramesArrive()
{
    // A client that does not wait for the 101.
    Gate mayAnswer;
    RecordingUpstream upstream([&](UpstreamPeer& peer) {
        peer.next();
        mayAnswer.wait();
        peer.send(switching());
        peer.receive();
        peer.send(server(0x81, "got it"));
        peer.receive();
    });
    GatewayFixture gateway(spec(upstream.port()));
    RawClient socket(gateway.port());
    QVERIFY(socket.send(handshake() + client(0x81, "early")));
    QTRY_COMPARE(upstream.requests().size(), std::size_t{1});
    QVERIFY(upstream.bytes().ends_with("\r\n\r\n")); // nothing beyond the head
    mayAnswer.open();
    const std::string head = open(socket, {});
    QVERIFY(head.starts_with("HTTP/1.1 101"));
    if (!head.ends_with("got it")) // it may come along with the head
        QCOMPARE(socket.receiveBytes(8), server(0x81, "got it"));
    QVERIFY(upstream.bytes().ends_with(client(0x81, "early")));
}

void TestWebSocket::framesWithThe101Arrive()
{
    RecordingUpstream upstream([](UpstreamPeer& peer) {
        peer.next();
        peer.send(switching() + server(0x81, "welcome"));
        peer.receive();
    });
    GatewayFixture gateway(spec(upstream.port()));
    RawClient socket(gateway.port());
    QVERIFY(socket.send(handshake()));
    std::string all;
    while (!all.ends_with("welcome")) {
        const std::string more = socket.receiveBytes(1);
        QVERIFY(!more.empty());
        all += more;
    }
    QVERIFY(all.ends_with("\r\n\r\n" + server(0x81, "welcome")));
}

void TestWebSocket::largeMessagesBothWays()
{
    constexpr std::size_t kSize = 3 * 1024 * 1024;
    RecordingUpstream upstream([](UpstreamPeer& peer) {
        peer.next();
        peer.send(switching());
        std::size_t left = client(0x82, std::string(kSize, 'u')).size();
        while (left > 0) {
            const std::string bytes = peer.receive();
            if (bytes.empty())
                return;
            left -= bytes.size();
        }
        peer.send(server(0x82, std::string(kSize, 'd')));
        peer.receive();
    });
    GatewayFixture gateway(spec(upstream.port(), "  limits: {webSocketMessage: 4MiB}\n"));
    RawClient socket(gateway.port());
    QVERIFY(open(socket).starts_with("HTTP/1.1 101"));
    const std::string up = client(0x82, std::string(kSize, 'u'));
    QVERIFY(socket.send(up));
    const std::string down = server(0x82, std::string(kSize, 'd'));
    std::string received;
    while (received.size() < down.size()) {
        const std::string more = socket.receiveBytes(1);
        QVERIFY(!more.empty());
        received += more;
    }
    QVERIFY(received == down);
    QVERIFY(upstream.bytes().ends_with(up));
}

void TestWebSocket::slowReaderHoldsTheSenderBack()
{
    std::atomic<std::uint64_t> sent = 0;
    const std::string message = server(0x82, std::string(256 * 1024, 'x'));
    constexpr std::uint64_t kMost = 256u * 1024 * 1024;
    RecordingUpstream upstream([&](UpstreamPeer& peer) {
        peer.next();
        peer.send(switching());
        while (sent < kMost && peer.send(message))
            sent += message.size();
    });
    GatewayFixture gateway(spec(upstream.port()));
    RawClient socket(gateway.port());
    QVERIFY(open(socket).starts_with("HTTP/1.1 101"));
    std::uint64_t seen = ~0ull;
    const auto rests = [&] { return std::exchange(seen, sent.load()) == sent && sent > 0; };
    QTRY_VERIFY_WITH_TIMEOUT((QTest::qWait(100), rests()), 10'000);
    QVERIFY2(sent < 64u * 1024 * 1024, qPrintable(QString::number(sent / 1024)));
    socket.close();
    QCOMPARE(gateway.waitForLog(1).value(u"ended").toString(), QStringLiteral("client_gone"));
}

void TestWebSocket::refusedHandshakes_data()
{
    QTest::addColumn<QByteArray>("request");
    QTest::addColumn<int>("status");
    QTest::addColumn<QByteArray>("reason");
    const auto request = [](const QByteArray& method, const QByteArray& fields) {
        return method + " /socket HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: WebSocket\r\n" +
               fields + "\r\n";
    };
    const QByteArray version = "Sec-WebSocket-Version: 13\r\n";
    const QByteArray key = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
    const auto row = [](const char* name, const QByteArray& bytes, int status, const char* reason) {
        QTest::addRow("%s", name) << bytes << status << QByteArray(reason);
    };
    row("no key", request("GET", version), 400, "websocket-malformed");
    row("two keys", request("GET", version + key + key), 400, "websocket-malformed");
    row("short key", request("GET", version + "Sec-WebSocket-Key: dGhlIHNhbXBsZQ==\r\n"), 400,
        "websocket-malformed");
    row("key of 17 bytes", request("GET", version + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZTE=\r\n"), 400,
        "websocket-malformed");
    row("key of other letters", request("GET", version + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub2*jZQ==\r\n"),
        400, "websocket-malformed");
    row("POST", request("POST", version + key + "Content-Length: 0\r\n"), 400, "websocket-malformed");
    row("GET with a body", request("GET", version + key + "Content-Length: 3\r\n") + "abc", 400,
        "websocket-malformed");
    row("no version", request("GET", key), 426, "websocket-version");
    row("version 8", request("GET", key + "Sec-WebSocket-Version: 8\r\n"), 426, "websocket-version");
    row("two versions", request("GET", key + version + version), 426, "websocket-version");
}

void TestWebSocket::refusedHandshakes()
{
    QFETCH(QByteArray, request);
    QFETCH(int, status);
    QFETCH(QByteArray, reason);
    RecordingUpstream upstream(echo);
    GatewayFixture gateway(spec(upstream.port()));
    RawClient socket(gateway.port());
    const RawResponse response = socket.ask(request.toStdString());
    QCOMPARE(response.status, status);
    QVERIFY(response.body.find(reason.toStdString()) != std::string::npos);
    if (status == 426) {
        QCOMPARE(response.header("sec-websocket-version"), std::string("13"));
        QCOMPARE(response.header("upgrade"), std::string("websocket"));
    }
    QCOMPARE(upstream.bytes(), std::string());
    const std::string refused =
        "postern_requests_refused_total{api=\"payments/accounts\",listener=\"main\",reason=\"" +
        reason.toStdString() + "\"}";
    QTRY_COMPARE(gateway.metric(refused).value_or(0), 1.0);
}

void TestWebSocket::notAnUpgrade_data()
{
    QTest::addColumn<QByteArray>("request");
    const QByteArray fields =
        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
    QTest::addRow("route without it") << QByteArray::fromStdString(handshake({}, "/other"));
    QTest::addRow("no Connection: upgrade")
        << "GET /socket HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\n" + fields;
    QTest::addRow("no Upgrade") << "GET /socket HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\n" + fields;
    QTest::addRow("h2c") << "GET /socket HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n" +
                                fields;
    QTest::addRow("HTTP/1.0")
        << "GET /socket HTTP/1.0\r\nHost: a\r\nConnection: Upgrade, keep-alive\r\nUpgrade: websocket\r\n" +
               fields;
}

/// Stripped: an ordinary request, that the upstream can not answer with a 101.
void TestWebSocket::notAnUpgrade()
{
    QFETCH(QByteArray, request);
    {
        RecordingUpstream upstream;
        GatewayFixture gateway(spec(upstream.port()));
        RawClient socket(gateway.port());
        QCOMPARE(socket.ask(request.toStdString()).status, 200);
        QCOMPARE(upstream.requests().at(0).count("upgrade"), std::size_t{0});
        QCOMPARE(upstream.requests().at(0).count("connection"), std::size_t{0});
        QCOMPARE(socket.ask(request.toStdString()).status, 200); // still HTTP
    }
    RecordingUpstream eager(echo);
    GatewayFixture gateway(spec(eager.port()));
    RawClient socket(gateway.port());
    const RawResponse response = socket.ask(request.toStdString() + client(0x81, "hello"));
    QCOMPARE(response.status, 502);
    QVERIFY(eager.bytes().find("hello") == std::string::npos);
}

void TestWebSocket::otherAnswersAreOrdinary()
{
    RecordingUpstream upstream(RecordingUpstream::answering(
        "HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\nUpgrade: websocket\r\n\r\nno"));
    GatewayFixture gateway(spec(upstream.port()));
    RawClient socket(gateway.port());
    for (int i = 0; i < 2; ++i) { // the connections serve on
        const RawResponse response = socket.ask(handshake());
        QCOMPARE(response.status, 403);
        QCOMPARE(response.body, std::string("no"));
        QCOMPARE(response.header("upgrade"), std::string());
    }
    QCOMPARE(upstream.connections(), 1);
}

void TestWebSocket::wrongSwitches_data()
{
    QTest::addColumn<QByteArray>("answer");
    const QByteArray accept = "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n";
    const auto row = [](const char* name, const QByteArray& fields) {
        QTest::addRow("%s", name) << "HTTP/1.1 101 Switching Protocols\r\n" + fields + "\r\n";
    };
    row("no Upgrade", "Connection: Upgrade\r\n" + accept);
    row("another Upgrade", "Connection: Upgrade\r\nUpgrade: h2c\r\n" + accept);
    row("two Upgrades", "Connection: Upgrade\r\nUpgrade: websocket\r\nUpgrade: websocket\r\n" + accept);
    row("no Connection", "Upgrade: websocket\r\n" + accept);
    row("another Connection", "Connection: close\r\nUpgrade: websocket\r\n" + accept);
    row("no accept", "Connection: Upgrade\r\nUpgrade: websocket\r\n");
    row("another accept", "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: "
                          "AAAAAAAAAAAAAAAAAAAAAAAAAAA=\r\n");
    row("two accepts", "Connection: Upgrade\r\nUpgrade: websocket\r\n" + accept + accept);
    row("a protocol nobody offered",
        "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Protocol: shell\r\n" + accept);
    row("two protocols",
        "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Protocol: chat, log\r\n" + accept);
    row("an extension nobody offered",
        "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Extensions: x-foo\r\n" + accept);
    row("deflate twice", "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Extensions: "
                         "permessage-deflate, permessage-deflate\r\n" +
                             accept);
    row("a body", "Connection: Upgrade\r\nUpgrade: websocket\r\nContent-Length: 5\r\n" + accept);
    row("chunks", "Connection: Upgrade\r\nUpgrade: websocket\r\nTransfer-Encoding: chunked\r\n" + accept);
}

void TestWebSocket::wrongSwitches()
{
    QFETCH(QByteArray, answer);
    Gate ended;
    RecordingUpstream upstream([&](UpstreamPeer& peer) {
        peer.next();
        peer.send(answer.toStdString());
        if (peer.receive().empty())
            ended.open();
    });
    GatewayFixture gateway(spec(upstream.port()));
    RawClient socket(gateway.port());
    const RawResponse response = socket.ask(handshake("Sec-WebSocket-Protocol: chat, log\r\n"
                                                      "Sec-WebSocket-Extensions: permessage-deflate\r\n") +
                                            client(0x81, "hello"));
    QCOMPARE(response.status, 502);
    QVERIFY(ended.wait()); // cut, and nothing went through
    QVERIFY(upstream.bytes().find("hello") == std::string::npos);
}

void TestWebSocket::agreements_data()
{
    QTest::addColumn<QByteArray>("fields");
    QTest::addColumn<bool>("compressedPasses");
    QTest::addRow("none") << QByteArray() << false;
    QTest::addRow("protocol") << QByteArray("Sec-WebSocket-Protocol: log\r\n") << false;
    QTest::addRow("deflate")
        << QByteArray("Sec-WebSocket-Extensions: permessage-deflate; server_no_context_takeover\r\n") << true;
}

void TestWebSocket::agreements()
{
    QFETCH(QByteArray, fields);
    QFETCH(bool, compressedPasses);
    RecordingUpstream upstream([&](UpstreamPeer& peer) {
        peer.next();
        peer.send(switching(fields.toStdString()));
        while (!peer.receive().empty()) {
        }
    });
    GatewayFixture gateway(spec(upstream.port()));
    RawClient socket(gateway.port());
    const std::string head = open(socket, handshake("Sec-WebSocket-Protocol: chat, log\r\n"
                                                    "Sec-WebSocket-Extensions: permessage-deflate\r\n"));
    QVERIFY(head.starts_with("HTTP/1.1 101"));
    QVERIFY(head.find(fields.toStdString()) != std::string::npos);
    const std::string compressed = client(0xc1, "zz");
    QVERIFY(socket.send(compressed));
    if (compressedPasses)
        QTRY_VERIFY(upstream.bytes().ends_with(compressed));
    else
        QCOMPARE(socket.receiveAll(), "\x88\x02\x03\xea"s);
}

void TestWebSocket::faultsCloseBothSides_data()
{
    QTest::addColumn<QByteArray>("bad");
    QTest::addColumn<int>("code");
    const auto row = [](const char* name, const std::string& bad, int code) {
        QTest::addRow("%s", name) << QByteArray::fromStdString(bad) << code;
    };
    row("unmasked", server(0x81, "x"), 1002);
    row("reserved bit", client(0xf1, "x"), 1002);
    row("unknown opcode", client(0x83, "x"), 1002);
    row("continuation of nothing", client(0x80, "x"), 1002);
    row("too big", client(0x82, std::string(2000, 'x')), 1009);
    row("HTTP", "GET /socket HTTP/1.1\r\n\r\n", 1002);
}

void TestWebSocket::faultsCloseBothSides()
{
    QFETCH(QByteArray, bad);
    QFETCH(int, code);
    Gate ended;
    RecordingUpstream upstream([&](UpstreamPeer& peer) {
        peer.next();
        peer.send(switching());
        while (!peer.receive().empty()) {
        }
        ended.open();
    });
    GatewayFixture gateway(spec(upstream.port(), "  limits: {webSocketMessage: 1KiB}\n"));
    RawClient socket(gateway.port());
    QVERIFY(open(socket).starts_with("HTTP/1.1 101"));
    const std::string good = client(0x81, "fine");
    QVERIFY(socket.send(good + bad.toStdString()));
    const std::string reason{char(code >> 8), char(code & 0xff)};
    QCOMPARE(socket.receiveAll(), server(0x88, reason));
    QVERIFY(ended.wait());
    const std::string arrived = upstream.bytes().substr(upstream.requests().at(0).head.size());
    QVERIFY(arrived.starts_with(good));
    const std::string close = arrived.substr(good.size());
    QCOMPARE(close.size(), std::size_t{8});
    QCOMPARE(close.substr(0, 2), "\x88\x82"s);
    QCOMPARE(payloadOf(close), reason);
    QCOMPARE(gateway.waitForLog(1).value(u"ended").toString(), QStringLiteral("refused"));
}

void TestWebSocket::upstreamsFaultClosesBothSides()
{
    Gate ended;
    RecordingUpstream upstream([&](UpstreamPeer& peer) {
        peer.next();
        peer.send(switching() + server(0x81, "fine") + client(0x81, "masked"));
        while (!peer.receive().empty()) {
        }
        ended.open();
    });
    GatewayFixture gateway(spec(upstream.port()));
    RawClient socket(gateway.port());
    QVERIFY(socket.send(handshake()));
    const std::string all = socket.receiveAll();
    QVERIFY(all.ends_with("\r\n\r\n" + server(0x81, "fine") + server(0x88, "\x03\xea")));
    QVERIFY(ended.wait());
    QCOMPARE(payloadOf(upstream.bytes().substr(upstream.requests().at(0).head.size())), "\x03\xea"s);
    QCOMPARE(gateway.waitForLog(1).value(u"ended").toString(), QStringLiteral("upstream_reset"));
}

void TestWebSocket::closingHandshake()
{
    RecordingUpstream upstream([](UpstreamPeer& peer) {
        peer.next();
        peer.send(switching());
        peer.receive();
        peer.send(server(0x88, "\x03\xe8"));
    }); // closes first, as servers do
    GatewayFixture gateway(spec(upstream.port()));
    RawClient socket(gateway.port());
    QVERIFY(open(socket).starts_with("HTTP/1.1 101"));
    QVERIFY(socket.send(client(0x88, "\x03\xe8")));
    QCOMPARE(socket.receiveAll(), server(0x88, "\x03\xe8"));
    socket.close();
    QCOMPARE(gateway.waitForLog(1).value(u"ended").toString(), QStringLiteral("complete"));
    QTRY_COMPARE(gateway.run([](ProxyWorker& worker) { return worker.connections(); }), std::size_t{0});
}

void TestWebSocket::clientLeaves()
{
    Gate ended;
    RecordingUpstream upstream([&](UpstreamPeer& peer) {
        peer.next();
        peer.send(switching());
        while (!peer.receive().empty()) {
        }
        peer.send(server(0x81, "last words")); // half-closed: still read
        peer.close();
        ended.open();
    });
    GatewayFixture gateway(spec(upstream.port()));
    RawClient socket(gateway.port());
    QVERIFY(open(socket).starts_with("HTTP/1.1 101"));
    QVERIFY(socket.send(client(0x81, "bye")));
    socket.finishSending();
    QVERIFY(ended.wait());
    QCOMPARE(socket.receiveAll(), server(0x81, "last words"));
    QVERIFY(upstream.bytes().ends_with(client(0x81, "bye")));
    socket.close();
    QCOMPARE(gateway.waitForLog(1).value(u"ended").toString(), QStringLiteral("complete"));

    RecordingUpstream other(echo);
    gateway.apply(spec(other.port()));
    RawClient rude(gateway.port());
    QVERIFY(open(rude).starts_with("HTTP/1.1 101"));
    rude.reset();
    QCOMPARE(gateway.waitForLog(2).value(u"ended").toString(), QStringLiteral("client_gone"));
}

void TestWebSocket::upstreamLeaves()
{
    RecordingUpstream upstream([](UpstreamPeer& peer) {
        peer.next();
        peer.send(switching() + server(0x81, "bye"));
    });
    GatewayFixture gateway(spec(upstream.port()));
    RawClient socket(gateway.port());
    QVERIFY(socket.send(handshake()));
    const std::string all = socket.receiveAll();
    QVERIFY(all.ends_with("\r\n\r\n" + server(0x81, "bye")));
    QCOMPARE(gateway.waitForLog(1).value(u"ended").toString(), QStringLiteral("complete"));
}

void TestWebSocket::upstreamResets()
{
    RecordingUpstream upstream([](UpstreamPeer& peer) {
        peer.next();
        peer.send(switching() + server(0x81, "bye"));
        peer.receive();
        peer.reset();
    });
    GatewayFixture gateway(spec(upstream.port()));
    RawClient socket(gateway.port());
    QVERIFY(open(socket).starts_with("HTTP/1.1 101"));
    QVERIFY(socket.send(client(0x81, "go")));
    QVERIFY(socket.receiveAll().ends_with(server(0x88, "\x03\xf6"))); // 1014
    QCOMPARE(gateway.waitForLog(1).value(u"ended").toString(), QStringLiteral("upstream_reset"));
}

/// A code that nobody may send (RFC 6455 §7.4.2) makes many a server go without a word: so does the gateway
/// then.
void TestWebSocket::upstreamResetsAfterTheClientsClose()
{
    RecordingUpstream upstream([](UpstreamPeer& peer) {
        peer.next();
        peer.send(switching());
        peer.receive();
        peer.reset();
    });
    GatewayFixture gateway(spec(upstream.port()));
    RawClient socket(gateway.port());
    QVERIFY(open(socket).starts_with("HTTP/1.1 101"));
    QVERIFY(socket.send(client(0x88, "\x03\xe7"))); // 999
    QCOMPARE(socket.receiveAll(), std::string());
}

void TestWebSocket::idleTunnelIsClosed()
{
    Gate ended;
    RecordingUpstream upstream([&](UpstreamPeer& peer) {
        peer.next();
        peer.send(switching());
        while (!peer.receive().empty()) {
        }
        ended.open();
    });
    GatewayFixture gateway(spec(upstream.port(), "  limits: {tunnelIdleTimeout: 150ms}\n"));
    RawClient socket(gateway.port());
    QVERIFY(open(socket).starts_with("HTTP/1.1 101"));
    QCOMPARE(socket.receiveAll(), server(0x88, "\x03\xe9"));
    QVERIFY(ended.wait());
    QCOMPARE(payloadOf(upstream.bytes().substr(upstream.requests().at(0).head.size())), "\x03\xe9"s);
    QCOMPARE(gateway.waitForLog(1).value(u"ended").toString(), QStringLiteral("timeout"));
}

void TestWebSocket::usedTunnelOutlivesTheRoutesTimeout()
{
    RecordingUpstream upstream([](UpstreamPeer& peer) {
        peer.next();
        peer.send(switching());
        while (!peer.receive().empty())
            peer.send(server(0x8a, ""));
    });
    GatewayFixture gateway(
        "  upstreams: [{name: app, endpoints: [{address: \"127.0.0.1:" + QByteArray::number(upstream.port()) +
        "\"}]}]\n"
        "  routes:\n"
        "    - {name: s, match: {path: /socket}, upstream: app, upgrade: [websocket], timeout: 200ms}\n"
        "  limits: {bodyTimeout: 100ms, idleTimeout: 100ms, headerTimeout: 100ms}\n");
    RawClient socket(gateway.port());
    QVERIFY(open(socket).starts_with("HTTP/1.1 101"));
    QTest::qWait(500); // longer than all of them: silence is no fault here
    for (int i = 0; i < 5; ++i) {
        QVERIFY(socket.send(client(0x89, "")));
        QCOMPARE(socket.receiveBytes(2), server(0x8a, ""));
    }
    QCOMPARE(gateway.log().size(), 0);
}

void TestWebSocket::drainClosesBetweenFrames()
{
    Gate ended;
    RecordingUpstream upstream([&](UpstreamPeer& peer) {
        peer.next();
        peer.send(switching());
        while (!peer.receive().empty()) {
        }
        ended.open();
    });
    GatewayFixture gateway(spec(upstream.port()));
    RawClient socket(gateway.port());
    QVERIFY(open(socket).starts_with("HTTP/1.1 101"));
    gateway.run([](ProxyWorker& worker) { worker.announceDrain(); });
    RawClient later(gateway.port()); // the time of the delay: still served
    QVERIFY(open(later).starts_with("HTTP/1.1 101"));
    std::atomic<bool> drained = false;
    gateway.run([&](ProxyWorker& worker) { worker.drain([&] { drained = true; }); });
    QCOMPARE(socket.receiveAll(), server(0x88, "\x03\xe9"));
    QCOMPARE(later.receiveAll(), server(0x88, "\x03\xe9"));
    QVERIFY(ended.wait());
    QCOMPARE(payloadOf(upstream.bytes().substr(upstream.bytes().size() - 8)), "\x03\xe9"s);
    socket.close();
    later.close();
    QTRY_VERIFY(drained);
    QCOMPARE(gateway.waitForLog(1).value(u"ended").toString(), QStringLiteral("drained"));
}

void TestWebSocket::drainWaitsForTheFramesEnd()
{
    RecordingUpstream upstream([](UpstreamPeer& peer) {
        peer.next();
        peer.send(switching());
        while (!peer.receive().empty()) {
        }
    });
    GatewayFixture gateway(spec(upstream.port()));
    RawClient socket(gateway.port());
    QVERIFY(open(socket).starts_with("HTTP/1.1 101"));
    const std::string bytes = client(0x81, "a frame in two halves");
    QVERIFY(socket.send(bytes.substr(0, 12)));
    QTRY_VERIFY(upstream.bytes().ends_with(bytes.substr(0, 12)));
    std::atomic<bool> drained = false;
    gateway.run([&](ProxyWorker& worker) { worker.drain([&] { drained = true; }); });
    QVERIFY(!drained);
    QVERIFY(socket.send(bytes.substr(12) + client(0x81, "one more")));
    QCOMPARE(socket.receiveAll(), server(0x88, "\x03\xe9"));
    socket.close();
    QTRY_VERIFY(drained);
    // The frame is whole, and the Close frame behind it.
    const std::string arrived = upstream.bytes();
    QVERIFY(arrived.find(bytes) != std::string::npos);
    QCOMPARE(payloadOf(arrived.substr(arrived.size() - 8)), "\x03\xe9"s);
}

void TestWebSocket::policiesSeeTheHandshake()
{
    RecordingUpstream upstream(echo);
    GatewayFixture gateway(spec(
        upstream.port(), "  policies:\n"
                         "    - {name: few, type: rateLimit, config: {key: address, limit: 1, per: 1h}}\n"
                         "    - {name: id, type: requestId, config: {header: X-Request-Id}}\n"));
    RawClient socket(gateway.port());
    const std::string head = open(socket);
    QVERIFY(head.starts_with("HTTP/1.1 101"));
    QVERIFY(!upstream.requests().at(0).header("x-request-id").empty());
    RawClient second(gateway.port());
    QCOMPARE(second.ask(handshake()).status, 429);
    QCOMPARE(upstream.requests().size(), std::size_t{1});
}

void TestWebSocket::record()
{
    RecordingUpstream upstream([](UpstreamPeer& peer) {
        peer.next();
        peer.send(switching());
        peer.receive();
        peer.send(server(0x81, "four"));
        peer.receive();
    });
    GatewayFixture gateway(spec(upstream.port()));
    {
        RawClient socket(gateway.port());
        QVERIFY(open(socket).starts_with("HTTP/1.1 101"));
        QCOMPARE(gateway.metric("postern_requests_in_flight{api=\"payments/accounts\"}").value_or(-1), 1.0);
        QVERIFY(socket.send(client(0x81, "hello")));
        QCOMPARE(socket.receiveBytes(6), server(0x81, "four"));
    }
    const QJsonObject line = gateway.waitForLog(1);
    QCOMPARE(line.value(u"route").toString(), QStringLiteral("socket"));
    QCOMPARE(line.value(u"code").toInt(), 101);
    QCOMPARE(line.value(u"bytes_in").toInt(), 11);
    QCOMPARE(line.value(u"bytes_out").toInt(), 6);
    QVERIFY(!line.contains(u"upstream_ms"));
    QCOMPARE(gateway
                 .metric("postern_requests_total{api=\"payments/"
                         "accounts\",route=\"socket\",method=\"GET\",code=\"101\"}")
                 .value_or(0),
             1.0);
    QVERIFY(gateway.metrics().find(
                "postern_request_duration_seconds_count{api=\"payments/accounts\",route=\"socket\"") ==
            std::string::npos);
}

void TestWebSocket::overHttp2()
{
    RecordingUpstream upstream(agreeing([](UpstreamPeer& peer) {
        const std::string bytes = receive(peer, client(0x81, "hello").size());
        peer.send(server(0x81, payloadOf(bytes)));
        if (peer.receive() == client(0x88, ""))
            peer.send(server(0x88, ""));
    }));
    GatewayFixture gateway(http2(spec(upstream.port(), "  limits: {bodyTimeout: 100ms}\n")));
    Http2Client http(gateway.port());
    const std::uint32_t stream = http.request(connecting("/socket", {{"sec-websocket-version", "13"},
                                                                     {"sec-websocket-protocol", "chat"},
                                                                     {"origin", "http://a"}}),
                                              false);
    QCOMPARE(http.readHead(stream).status, 200);
    QCOMPARE(http.serverSettings().at(8), 1u); // SETTINGS_ENABLE_CONNECT_PROTOCOL
    QCOMPARE(http.stream(stream).header("sec-websocket-accept"), std::string());
    QCOMPARE(http.stream(stream).header("upgrade"), std::string());
    QCOMPARE(http.stream(stream).header("connection"), std::string());
    const RecordedRequest request = upstream.requests().at(0);
    QVERIFY(request.head.starts_with("GET /socket HTTP/1.1\r\nHost: a\r\n"));
    QCOMPARE(request.header("upgrade"), std::string("websocket"));
    QCOMPARE(request.header("connection"), std::string("Upgrade"));
    QCOMPARE(request.header("sec-websocket-protocol"), std::string("chat"));
    QCOMPARE(request.header("origin"), std::string("http://a"));
    QCOMPARE(request.count("content-length") + request.count("transfer-encoding"), std::size_t{0});
    QTest::qWait(300); // silence is no fault
    const std::string hello = client(0x81, "hello");
    QVERIFY(http.send(Http2Client::data(stream, hello.substr(0, 3), false)));
    QVERIFY(http.send(Http2Client::data(stream, hello.substr(3), false)));
    QCOMPARE(http.readBody(stream, 7).body, server(0x81, "hello"));
    QVERIFY(http.send(Http2Client::data(stream, client(0x88, ""), false)));
    const Http2Answer answer = http.answer(stream);
    QVERIFY(answer.complete);
    QCOMPARE(answer.body, server(0x81, "hello") + server(0x88, ""));
    QCOMPARE(gateway.waitForLog(1).value(u"code").toInt(), 200);
    QCOMPARE(gateway.waitForLog(1).value(u"method").toString(), QStringLiteral("GET"));
    QCOMPARE(gateway.waitForLog(1).value(u"ended").toString(), QStringLiteral("complete"));
    QCOMPARE(http.ask(Http2Client::get("/other")).status, 204); // the connection serves on
}

void TestWebSocket::overHttp2Refused_data()
{
    QTest::addColumn<QByteArray>("path");
    QTest::addColumn<QByteArray>("protocol");
    QTest::addColumn<QByteArray>("version");
    QTest::addColumn<int>("status");
    QTest::addRow("route without it")
        << QByteArray("/other") << QByteArray("websocket") << QByteArray("13") << 501;
    QTest::addRow("another protocol")
        << QByteArray("/socket") << QByteArray("connect-udp") << QByteArray("13") << 501;
    QTest::addRow("another version") << QByteArray("/socket") << QByteArray("websocket") << QByteArray("8")
                                     << 426;
}

void TestWebSocket::overHttp2Refused()
{
    QFETCH(QByteArray, path);
    QFETCH(QByteArray, protocol);
    QFETCH(QByteArray, version);
    QFETCH(int, status);
    RecordingUpstream upstream;
    GatewayFixture gateway(http2(spec(upstream.port())));
    Http2Client http(gateway.port());
    Http2Fields fields = connecting(path.toStdString(), {{"sec-websocket-version", version.toStdString()}});
    fields[1].second = protocol.toStdString();
    const std::uint32_t stream = http.request(fields, false);
    QCOMPARE(http.readHead(stream).status, status);
    QCOMPARE(upstream.bytes(), std::string());
    QCOMPARE(http.stream(stream).header("upgrade"), std::string());
    if (status == 426)
        QCOMPARE(http.stream(stream).header("sec-websocket-version"), std::string("13"));
}

void TestWebSocket::overHttp2FaultsAndDrain()
{
    RecordingUpstream upstream(agreeing([](UpstreamPeer& peer) {
        while (!peer.receive().empty()) {
        }
    }));
    GatewayFixture gateway(http2(spec(upstream.port())));
    Http2Client http(gateway.port());
    const std::uint32_t first = http.request(connecting(), false);
    const std::uint32_t second = http.request(connecting(), false);
    QCOMPARE(http.readHead(first).status, 200);
    QCOMPARE(http.readHead(second).status, 200);
    QVERIFY(http.send(Http2Client::data(first, server(0x81, "unmasked"), false)));
    QCOMPARE(http.answer(first).body, server(0x88, "\x03\xea"));
    std::atomic<bool> drained = false;
    gateway.run([&](ProxyWorker& worker) { worker.drain([&] { drained = true; }); });
    QCOMPARE(http.answer(second).body, server(0x88, "\x03\xe9"));
    QVERIFY(http.goAway().has_value());
    http.raw().close();
    QTRY_VERIFY(drained);
}

void TestWebSocket::overHttp2ClientEnds()
{
    Gate ended;
    RecordingUpstream upstream(agreeing([&](UpstreamPeer& peer) {
        while (!peer.receive().empty()) {
        }
        ended.open();
        peer.send(server(0x81, "last words")); // half-closed: still read
    }));
    GatewayFixture gateway(http2(spec(upstream.port())));
    Http2Client http(gateway.port());
    const std::uint32_t stream = http.request(connecting(), false);
    QCOMPARE(http.readHead(stream).status, 200);
    QVERIFY(http.send(Http2Client::data(stream, client(0x81, "bye"), true)));
    QTRY_VERIFY(ended.isOpen());
    QVERIFY(upstream.bytes().ends_with(client(0x81, "bye")));
    QCOMPARE(http.answer(stream).body, server(0x81, "last words"));
    QVERIFY(http.stream(stream).complete);
}

void TestWebSocket::overHttp2SuccessWithoutASwitch()
{
    // Passed on, it would tell the client that a page is its tunnel.
    RecordingUpstream upstream(
        RecordingUpstream::answering("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n<html>"));
    GatewayFixture gateway(http2(spec(upstream.port())));
    Http2Client http(gateway.port());
    const std::uint32_t stream = http.request(connecting(), false);
    QVERIFY(http.send(Http2Client::data(stream, "GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n")));
    const Http2Answer answer = http.answer(stream);
    QCOMPARE(answer.status, 502);
    QVERIFY(answer.body.find("<html>") == std::string::npos);
    QCOMPARE(gateway.waitForLog(1)[u"ended"].toString(), QStringLiteral("upstream_reset"));
    QVERIFY(upstream.bytes().find("smuggled") == std::string::npos);
    QCOMPARE(http.ask(Http2Client::get("/other")).status, 200);
    QCOMPARE(upstream.connections(), 2);
}

void TestWebSocket::overHttp2NothingFollowsARefusal_data()
{
    QTest::addColumn<QByteArray>("status");
    QTest::addColumn<bool>("early");
    QTest::addColumn<bool>("ends");
    for (const char* const status : {"302 Found", "403 Forbidden"}) {
        QTest::addRow("%s, during the answer", status) << QByteArray(status) << false << false;
        QTest::addRow("%s, during the answer, and the end", status) << QByteArray(status) << false << true;
        QTest::addRow("%s, before the answer", status) << QByteArray(status) << true << false;
        QTest::addRow("%s, before the answer, and the end", status) << QByteArray(status) << true << true;
    }
}

void TestWebSocket::overHttp2NothingFollowsARefusal()
{
    // What a client sends for a tunnel that never came about would be a request of its own behind the
    // handshake.
    QFETCH(QByteArray, status);
    QFETCH(bool, early);
    QFETCH(bool, ends);
    Gate mayAnswer;
    Gate mayGoOn;
    RecordingUpstream upstream([&](UpstreamPeer& peer) {
        peer.next();
        mayAnswer.wait();
        peer.send("HTTP/1.1 " + status.toStdString() + "\r\nContent-Length: 8\r\n\r\nhalf");
        mayGoOn.wait();
        peer.send("rest");
        while (peer.next())
            peer.send("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nown");
    });
    GatewayFixture gateway(http2(spec(upstream.port())));
    Http2Client http(gateway.port());
    const std::uint32_t stream = http.request(connecting(), false);
    const std::string smuggled = "GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n";
    if (early) {
        QVERIFY(http.send(Http2Client::data(stream, smuggled, ends)));
        QVERIFY(http.roundTrip());
    }
    mayAnswer.open();
    QCOMPARE(http.readBody(stream, 4).body, std::string("half"));
    if (!early) {
        QVERIFY(http.send(Http2Client::data(stream, smuggled, ends)));
        QVERIFY(http.roundTrip());
    }
    mayGoOn.open();
    const Http2Answer answer = http.answer(stream);
    QVERIFY(answer.complete);
    QCOMPARE(QByteArray::number(answer.status), status.left(3));
    QCOMPARE(answer.body, std::string("halfrest"));
    const Http2Answer next = http.ask(Http2Client::get("/other"));
    QCOMPARE(next.status, 200);
    QCOMPARE(next.body, std::string("own"));
    QCOMPARE(upstream.connections(), 1); // the answer was whole, and nothing was owed
    QCOMPARE(upstream.requests().size(), std::size_t{2});
    QCOMPARE(upstream.bytes(), upstream.requests().at(0).head + upstream.requests().at(1).head);
    QCOMPARE(upstream.requests().at(1).target, std::string("/other"));
}

QTEST_GUILESS_MAIN(TestWebSocket)
#include "tst_websocket.moc"
