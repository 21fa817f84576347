#include "tests/support/gateway/gateway_fixture.h"
#include "tests/support/gateway/secured_listener.h"
#include "tests/support/http2_client.h"
#include "tests/support/raw_client.h"
#include "tests/support/recording_upstream.h"
#include "tests/support/tls_peer.h"

#include <QTest>

#include <unistd.h>

using namespace postern;
using namespace postern::test;

namespace {

QByteArray listener(const QByteArray& fields)
{
    return "  listeners:\n    - {name: main, address: \"127.0.0.1:0\", " + fields + "}\n";
}

const QByteArray kTrusting = listener("proxyProtocol: any, trustedProxies: [127.0.0.0/8, 10.0.0.0/8]");
const std::string kHeader = "PROXY TCP4 203.0.113.9 10.0.0.1 40000 443\r\n";
const std::string kGet = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

std::string binaryHeader()
{
    using namespace std::string_literals;
    return "\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c\xcb\0\x71\x09\x0a\0\0\x01\x9c\x40\x01\xbb"s;
}

double refused(const GatewayFixture& gateway, const std::string& reason)
{
    return gateway
        .metric("postern_requests_refused_total{api=\"payments/accounts\",listener=\"main\",reason=\"" +
                reason + "\"}")
        .value_or(0);
}

double connections(const GatewayFixture& gateway)
{
    return gateway.metric("postern_connections{api=\"payments/accounts\",listener=\"main\"}").value_or(-1);
}

} // namespace

/// How a connection begins: what comes before its first request.
class TestConnectionOpening : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void headerTellsTheClient_data();
    void headerTellsTheClient();
    void forwardedForIsJudgedByTheHeader();
    void namelessClientIsNotBelieved_data();
    void namelessClientIsNotBelieved();
    void localProxyIsBelieved();
    void headerBeforeTls();
    void headerInDrips();
    void severalRequestsAfterOneHeader();
    void badBeginningIsClosed_data();
    void badBeginningIsClosed();
    void strangersHeaderIsClosed();
    void headerWhereNoneIsConfigured();
    void slowHeaderIsClosed();
    void silentClientIsNoRefusal();
    void clientLeavesInTheMiddle();
    void drainWhileOpening();
    void drainWaitsForWhoHasJustComeIn_data();
    void drainWaitsForWhoHasJustComeIn();
    void reloadDoesNotChangeAnOpening();
    void unixPeers_data();
    void unixPeers();
    void prefaceTells_data();
    void prefaceTells();
    void prefaceThatStops();
};

void TestConnectionOpening::headerTellsTheClient_data()
{
    QTest::addColumn<QByteArray>("header");
    QTest::addColumn<QByteArray>("address");
    QTest::addRow("v1") << QByteArray::fromStdString(kHeader) << QByteArray("203.0.113.9");
    QTest::addRow("v2") << QByteArray::fromStdString(binaryHeader()) << QByteArray("203.0.113.9");
    QTest::addRow("v1 TCP6") << QByteArray("PROXY TCP6 2001:db8::7 ::1 1 2\r\n") << QByteArray("2001:db8::7");
    QTest::addRow("UNKNOWN is anybody") << QByteArray("PROXY UNKNOWN\r\n") << QByteArray("unknown");
    QTest::addRow("unspecified is anybody")
        << QByteArray("\r\n\r\n\0\r\nQUIT\n\x21\0\0\0", 16) << QByteArray("unknown");
    QTest::addRow("LOCAL is the proxy itself")
        << QByteArray("\r\n\r\n\0\r\nQUIT\n\x20\0\0\0", 16) << QByteArray("127.0.0.1");
    QTest::addRow("UNIX") << QByteArray("\r\n\r\n\0\r\nQUIT\n\x21\x31\0\xd8", 16) + QByteArray(216, 'u')
                          << QByteArray("unix");
}

void TestConnectionOpening::headerTellsTheClient()
{
    QFETCH(QByteArray, header);
    QFETCH(QByteArray, address);
    RecordingUpstream upstream;
    GatewayFixture gateway(kTrusting + GatewayFixture::spec(upstream.port()));
    RawClient client(gateway.port());
    QCOMPARE(client.ask(header.toStdString() + kGet).status, 200);
    QCOMPARE(upstream.requests().at(0).header("x-forwarded-for"), address.toStdString());
    QCOMPARE(connections(gateway), 1.0);
    client.close();
    QTRY_COMPARE(connections(gateway), 0.0);
}

void TestConnectionOpening::forwardedForIsJudgedByTheHeader()
{
    RecordingUpstream upstream;
    GatewayFixture gateway(kTrusting + GatewayFixture::spec(upstream.port()));
    // The connection came from a stranger through a trusted proxy: what the stranger claims is hearsay.
    RawClient stranger(gateway.port());
    const std::string claim = "GET / HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 198.51.100.1\r\n\r\n";
    QCOMPARE(stranger.ask(kHeader + claim).status, 200);
    QCOMPARE(upstream.requests().at(0).header("x-forwarded-for"), std::string("203.0.113.9"));
    // From a trusted proxy behind the trusted proxy it is believed.
    RawClient proxy(gateway.port());
    QCOMPARE(proxy.ask("PROXY TCP4 10.0.0.7 10.0.0.1 40000 443\r\n" + claim).status, 200);
    QCOMPARE(upstream.requests().at(1).header("x-forwarded-for"), std::string("198.51.100.1, 10.0.0.7"));
}

void TestConnectionOpening::namelessClientIsNotBelieved_data()
{
    QTest::addColumn<QByteArray>("header");
    QTest::addColumn<QByteArray>("name");
    const QByteArray signature("\r\n\r\n\0\r\nQUIT\n", 12);
    QTest::addRow("UNKNOWN") << QByteArray("PROXY UNKNOWN\r\n") << QByteArray("unknown");
    QTest::addRow("UNKNOWN with addresses")
        << QByteArray("PROXY UNKNOWN 127.0.0.1 127.0.0.1 1 2\r\n") << QByteArray("unknown");
    QTest::addRow("unspecified") << signature + QByteArray("\x21\0\0\0", 4) << QByteArray("unknown");
    QTest::addRow("unspecified datagram")
        << signature + QByteArray("\x21\0\0\4abcd", 8) << QByteArray("unknown");
    QTest::addRow("unix socket") << signature + QByteArray("\x21\x31\0\xd8", 4) + QByteArray(216, 'u')
                                 << QByteArray("unix");
}

/// Somebody whom the proxy passes on without naming him is no proxy, whoever is trusted.
void TestConnectionOpening::namelessClientIsNotBelieved()
{
    QFETCH(QByteArray, header);
    QFETCH(QByteArray, name);
    RecordingUpstream upstream;
    GatewayFixture gateway(listener("proxyProtocol: any, trustedProxies: [\"unix:\", 0.0.0.0/0, \"::/0\"]") +
                           GatewayFixture::spec(upstream.port(), "5s",
                                                "  policies: [{name: id, type: requestId, config: {}}]\n"));
    RawClient client(gateway.port());
    const std::string forged = "GET / HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 10.0.0.1\r\n"
                               "X-Forwarded-Proto: https\r\nX-Forwarded-Host: bank.example\r\n"
                               "X-Forwarded-Client-Cert: Hash=1\r\nX-Request-Id: forged\r\n\r\n";
    QCOMPARE(client.ask(header.toStdString() + forged).status, 200);
    const RecordedRequest seen = upstream.requests().at(0);
    QCOMPARE(seen.header("x-forwarded-for"), name.toStdString());
    QCOMPARE(seen.count("x-forwarded-for"), std::size_t{1});
    QCOMPARE(seen.header("x-forwarded-proto"), std::string("http"));
    QCOMPARE(seen.header("x-forwarded-host"), std::string("a"));
    QCOMPARE(seen.count("x-forwarded-client-cert"), std::size_t{0});
    QVERIFY(seen.header("x-request-id") != "forged");
}

void TestConnectionOpening::localProxyIsBelieved()
{
    RecordingUpstream upstream;
    GatewayFixture gateway(kTrusting + GatewayFixture::spec(upstream.port()));
    RawClient client(gateway.port());
    QCOMPARE(client
                 .ask(std::string("\r\n\r\n\0\r\nQUIT\n\x20\0\0\0", 16) +
                      "GET / HTTP/1.1\r\nHost: a\r\nX-Forwarded-Proto: https\r\n\r\n")
                 .status,
             200);
    QCOMPARE(upstream.requests().at(0).header("x-forwarded-proto"), std::string("https"));
}

/// First who it is, in the clear; then the handshake.
void TestConnectionOpening::headerBeforeTls()
{
    RecordingUpstream upstream;
    GatewayFixture gateway(
        securedListener("protocols: [http1], proxyProtocol: any, trustedProxies: [127.0.0.0/8]") +
            GatewayFixture::spec(upstream.port()),
        builtPolicies(), securedListenerContexts());
    for (const std::string& header : {kHeader, binaryHeader()}) {
        RawClient raw(gateway.port());
        QVERIFY(raw.send(header));
        TlsPeer client(::dup(raw.fd()), TlsPeer::Role::Client, {});
        QVERIFY(client.connect());
        for (std::size_t i = 0; i < 2; ++i) {
            QVERIFY(client.send("GET / HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 10.0.0.1\r\n\r\n"));
            QVERIFY(client.readUntil(10));
            QVERIFY(client.received().starts_with("HTTP/1.1 200"));
            QTRY_VERIFY((client.read(), client.received().ends_with("ok")));
            client.received().clear();
        }
        QCOMPARE(upstream.requests().back().header("x-forwarded-for"), std::string("203.0.113.9"));
        QCOMPARE(upstream.requests().back().header("x-forwarded-proto"), std::string("https"));
    }
    // TLS alone has not said who it is; nor is a header believed that comes inside of it.
    RawClient raw(gateway.port());
    TlsPeer client(::dup(raw.fd()), TlsPeer::Role::Client, {});
    QVERIFY(!client.connect());
    QTRY_COMPARE(refused(gateway, "proxy-header-malformed"), 1.0);
    RawClient named(gateway.port());
    QVERIFY(named.send(kHeader));
    TlsPeer twice(::dup(named.fd()), TlsPeer::Role::Client, {});
    QVERIFY(twice.connect());
    QVERIFY(twice.send("PROXY TCP4 127.0.0.1 127.0.0.1 1 2\r\n" + kGet));
    QVERIFY(twice.readUntil(10));
    QVERIFY(twice.received().starts_with("HTTP/1.1 400"));
    QCOMPARE(upstream.requests().size(), std::size_t{4});
}

void TestConnectionOpening::headerInDrips()
{
    RecordingUpstream upstream;
    GatewayFixture gateway(kTrusting + GatewayFixture::spec(upstream.port()));
    for (const std::string& header : {kHeader, binaryHeader()}) {
        RawClient client(gateway.port());
        for (const char byte : header + kGet)
            QVERIFY(client.send({&byte, 1}));
        QCOMPARE(client.receive().status, 200);
    }
    for (const RecordedRequest& request : upstream.requests())
        QCOMPARE(request.header("x-forwarded-for"), std::string("203.0.113.9"));
}

void TestConnectionOpening::severalRequestsAfterOneHeader()
{
    RecordingUpstream upstream;
    GatewayFixture gateway(kTrusting + GatewayFixture::spec(upstream.port()));
    RawClient client(gateway.port());
    QVERIFY(client.send(kHeader + kGet + kGet));
    QCOMPARE(client.receive().status, 200);
    QCOMPARE(client.receive().status, 200);
    // A second header is no request.
    QCOMPARE(client.ask(kHeader + kGet).status, 400);
    QCOMPARE(upstream.requests().size(), std::size_t{2});
}

void TestConnectionOpening::badBeginningIsClosed_data()
{
    QTest::addColumn<QByteArray>("protocol");
    QTest::addColumn<QByteArray>("beginning");
    const QByteArray text = QByteArray::fromStdString(kHeader);
    const QByteArray binary = QByteArray::fromStdString(binaryHeader());
    QTest::addRow("no header") << QByteArray("any") << QByteArray();
    QTest::addRow("v1 where v2 is demanded") << QByteArray("v2") << text;
    QTest::addRow("v2 where v1 is demanded") << QByteArray("v1") << binary;
    QTest::addRow("malformed") << QByteArray("v1") << QByteArray("PROXY TCP4 203.0.113.9 10.0.0.1 443\r\n");
    QTest::addRow("longer than 107 bytes")
        << QByteArray("any") << QByteArray("PROXY UNKNOWN ") + QByteArray(100, 'x');
    QTest::addRow("longer than its cap")
        << QByteArray("any") << QByteArray("\r\n\r\n\0\r\nQUIT\n\x21\x11\xff\xff", 16);
    QTest::addRow("TLS") << QByteArray("any") << QByteArray("\x16\x03\x01\x02\0\x01\0\x01\xfc", 9);
}

void TestConnectionOpening::badBeginningIsClosed()
{
    QFETCH(QByteArray, protocol);
    QFETCH(QByteArray, beginning);
    RecordingUpstream upstream;
    GatewayFixture gateway(listener("proxyProtocol: " + protocol + ", trustedProxies: [127.0.0.0/8]") +
                           GatewayFixture::spec(upstream.port()));
    RawClient client(gateway.port());
    client.send(beginning.toStdString() + kGet);
    QCOMPARE(client.receiveAll(), std::string());                  // no answer
    QTRY_COMPARE(refused(gateway, "proxy-header-malformed"), 1.0); // counted when the answer is out
    QCOMPARE(upstream.bytes(), std::string());
    QTRY_COMPARE(connections(gateway), 0.0);
}

void TestConnectionOpening::strangersHeaderIsClosed()
{
    RecordingUpstream upstream;
    GatewayFixture gateway(listener("proxyProtocol: v1, trustedProxies: [10.0.0.0/8]") +
                           GatewayFixture::spec(upstream.port()));
    RawClient client(gateway.port());
    client.send(kHeader + kGet);
    QCOMPARE(client.receiveAll(), std::string());
    QTRY_COMPARE(refused(gateway, "proxy-header-untrusted"), 1.0); // counted when the answer is out
    QCOMPARE(upstream.bytes(), std::string());
}

void TestConnectionOpening::headerWhereNoneIsConfigured()
{
    RecordingUpstream upstream;
    GatewayFixture gateway(listener("trustedProxies: [127.0.0.0/8]") + GatewayFixture::spec(upstream.port()));
    RawClient client(gateway.port());
    const RawResponse response = client.ask(kHeader + kGet);
    QCOMPARE(response.status, 400);
    QTRY_COMPARE(refused(gateway, "request-line-malformed"), 1.0); // counted when the answer is out
    QCOMPARE(upstream.bytes(), std::string());
}

void TestConnectionOpening::slowHeaderIsClosed()
{
    RecordingUpstream upstream;
    GatewayFixture gateway(kTrusting +
                           GatewayFixture::spec(upstream.port(), "5s", "  limits: {headerTimeout: 100ms}\n"));
    RawClient client(gateway.port());
    QVERIFY(client.send("PROXY TCP4 203."));
    QCOMPARE(client.receiveAll(), std::string());
    QTRY_COMPARE(refused(gateway, "head-timeout"), 1.0); // counted when the answer is out
}

void TestConnectionOpening::silentClientIsNoRefusal()
{
    RecordingUpstream upstream;
    GatewayFixture gateway(kTrusting +
                           GatewayFixture::spec(upstream.port(), "5s", "  limits: {headerTimeout: 100ms}\n"));
    RawClient client(gateway.port());
    QVERIFY(client.isClosedByPeer());
    QVERIFY(gateway.metrics().find("postern_requests_refused_total{") == std::string::npos);
    QCOMPARE(gateway.log().size(), 0);
}

void TestConnectionOpening::clientLeavesInTheMiddle()
{
    RecordingUpstream upstream;
    GatewayFixture gateway(kTrusting + GatewayFixture::spec(upstream.port()));
    {
        RawClient client(gateway.port());
        QVERIFY(client.send("PROXY TCP4 203."));
        QTRY_COMPARE(connections(gateway), 1.0);
    }
    QTRY_COMPARE(connections(gateway), 0.0);
    {
        RawClient client(gateway.port());
        QVERIFY(client.send("PROXY TCP4 203."));
        client.finishSending();
        QVERIFY(client.isClosedByPeer());
    }
    QVERIFY(gateway.metrics().find("postern_requests_refused_total{") == std::string::npos);
}

void TestConnectionOpening::drainWhileOpening()
{
    RecordingUpstream upstream;
    GatewayFixture gateway(kTrusting + GatewayFixture::spec(upstream.port()));
    RawClient silent(gateway.port());
    RawClient begun(gateway.port());
    QVERIFY(begun.send("PROXY TCP4 203."));
    QTRY_COMPARE(gateway.run([](ProxyWorker& worker) { return worker.connections(); }), std::size_t{2});
    std::atomic<bool> drained = false;
    gateway.run([&](ProxyWorker& worker) { worker.drain([&] { drained = true; }); });
    QVERIFY(silent.isClosedByPeer());
    const RawResponse response = begun.ask("0.113.9 10.0.0.1 40000 443\r\n" + kGet);
    QCOMPARE(response.status, 200);
    QCOMPARE(response.header("connection"), std::string("close"));
    begun.close();
    QTRY_VERIFY(drained);
}

void TestConnectionOpening::drainWaitsForWhoHasJustComeIn_data()
{
    QTest::addColumn<QByteArray>("listening");
    QTest::addColumn<QByteArray>("begin");
    const QByteArray header = QByteArray::fromStdString(kHeader);
    const QByteArray trusting = "protocols: [http1], proxyProtocol: any, trustedProxies: [127.0.0.0/8]";
    QTest::addRow("PROXY header") << kTrusting << header;
    QTest::addRow("http1 and h2c") << listener("protocols: [http1, h2c]") << QByteArray();
    QTest::addRow("TLS") << securedListener() << QByteArray();
    QTest::addRow("PROXY header before TLS") << securedListener(trusting) << header;
}

/// Its first words are on the way, far away.
void TestConnectionOpening::drainWaitsForWhoHasJustComeIn()
{
    QFETCH(QByteArray, listening);
    QFETCH(QByteArray, begin);
    const bool isSecured = listening.contains("tls:");
    RecordingUpstream upstream;
    GatewayFixture gateway(listening +
                               GatewayFixture::spec(upstream.port(), "5s", "  limits: {headerTimeout: 5m}\n"),
                           builtPolicies(), isSecured ? securedListenerContexts() : TlsContexts());
    const RawClient silent(gateway.port());
    RawClient secured(gateway.port());
    RawClient client(gateway.port());
    QTRY_COMPARE(gateway.run([](ProxyWorker& worker) { return worker.connections(); }), std::size_t{3});
    std::atomic<bool> drained = false;
    gateway.run([&](ProxyWorker& worker) { worker.drain([&] { drained = true; }); });
    QVERIFY(client.send(begin.toStdString()));
    QVERIFY(secured.send(begin.toStdString()));
    if (isSecured) {
        TlsPeer quiet(::dup(secured.fd()), TlsPeer::Role::Client, {});
        QVERIFY(quiet.connect()); // and says nothing more
        TlsPeer peer(::dup(client.fd()), TlsPeer::Role::Client, {});
        QVERIFY(peer.connect());
        QVERIFY(peer.send(kGet));
        QTRY_VERIFY((peer.read(), peer.received().ends_with("ok")));
        QVERIFY(peer.received().find("\r\nConnection: close\r\n") != std::string::npos);
    } else {
        const RawResponse response = client.ask(kGet);
        QCOMPARE(response.status, 200);
        QCOMPARE(response.header("connection"), std::string("close"));
    }
    client.close();
    // Who goes on saying nothing is not waited for, for ever, and that is no handshake that failed.
    QTRY_VERIFY_WITH_TIMEOUT(drained, 30'000);
    QVERIFY(gateway.metrics().find("result=\"timed-out\"") == std::string::npos);
    QVERIFY(gateway.metrics().find("postern_requests_refused_total{") == std::string::npos);
}

void TestConnectionOpening::reloadDoesNotChangeAnOpening()
{
    RecordingUpstream upstream;
    GatewayFixture gateway(kTrusting + GatewayFixture::spec(upstream.port()));
    RawClient client(gateway.port());
    QVERIFY(client.send("PROXY TCP4 203."));
    QTRY_COMPARE(connections(gateway), 1.0);
    gateway.apply(listener("trustedProxies: [127.0.0.0/8]") + GatewayFixture::spec(upstream.port()));
    QCOMPARE(client.ask("0.113.9 10.0.0.1 40000 443\r\n" + kGet).status, 200);
    RawClient after(gateway.port());
    QCOMPARE(after.ask(kGet).status, 200);
}

void TestConnectionOpening::unixPeers_data()
{
    QTest::addColumn<QByteArray>("listening");
    QTest::addColumn<QByteArray>("begin");
    QTest::addColumn<QByteArray>("forwardedFor"); // empty: refused
    const QByteArray trusting = listener("trustedProxies: [\"unix:\", 10.0.0.0/8]");
    const QByteArray header = QByteArray::fromStdString(kHeader);
    QTest::addRow("nobody is trusted")
        << listener("protocols: [http1]") << QByteArray() << QByteArray("unix");
    QTest::addRow("addresses are trusted")
        << listener("trustedProxies: [0.0.0.0/0, \"::/0\"]") << QByteArray() << QByteArray("unix");
    QTest::addRow("unix: is trusted") << trusting << QByteArray() << QByteArray("198.51.100.1, 10.9.9.9");
    QTest::addRow("PROXY header") << listener("trustedProxies: [\"unix:\"], proxyProtocol: v1") << header
                                  << QByteArray("203.0.113.9");
    QTest::addRow("PROXY header of a stranger")
        << listener("trustedProxies: [10.0.0.0/8], proxyProtocol: v1") << header << QByteArray();
}

void TestConnectionOpening::unixPeers()
{
    QFETCH(QByteArray, listening);
    QFETCH(QByteArray, begin);
    QFETCH(QByteArray, forwardedFor);
    RecordingUpstream upstream;
    GatewayFixture gateway(listening + GatewayFixture::spec(upstream.port()));
    int other = -1;
    RawClient client = RawClient::pair(other);
    gateway.run(
        [other](ProxyWorker& worker) { worker.accept(QStringLiteral("main"), FileDescriptor(other)); });
    client.send(begin.toStdString() +
                "GET / HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 198.51.100.1, 10.9.9.9\r\n\r\n");
    if (forwardedFor.isEmpty()) {
        QCOMPARE(client.receiveAll(), std::string());
        QTRY_COMPARE(refused(gateway, "proxy-header-untrusted"), 1.0); // counted when the answer is out
        return;
    }
    QCOMPARE(client.receive().status, 200);
    QCOMPARE(upstream.requests().at(0).header("x-forwarded-for"), forwardedFor.toStdString());
}

void TestConnectionOpening::prefaceTells_data()
{
    QTest::addColumn<QByteArray>("protocols");
    QTest::addColumn<bool>("http1");
    QTest::addColumn<bool>("http2");
    QTest::addRow("http1") << QByteArray("[http1]") << true << false;
    QTest::addRow("h2c") << QByteArray("[h2c]") << false << true;
    QTest::addRow("both") << QByteArray("[http1, h2c]") << true << true;
    QTest::addRow("both, behind a PROXY header")
        << QByteArray("[h2c, http1], proxyProtocol: v1, trustedProxies: [127.0.0.1]") << true << true;
}

void TestConnectionOpening::prefaceTells()
{
    QFETCH(QByteArray, protocols);
    QFETCH(bool, http1);
    QFETCH(bool, http2);
    RecordingUpstream upstream;
    GatewayFixture gateway(listener("protocols: " + protocols) + GatewayFixture::spec(upstream.port()));
    const std::string begin = protocols.contains("proxyProtocol") ? kHeader : std::string();
    RawClient plain(gateway.port());
    QVERIFY(plain.send(begin));
    // P is both a method's first letter and the preface's.
    const RawResponse response = plain.ask("PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi");
    QCOMPARE(response.status, http1 ? 200 : 0);
    if (begin.empty()) {
        Http2Client client(gateway.port());
        QCOMPARE(client.ask(Http2Client::get()).status, http2 ? 200 : 0);
    }
    // Byte by byte.
    RawClient slow(gateway.port());
    const std::string preface =
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + Http2Client::frame(Http2Client::kSettings, 0, 0);
    for (const char byte : begin + preface)
        slow.send({&byte, 1});
    const std::string first = slow.receiveBytes(9);
    if (http2)
        QCOMPARE(first[3], char(Http2Client::kSettings));
    else
        QVERIFY(first.starts_with("HTTP/1.1 "));
}

void TestConnectionOpening::prefaceThatStops()
{
    RecordingUpstream upstream;
    GatewayFixture gateway(listener("protocols: [http1, h2c]") +
                           GatewayFixture::spec(upstream.port(), "5s", "  limits: {headerTimeout: 100ms}\n"));
    RawClient client(gateway.port());
    QVERIFY(client.send("PRI * HTTP/2.0\r\n"));
    QCOMPARE(client.receiveAll(), std::string());
    QTRY_COMPARE(refused(gateway, "head-timeout"), 1.0); // counted when the answer is out
    RawClient leaving(gateway.port());
    QVERIFY(leaving.send("PR"));
    leaving.finishSending();
    QVERIFY(leaving.isClosedByPeer());
    QCOMPARE(upstream.bytes(), std::string());
}

QTEST_GUILESS_MAIN(TestConnectionOpening)
#include "tst_connection_opening.moc"
