#include "gateway/http/forwarding.h"

#include "gateway/net/client_certificate.h"
#include "tests/support/bytes.h"

#include <QTest>

#include <arpa/inet.h>
#include <sys/un.h>

using namespace postern;
using namespace postern::test;

/// Who the client is, and what the upstream is told about it.
class TestForwarding : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void addresses_data();
    void addresses();
    void ofSockets();
    void ranges_data();
    void ranges();
    void chain_data();
    void chain();
    void protoAndHost_data();
    void protoAndHost();
    void certificates_data();
    void certificates();
    void ownCertificate();
    void whatTheUpstreamSees();
    void aConnectionFieldHidesNobody();
    void unixPeers();
};

namespace {

struct Exchange
{
    Arena arena;
    RequestHead request;
    IpRanges trusted;
    Peer peer;
    Forwarding forwarding;

    explicit Exchange(const QByteArray& address, std::initializer_list<std::string_view> networks)
    {
        peer = {HostAddress::parse(view(address)), arena.copy(view(address)), false};
        request.host = "api.example";
        for (const std::string_view network : networks) {
            if (!trusted.add(network))
                qFatal("bad network in a test");
        }
    }
    void read() { forwarding = readForwarding(request, peer, trusted, arena); }
};

} // namespace

void TestForwarding::addresses_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<QByteArray>("canonical"); // empty: none
    const auto row = [](const char* text, const char* canonical) {
        QTest::newRow(text) << QByteArray(text) << QByteArray(canonical);
    };
    row("10.0.0.1", "10.0.0.1");
    row("::ffff:10.0.0.1", "10.0.0.1");
    row("2001:DB8:0::1", "2001:db8::1");
    row("::1", "::1");
    row("", "");
    row("10.0.0", "");
    row("10.0.0.256", "");
    row("010.0.0.1", "");
    row("10.0.0.1:80", "");
    row("[::1]", "");
    row("fe80::1%eth0", "");
    row("host", "");
    row("1111:2222:3333:4444:5555:6666:7777:8888:9999:0000", "");
}

void TestForwarding::addresses()
{
    QFETCH(QByteArray, text);
    QFETCH(QByteArray, canonical);
    const auto address = HostAddress::parse(view(text));
    QCOMPARE(address ? bytes(address->text()) : QByteArray(), canonical);
}

void TestForwarding::ofSockets()
{
    sockaddr_in v4{};
    v4.sin_family = AF_INET;
    v4.sin_addr.s_addr = htonl(0x0a000001);
    QCOMPARE(HostAddress::fromSocket(reinterpret_cast<const sockaddr*>(&v4)), HostAddress::parse("10.0.0.1"));
    sockaddr_in6 v6{};
    v6.sin6_family = AF_INET6;
    v6.sin6_addr = in6addr_loopback;
    QCOMPARE(HostAddress::fromSocket(reinterpret_cast<const sockaddr*>(&v6)), HostAddress::parse("::1"));
    sockaddr_un local{};
    local.sun_family = AF_UNIX;
    QVERIFY(!HostAddress::fromSocket(reinterpret_cast<const sockaddr*>(&local)));
}

void TestForwarding::ranges_data()
{
    QTest::addColumn<QByteArray>("network");
    QTest::addColumn<QByteArray>("address");
    QTest::addColumn<bool>("contains");
    const auto row = [](const char* network, const char* address, bool contains) {
        QTest::addRow("%s %s", network, address) << QByteArray(network) << QByteArray(address) << contains;
    };
    row("10.0.0.0/8", "10.255.0.1", true);
    row("10.0.0.0/8", "11.0.0.1", false);
    row("10.0.0.0/8", "::ffff:10.1.1.1", true);
    row("10.0.0.1", "10.0.0.1", true);
    row("10.0.0.1", "10.0.0.2", false);
    row("10.0.0.128/25", "10.0.0.200", true);
    row("10.0.0.128/25", "10.0.0.100", false);
    row("0.0.0.0/0", "255.1.1.1", true);
    row("0.0.0.0/0", "::1", false);
    row("::/0", "10.0.0.1", true);
    row("2001:db8::/33", "2001:db8:7fff::1", true);
    row("2001:db8::/33", "2001:db8:8000::1", false);
    IpRanges ranges;
    for (const char* bad : {"", "10.0.0.1/8", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/", "10.0.0.0/8x",
                            "::/129", "2001:db8::1/64", "a/8"})
        QVERIFY2(!ranges.add(bad), bad);
    QVERIFY(ranges.empty());
}

void TestForwarding::ranges()
{
    QFETCH(QByteArray, network);
    QFETCH(QByteArray, address);
    QFETCH(bool, contains);
    IpRanges ranges;
    QVERIFY(ranges.add(view(network)));
    QCOMPARE(ranges.contains(*HostAddress::parse(view(address))), contains);
}

void TestForwarding::chain_data()
{
    QTest::addColumn<QByteArray>("peer");
    QTest::addColumn<QByteArrayList>("fields");
    QTest::addColumn<QByteArray>("client");
    QTest::addColumn<QByteArray>("forwardedFor");
    const auto row = [](const char* name, const char* peer, const QByteArrayList& fields, const char* client,
                        const char* all) {
        QTest::newRow(name) << QByteArray(peer) << fields << QByteArray(client) << QByteArray(all);
    };
    // 10.0.0.0/8 and ::1 are trusted.
    row("untrusted peer", "9.9.9.9", {"1.2.3.4"}, "9.9.9.9", "9.9.9.9");
    row("untrusted peer claims a trusted hop", "9.9.9.9", {"1.2.3.4, 10.0.0.2"}, "9.9.9.9", "9.9.9.9");
    row("trusted peer without chain", "10.0.0.1", {}, "10.0.0.1", "10.0.0.1");
    row("trusted peer", "10.0.0.1", {"1.2.3.4"}, "1.2.3.4", "1.2.3.4, 10.0.0.1");
    row("hearsay goes", "10.0.0.1", {"6.6.6.6, 1.2.3.4"}, "1.2.3.4", "1.2.3.4, 10.0.0.1");
    row("two hops", "10.0.0.1", {"6.6.6.6, 1.2.3.4, 10.0.0.2"}, "1.2.3.4", "1.2.3.4, 10.0.0.2, 10.0.0.1");
    row("over two lines", "10.0.0.1", {"1.2.3.4", "10.0.0.2"}, "1.2.3.4", "1.2.3.4, 10.0.0.2, 10.0.0.1");
    row("all trusted", "10.0.0.1", {"10.0.0.3, 10.0.0.2"}, "10.0.0.3", "10.0.0.3, 10.0.0.2, 10.0.0.1");
    row("malformed", "10.0.0.1", {"1.2.3.4, nonsense"}, "10.0.0.1", "10.0.0.1");
    row("malformed beyond", "10.0.0.1", {"1.2.3.4, x, 10.0.0.2"}, "10.0.0.2", "10.0.0.2, 10.0.0.1");
    row("unknown", "10.0.0.1", {"unknown"}, "10.0.0.1", "10.0.0.1");
    row("with ports", "10.0.0.1", {"1.2.3.4:55, [::1]:80"}, "1.2.3.4", "1.2.3.4, ::1, 10.0.0.1");
    row("bare IPv6", "::1", {"2001:DB8::7"}, "2001:db8::7", "2001:db8::7, ::1");
    row("empty elements", "10.0.0.1", {" , 1.2.3.4 ,, "}, "1.2.3.4", "1.2.3.4, 10.0.0.1");
    row("flood", "10.0.0.1", {QByteArray("10.0.0.9, ").repeated(1000) + "10.0.0.2"}, "10.0.0.9",
        (QByteArray("10.0.0.9, ").repeated(31) + "10.0.0.2, 10.0.0.1").constData());
}

void TestForwarding::chain()
{
    QFETCH(QByteArray, peer);
    QFETCH(QByteArrayList, fields);
    QFETCH(QByteArray, client);
    QFETCH(QByteArray, forwardedFor);
    Exchange exchange(peer, {"10.0.0.0/8", "::1"});
    for (const QByteArray& field : fields)
        exchange.request.headers.add("X-Forwarded-For", view(field));
    exchange.read();
    QCOMPARE(bytes(exchange.forwarding.clientText), client);
    QCOMPARE(bytes(exchange.forwarding.forwardedFor), forwardedFor);
    QCOMPARE(bytes(exchange.forwarding.client->text()), client);
}

void TestForwarding::protoAndHost_data()
{
    QTest::addColumn<QByteArray>("peer");
    QTest::addColumn<QByteArray>("proto");
    QTest::addColumn<QByteArray>("host");
    QTest::addColumn<QByteArray>("result");
    const auto row = [](const char* name, const char* peer, const char* proto, const char* host,
                        const char* result) {
        QTest::newRow(name) << QByteArray(peer) << QByteArray(proto) << QByteArray(host)
                            << QByteArray(result);
    };
    row("untrusted", "9.9.9.9", "https", "evil", "http api.example");
    row("trusted", "10.0.0.1", "https", "bank.example:8443", "https bank.example:8443");
    row("trusted, last wins", "10.0.0.1", "http, HTTPS", "evil, bank.example", "https bank.example");
    row("trusted nonsense", "10.0.0.1", "gopher", "a b", "http api.example");
    row("trusted, absent", "10.0.0.1", "", "", "http api.example");
}

void TestForwarding::protoAndHost()
{
    QFETCH(QByteArray, peer);
    QFETCH(QByteArray, proto);
    QFETCH(QByteArray, host);
    QFETCH(QByteArray, result);
    Exchange exchange(peer, {"10.0.0.0/8"});
    if (!proto.isEmpty())
        exchange.request.headers.add("X-Forwarded-Proto", view(proto));
    if (!host.isEmpty())
        exchange.request.headers.add("X-Forwarded-Host", view(host));
    exchange.read();
    QCOMPARE(bytes(exchange.forwarding.proto) + ' ' + bytes(exchange.forwarding.host), result);
}

void TestForwarding::certificates_data()
{
    QTest::addColumn<QByteArray>("peer");
    QTest::addColumn<QByteArray>("field");
    QTest::addColumn<QByteArray>("result");
    const auto row = [](const char* name, const char* peer, const char* field, const char* result) {
        QTest::newRow(name) << QByteArray(peer) << QByteArray(field) << QByteArray(result);
    };
    row("untrusted", "9.9.9.9", "Hash=a", "");
    row("trusted", "10.0.0.1", "Hash=a", "Hash=a");
    row("last element", "10.0.0.1", "Hash=evil, Hash=b;URI=spiffe://x", "Hash=b;URI=spiffe://x");
    row("comma in quotes", "10.0.0.1", "Hash=e,Hash=b;Subject=\"O=a, CN=\\\"b\\\", C=c\"",
        "Hash=b;Subject=\"O=a, CN=\\\"b\\\", C=c\"");
    row("open quote", "10.0.0.1", "Hash=e;Subject=\"x, Hash=b", "");
}

void TestForwarding::certificates()
{
    QFETCH(QByteArray, peer);
    QFETCH(QByteArray, field);
    QFETCH(QByteArray, result);
    Exchange exchange(peer, {"10.0.0.0/8"});
    exchange.request.headers.add("X-Forwarded-Client-Cert", view(field));
    exchange.read();
    QCOMPARE(bytes(exchange.forwarding.clientCertificate), result);
}

void TestForwarding::ownCertificate()
{
    ClientCertificate certificate;
    certificate.fingerprint = "ab12";
    certificate.subject = R"(CN=a\,b\"c,O=x)";
    // Whoever signs certificates may sign such names; none of them may become an element or a field.
    certificate.uris = {"spiffe://x/y", "evil,Hash=1", "line\r\nX-User: root"};
    certificate.dnsNames = {"a.example"};
    const QByteArray own =
        R"(Hash=ab12;Subject="CN=a\\,b\\\"c,O=x";URI=spiffe://x/y;URI="evil,Hash=1";DNS=a.example)";
    Exchange stranger("9.9.9.9", {"10.0.0.0/8"});
    stranger.peer.certificate = &certificate;
    stranger.request.headers.add("X-Forwarded-Client-Cert", "Hash=forged");
    stranger.read();
    QCOMPARE(bytes(stranger.forwarding.clientCertificate), own);
    Exchange proxy("10.0.0.1", {"10.0.0.0/8"});
    proxy.peer.certificate = &certificate;
    proxy.read();
    QCOMPARE(bytes(proxy.forwarding.clientCertificate), own);
    Exchange speaking("10.0.0.1", {"10.0.0.0/8"}); // for somebody behind it
    speaking.peer.certificate = &certificate;
    speaking.request.headers.add("X-Forwarded-Client-Cert", "Hash=its-client");
    speaking.read();
    QCOMPARE(bytes(speaking.forwarding.clientCertificate), QByteArray("Hash=its-client"));
}

void TestForwarding::whatTheUpstreamSees()
{
    Exchange exchange("10.0.0.1", {"10.0.0.0/8"});
    exchange.peer.tls = true;
    Headers& headers = exchange.request.headers;
    headers.add("Host", "api.example");
    headers.add("Connection", "close, X-Private, X-Real-IP");
    headers.add("X-Private", "1");
    headers.add("X-Forwarded-For", "6.6.6.6, 1.2.3.4");
    headers.add("X_Forwarded_For", "7.7.7.7");
    headers.add("X-Forwarded-Port", "1");
    headers.add("Forwarded", "for=6.6.6.6");
    headers.add("X-Real-IP", "6.6.6.6");
    headers.add("X-User", "root");
    headers.add("x.user", "root");
    headers.add("Accept", "*/*");
    exchange.read();
    const std::vector<std::string> ofPolicies = {"X-User"};
    prepareForUpstream(exchange.request, exchange.forwarding, ManagedHeaders(ofPolicies));
    QByteArray seen;
    for (const Header& field : headers)
        seen += bytes(field.name) + ": " + bytes(field.value) + '\n';
    QCOMPARE(seen, "Host: api.example\nAccept: */*\nX-Forwarded-For: 1.2.3.4, 10.0.0.1\n"
                   "X-Forwarded-Proto: https\nX-Forwarded-Host: api.example\n");
}

void TestForwarding::aConnectionFieldHidesNobody()
{
    Exchange exchange("10.0.0.1", {"10.0.0.0/8"});
    exchange.request.headers.add("Connection", "X-Forwarded-For");
    exchange.request.headers.add("X-Forwarded-For", "1.2.3.4");
    exchange.read();
    prepareForUpstream(exchange.request, exchange.forwarding, ManagedHeaders());
    QCOMPARE(bytes(exchange.request.headers.value(HeaderId::XForwardedFor)), "1.2.3.4, 10.0.0.1");
}

void TestForwarding::unixPeers()
{
    Exchange exchange("10.0.0.1", {"10.0.0.0/8"});
    exchange.peer = {std::nullopt, "unix", false};
    exchange.request.headers.add("X-Forwarded-For", "1.2.3.4");
    exchange.read();
    QVERIFY(!exchange.forwarding.client);
    QCOMPARE(bytes(exchange.forwarding.forwardedFor), "unix");
}

QTEST_GUILESS_MAIN(TestForwarding)
#include "tst_forwarding.moc"
