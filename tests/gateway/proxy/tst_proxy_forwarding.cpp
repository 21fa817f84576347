#include "tests/support/gateway/gateway_fixture.h"
#include "tests/support/raw_client.h"
#include "tests/support/recording_upstream.h"

#include <QTest>

using namespace postern;
using namespace postern::test;

namespace {

std::string get(const std::string& target, const std::string& more = {})
{
    return "GET " + target + " HTTP/1.1\r\nHost: api.example\r\n" + more + "\r\n";
}

std::string ok(const std::string& body)
{
    return "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

} // namespace

/// What reaches the upstream, and what comes back, when everything is in order.
class TestProxyForwarding : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void onceThroughAndBack();
    void keepAliveReusesBothConnections();
    void pipelinedRequestsAreAnsweredInOrder();
    void headInDrips();
    void headerFields_data();
    void headerFields();
    void forwardedFieldsOfTrustedProxies();
    void bodies_data();
    void bodies();
    void responses_data();
    void responses();
    void http10_data();
    void http10();
    void expectContinue();
    void removedFieldsStandInNoTrailer_data();
    void removedFieldsStandInNoTrailer();
    void interimResponses();
    void interimResponsesTellNothingElse_data();
    void interimResponsesTellNothingElse();
    void absoluteForm();
    void connectionClose();
    void halfClosedClientGetsItsAnswer();
    void bothDirectionsAtOnce();
    void routesAndMethods();
    void recordAndMetrics();
};

void TestProxyForwarding::onceThroughAndBack()
{
    RecordingUpstream upstream;
    GatewayFixture gateway(GatewayFixture::spec(upstream.port()));
    RawClient client(gateway.port());
    const RawResponse response = client.ask(get("/v1/accounts/7?full=1"));
    QCOMPARE(response.status, 200);
    QCOMPARE(response.body, std::string("ok"));
    QVERIFY(!response.header("date").empty());
    const auto requests = upstream.requests();
    QCOMPARE(requests.size(), std::size_t{1});
    QCOMPARE(requests[0].head, std::string("GET /v1/accounts/7?full=1 HTTP/1.1\r\n"
                                           "Host: api.example\r\n"
                                           "X-Forwarded-For: 127.0.0.1\r\n"
                                           "X-Forwarded-Proto: http\r\n"
                                           "X-Forwarded-Host: api.example\r\n\r\n"));
}

void TestProxyForwarding::keepAliveReusesBothConnections()
{
    RecordingUpstream upstream;
    GatewayFixture gateway(GatewayFixture::spec(upstream.port()));
    RawClient client(gateway.port());
    for (int i = 0; i < 100; ++i)
        QCOMPARE(client.ask(get("/" + std::to_string(i))).status, 200);
    QCOMPARE(upstream.connections(), 1);
    QCOMPARE(upstream.requests().size(), std::size_t{100});
    QCOMPARE(upstream.requests()[99].target, std::string("/99"));
}

void TestProxyForwarding::pipelinedRequestsAreAnsweredInOrder()
{
    RecordingUpstream upstream([](UpstreamPeer& peer) {
        while (const auto request = peer.next())
            peer.send(ok(request->target + request->body));
    });
    GatewayFixture gateway(GatewayFixture::spec(upstream.port()));
    RawClient client(gateway.port());
    std::string all;
    for (int i = 0; i < 200; ++i) {
        if (i % 3 == 0)
            all += "POST /" + std::to_string(i) + " HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello";
        else if (i % 3 == 1)
            all +=
                "PUT /" + std::to_string(i) +
                " HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n";
        else
            all += get("/" + std::to_string(i));
    }
    QVERIFY(client.send(all));
    for (int i = 0; i < 200; ++i) {
        const char* const bodies[] = {"hello", "abcde", ""};
        const RawResponse response = client.receive();
        QCOMPARE(response.status, 200);
        QCOMPARE(response.body, "/" + std::to_string(i) + bodies[i % 3]);
    }
}

void TestProxyForwarding::headInDrips()
{
    RecordingUpstream upstream;
    GatewayFixture gateway(GatewayFixture::spec(upstream.port()));
    RawClient client(gateway.port());
    const std::string request = get("/drip", "X-One: 1\r\nX-Two: 2\r\n");
    for (const char byte : request + request)
        QVERIFY(client.send({&byte, 1}));
    QCOMPARE(client.receive().status, 200);
    QCOMPARE(client.receive().status, 200);
    QCOMPARE(upstream.requests().size(), std::size_t{2});
    QCOMPARE(upstream.requests()[0].head, upstream.requests()[1].head);
}

void TestProxyForwarding::headerFields_data()
{
    QTest::addColumn<QByteArray>("sent");
    QTest::addColumn<QByteArray>("name");
    QTest::addColumn<QByteArray>("arrives"); // empty: not at all
    QTest::addRow("end to end") << QByteArray("X-Thing: a, b\r\n") << QByteArray("x-thing")
                                << QByteArray("a, b");
    QTest::addRow("hop by hop") << QByteArray("Connection: X-Thing\r\nX-Thing: a\r\n")
                                << QByteArray("x-thing") << QByteArray();
    QTest::addRow("connection") << QByteArray("Connection: keep-alive\r\n") << QByteArray("connection")
                                << QByteArray();
    QTest::addRow("keep-alive") << QByteArray("Keep-Alive: timeout=5\r\n") << QByteArray("keep-alive")
                                << QByteArray();
    QTest::addRow("te") << QByteArray("TE: trailers\r\n") << QByteArray("te") << QByteArray();
    QTest::addRow("proxy-authorization") << QByteArray("Proxy-Authorization: Basic eDp5\r\n")
                                         << QByteArray("proxy-authorization") << QByteArray();
    QTest::addRow("upgrade h2c") << QByteArray("Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n"
                                               "HTTP2-Settings: AAMAAABkAAQAAP__\r\n")
                                 << QByteArray("upgrade") << QByteArray();
    QTest::addRow("websocket not configured") << QByteArray("Connection: Upgrade\r\nUpgrade: websocket\r\n")
                                              << QByteArray("upgrade") << QByteArray();
    QTest::addRow("x-forwarded-for from a stranger")
        << QByteArray("X-Forwarded-For: 10.9.9.9\r\n") << QByteArray("x-forwarded-for")
        << QByteArray("127.0.0.1");
    QTest::addRow("x-forwarded-for removed by Connection")
        << QByteArray("Connection: X-Forwarded-For\r\n") << QByteArray("x-forwarded-for")
        << QByteArray("127.0.0.1");
    QTest::addRow("x-forwarded-prefix")
        << QByteArray("X-Forwarded-Prefix: /admin\r\n") << QByteArray("x-forwarded-prefix") << QByteArray();
    QTest::addRow("x-real-ip") << QByteArray("X-Real-IP: 10.9.9.9\r\n") << QByteArray("x-real-ip")
                               << QByteArray();
    QTest::addRow("look-alike with _")
        << QByteArray("X_Real_IP: 10.9.9.9\r\n") << QByteArray("x_real_ip") << QByteArray();
    QTest::addRow("look-alike with .")
        << QByteArray("X.Forwarded.For: 10.9.9.9\r\n") << QByteArray("x.forwarded.for") << QByteArray();
    QTest::addRow("forwarded") << QByteArray("Forwarded: for=10.9.9.9\r\n") << QByteArray("forwarded")
                               << QByteArray();
    QTest::addRow("client certificate") << QByteArray("X-Forwarded-Client-Cert: Hash=1\r\n")
                                        << QByteArray("x-forwarded-client-cert") << QByteArray();
}

void TestProxyForwarding::headerFields()
{
    QFETCH(QByteArray, sent);
    QFETCH(QByteArray, name);
    QFETCH(QByteArray, arrives);
    RecordingUpstream upstream;
    GatewayFixture gateway(GatewayFixture::spec(upstream.port()));
    RawClient client(gateway.port());
    QCOMPARE(client.ask(get("/", sent.toStdString())).status, 200);
    const RecordedRequest request = upstream.requests().at(0);
    QCOMPARE(request.count(name.toStdString()), arrives.isEmpty() ? std::size_t{0} : std::size_t{1});
    QCOMPARE(request.header(name.toStdString()), arrives.toStdString());
}

void TestProxyForwarding::forwardedFieldsOfTrustedProxies()
{
    RecordingUpstream upstream;
    GatewayFixture gateway("  listeners:\n    - {name: main, address: \"127.0.0.1:0\", protocols: [http1], "
                           "trustedProxies: [127.0.0.0/8, 10.0.0.0/8]}\n" +
                           GatewayFixture::spec(upstream.port()));
    RawClient client(gateway.port());
    QCOMPARE(client
                 .ask(get("/", "X-Forwarded-For: 6.6.6.6, 203.0.113.9, 10.1.1.1\r\n"
                               "X-Forwarded-Proto: https\r\nX-Forwarded-Host: shop.example\r\n"
                               "X-Forwarded-Client-Cert: Hash=1,Hash=2\r\n"))
                 .status,
             200);
    const RecordedRequest request = upstream.requests().at(0);
    // 203.0.113.9 is the first that is not trusted: the client. What it claims of others is hearsay.
    QCOMPARE(request.header("x-forwarded-for"), std::string("203.0.113.9, 10.1.1.1, 127.0.0.1"));
    QCOMPARE(request.header("x-forwarded-proto"), std::string("https"));
    QCOMPARE(request.header("x-forwarded-host"), std::string("shop.example"));
    QCOMPARE(request.header("x-forwarded-client-cert"), std::string("Hash=2"));
}

void TestProxyForwarding::bodies_data()
{
    QTest::addColumn<QByteArray>("framing");
    QTest::addColumn<QByteArray>("sent");
    QTest::addColumn<QByteArray>("arrives");
    QTest::addColumn<QByteArray>("field"); // of the request that arrives
    QTest::addRow("length") << QByteArray("Content-Length: 5\r\n") << QByteArray("hello")
                            << QByteArray("hello") << QByteArray("content-length");
    QTest::addRow("length 0") << QByteArray("Content-Length: 0\r\n") << QByteArray() << QByteArray()
                              << QByteArray("content-length");
    QTest::addRow("chunked") << QByteArray("Transfer-Encoding: chunked\r\n")
                             << QByteArray("5\r\nhello\r\n1;x=y\r\n!\r\n0\r\n\r\n") << QByteArray("hello!")
                             << QByteArray("transfer-encoding");
    QTest::addRow("chunked with a trailer")
        << QByteArray("Transfer-Encoding: chunked\r\n") << QByteArray("2\r\nhi\r\n0\r\nX-Sum: 7\r\n\r\n")
        << QByteArray("hi\nX-Sum: 7") << QByteArray("transfer-encoding");
    QTest::addRow("chunked and empty")
        << QByteArray("Transfer-Encoding: chunked\r\n") << QByteArray("0\r\n\r\n") << QByteArray()
        << QByteArray("transfer-encoding");
    const QByteArray large(300'000, 'z');
    QTest::addRow("large with length")
        << QByteArray("Content-Length: 300000\r\n") << large << large << QByteArray("content-length");
    QTest::addRow("large and chunked")
        << QByteArray("Transfer-Encoding: chunked\r\n") << "493e0\r\n" + large + "\r\n0\r\n\r\n"
        << large << QByteArray("transfer-encoding");
}

void TestProxyForwarding::bodies()
{
    QFETCH(QByteArray, framing);
    QFETCH(QByteArray, sent);
    QFETCH(QByteArray, arrives);
    QFETCH(QByteArray, field);
    RecordingUpstream upstream;
    GatewayFixture gateway(GatewayFixture::spec(upstream.port()));
    RawClient client(gateway.port());
    for (int round = 0; round < 2; ++round) {
        QVERIFY(client.send("POST /b HTTP/1.1\r\nHost: a\r\n" + framing.toStdString() + "\r\n"));
        if (round == 1) { // in two parts, the second time
            QVERIFY(client.send(sent.left(sent.size() / 2).toStdString()));
            QVERIFY(client.send(sent.mid(sent.size() / 2).toStdString()));
        } else {
            QVERIFY(client.send(sent.toStdString()));
        }
        QCOMPARE(client.receive().status, 200);
        const RecordedRequest request = upstream.requests().at(static_cast<std::size_t>(round));
        QVERIFY(request.complete);
        QCOMPARE(request.body, arrives.toStdString());
        QCOMPARE(request.count(field.toStdString()), std::size_t{1});
        QCOMPARE(request.count("content-length") + request.count("transfer-encoding"), std::size_t{1});
    }
    QCOMPARE(upstream.connections(), 1);
}

void TestProxyForwarding::responses_data()
{
    QTest::addColumn<QByteArray>("method");
    QTest::addColumn<QByteArray>("response");
    QTest::addColumn<int>("status");
    QTest::addColumn<QByteArray>("body");
    QTest::addColumn<QByteArray>("header"); // `name=value`, must be there
    QTest::addColumn<bool>("upstreamReused");
    const auto row = [](const char* name, const char* method, const QByteArray& response, int status,
                        const QByteArray& body, const QByteArray& header, bool reused) {
        QTest::addRow("%s", name) << QByteArray(method) << response << status << body << header << reused;
    };
    row("length", "GET", "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nX-A: b\r\n\r\nabc", 200, "abc", "x-a=b",
        true);
    row("chunked", "GET",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;q\r\nde\r\n0\r\n\r\n", 200,
        "abcde", "transfer-encoding=chunked", true);
    row("trailers", "GET",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nX-Sum: 9\r\n\r\n", 200, "abc",
        "trailer:x-sum=9", true);
    row("until close", "GET", "HTTP/1.1 200 OK\r\n\r\nall of it", 200, "all of it",
        "transfer-encoding=chunked", false);
    row("HTTP/1.0 upstream", "GET", "HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nhi", 200, "hi",
        "content-length=2", false);
    row("connection close", "GET", "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nhi", 200,
        "hi", "content-length=2", false);
    row("HEAD with a length", "HEAD", "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n", 200, "",
        "content-length=1000", true);
    row("HEAD chunked", "HEAD", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", 200, "", "", true);
    row("204", "DELETE", "HTTP/1.1 204 No Content\r\n\r\n", 204, "", "", true);
    row("304 with a length", "GET", "HTTP/1.1 304 Not Modified\r\nContent-Length: 77\r\nETag: \"x\"\r\n\r\n",
        304, "", "etag=\"x\"", true);
    row("500 is passed on", "GET", "HTTP/1.1 500 Oh\r\nContent-Length: 1\r\n\r\n!", 500, "!", "", true);
    row("hop-by-hop fields stay behind", "GET",
        "HTTP/1.1 200 OK\r\nConnection: X-Hop\r\nX-Hop: 1\r\nContent-Length: 0\r\nX-Stay: 2\r\n\r\n", 200, "",
        "x-stay=2", true);
}

void TestProxyForwarding::responses()
{
    QFETCH(QByteArray, method);
    QFETCH(QByteArray, response);
    QFETCH(int, status);
    QFETCH(QByteArray, body);
    QFETCH(QByteArray, header);
    QFETCH(bool, upstreamReused);
    RecordingUpstream upstream([&](UpstreamPeer& peer) {
        while (peer.next()) {
            peer.send(response.toStdString());
            if (!upstreamReused && !response.contains("Content-Length"))
                return; // closes
        }
    });
    GatewayFixture gateway(GatewayFixture::spec(upstream.port()));
    RawClient client(gateway.port());
    for (int i = 0; i < 2; ++i) {
        const std::string request = method.toStdString() + " / HTTP/1.1\r\nHost: a\r\n\r\n";
        const RawResponse received = client.ask(request, method.toStdString());
        QCOMPARE(received.status, status);
        QVERIFY(received.complete);
        QCOMPARE(received.body, body.toStdString());
        QVERIFY(received.header("connection").empty());
        QVERIFY(received.header("x-hop").empty());
        if (!header.isEmpty()) {
            const auto equals = header.indexOf('=');
            QCOMPARE(received.header(header.left(equals).toStdString()),
                     header.mid(equals + 1).toStdString());
        }
    }
    QCOMPARE(upstream.connections(), upstreamReused ? 1 : 2);
}

void TestProxyForwarding::http10_data()
{
    QTest::addColumn<QByteArray>("request");
    QTest::addColumn<QByteArray>("response");
    QTest::addColumn<QByteArray>("connection"); // of the answer
    const QByteArray length = "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nbody";
    const QByteArray chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nbody\r\n0\r\n\r\n";
    QTest::addRow("closes") << QByteArray("GET / HTTP/1.0\r\n\r\n") << length << QByteArray("close");
    QTest::addRow("keep-alive asked for") << QByteArray("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
                                          << length << QByteArray("keep-alive");
    QTest::addRow("chunked is taken off")
        << QByteArray("GET / HTTP/1.0\r\n\r\n") << chunked << QByteArray("close");
}

void TestProxyForwarding::http10()
{
    QFETCH(QByteArray, request);
    QFETCH(QByteArray, response);
    QFETCH(QByteArray, connection);
    RecordingUpstream upstream(RecordingUpstream::answering(response.toStdString()));
    GatewayFixture gateway(GatewayFixture::spec(upstream.port()));
    RawClient client(gateway.port());
    const RawResponse received = client.ask(request.toStdString());
    QCOMPARE(received.status, 200);
    QCOMPARE(received.body, std::string("body"));
    QVERIFY(received.header("transfer-encoding").empty());
    QCOMPARE(received.header("connection"), connection.toStdString());
    if (connection == "close")
        QVERIFY(client.isClosedByPeer());
    else
        QCOMPARE(client.ask(request.toStdString()).status, 200);
}

void TestProxyForwarding::expectContinue()
{
    RecordingUpstream upstream;
    GatewayFixture gateway(GatewayFixture::spec(upstream.port()));
    RawClient client(gateway.port());
    QVERIFY(client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n"));
    QCOMPARE(client.receiveBytes(25), std::string("HTTP/1.1 100 Continue\r\n\r\n"));
    QVERIFY(client.send("hello"));
    QCOMPARE(client.receive().status, 200);
    QCOMPARE(upstream.requests().at(0).body, std::string("hello"));
    QCOMPARE(upstream.requests().at(0).count("expect"), std::size_t{0});
    // A client that does not wait gets no 100.
    const RawResponse response =
        client.ask("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\nhello");
    QCOMPARE(response.status, 200);
    QVERIFY(client.interims().empty());
}

void TestProxyForwarding::removedFieldsStandInNoTrailer_data()
{
    QTest::addColumn<QByteArray>("mode");
    QTest::addColumn<bool>("removed");
    QTest::addRow("enforce") << QByteArray("enforce") << true;
    QTest::addRow("shadow") << QByteArray("shadow") << false;
}

void TestProxyForwarding::removedFieldsStandInNoTrailer()
{
    QFETCH(QByteArray, mode);
    QFETCH(bool, removed);
    RecordingUpstream upstream;
    GatewayFixture gateway(GatewayFixture::spec(upstream.port(), "5s",
                                                "  policies: [{name: out, type: headers, mode: " + mode +
                                                    ", config: {request: {remove: [X-Debug]}}}]\n"));
    RawClient client(gateway.port());
    QCOMPARE(client
                 .ask("POST / HTTP/1.1\r\nHost: a\r\nX_Debug: head\r\nTransfer-Encoding: chunked\r\n\r\n"
                      "2\r\nhi\r\n0\r\nX-Sum: 9\r\nX-Debug: one\r\nx_debug: two\r\n\r\n")
                 .status,
             200);
    const std::string seen = upstream.bytes();
    QVERIFY(seen.find("X-Sum: 9\r\n") != std::string::npos);
    for (const char* value : {": head", ": one", ": two"})
        QCOMPARE(seen.find(value) == std::string::npos, removed);
}

void TestProxyForwarding::interimResponses()
{
    RecordingUpstream upstream(RecordingUpstream::answering(
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n" + ok("late")));
    GatewayFixture gateway(GatewayFixture::spec(upstream.port()));
    RawClient client(gateway.port());
    QCOMPARE(client.ask(get("/")).body, std::string("late"));
    QCOMPARE(client.interims().size(), std::size_t{1}); // nobody asked for the 100
    QCOMPARE(client.interims()[0].status, 103);
    QCOMPARE(client.interims()[0].header("link"), std::string("</a.css>"));
    RawClient old(gateway.port());
    QCOMPARE(old.ask("GET / HTTP/1.0\r\n\r\n").body, std::string("late"));
    QVERIFY(old.interims().empty());
}

void TestProxyForwarding::interimResponsesTellNothingElse_data()
{
    QTest::addColumn<QByteArray>("interim");
    QTest::addColumn<QByteArray>("policy");
    QTest::addColumn<QByteArray>("passed"); // the head without its status line; `-`: nothing
    const QByteArray fields = "Server: app/1.2\r\nLink: </a.css>\r\nX-Internal: 10.0.0.1\r\n"
                              "Set-Cookie: a=b\r\nLINK: </b.css>\r\n\r\n";
    const QByteArray early = "HTTP/1.1 103 Early Hints\r\n" + fields;
    QTest::addRow("hints") << early << QByteArray("remove: [X-Internal]")
                           << QByteArray("Link: </a.css>\r\nLINK: </b.css>\r\n\r\n");
    QTest::addRow("removed hints") << early << QByteArray("remove: [Link]") << QByteArray("-");
    QTest::addRow("hints of a policy's own")
        << early << QByteArray("set: {Link: </c.css>, X-A: b}") << QByteArray("Link: </c.css>\r\n\r\n");
    QTest::addRow("no hints") << QByteArray("HTTP/1.1 103 Early Hints\r\nServer: app/1.2\r\n\r\n")
                              << QByteArray("remove: [X-Internal]") << QByteArray("-");
    QTest::addRow("another status") << "HTTP/1.1 102 Processing\r\n" + fields
                                    << QByteArray("remove: [X-Internal]") << QByteArray("\r\n");
}

void TestProxyForwarding::interimResponsesTellNothingElse()
{
    QFETCH(QByteArray, interim);
    QFETCH(QByteArray, policy);
    QFETCH(QByteArray, passed);
    RecordingUpstream upstream(RecordingUpstream::answering(interim.toStdString() + ok("late")));
    GatewayFixture gateway(GatewayFixture::spec(
        upstream.port(), "5s",
        "  policies: [{name: out, type: headers, config: {response: {" + policy + "}}}]\n"));
    RawClient client(gateway.port());
    QCOMPARE(client.ask(get("/")).body, std::string("late"));
    QCOMPARE(client.interims().size(), std::size_t{passed == "-" ? 0U : 1U});
    if (passed != "-") {
        const std::string& head = client.interims()[0].head;
        QCOMPARE(head.substr(head.find("\r\n") + 2), passed.toStdString());
    }
}

void TestProxyForwarding::absoluteForm()
{
    RecordingUpstream upstream;
    GatewayFixture gateway(GatewayFixture::spec(upstream.port()));
    RawClient client(gateway.port());
    QCOMPARE(client.ask("GET http://api.example/x?y HTTP/1.1\r\nHost: api.example\r\n\r\n").status, 200);
    QCOMPARE(upstream.requests().at(0).target, std::string("/x?y"));
    QCOMPARE(upstream.requests().at(0).header("host"), std::string("api.example"));
}

void TestProxyForwarding::connectionClose()
{
    RecordingUpstream upstream;
    GatewayFixture gateway(GatewayFixture::spec(upstream.port()));
    RawClient client(gateway.port());
    const RawResponse response = client.ask(get("/", "Connection: close\r\n") + get("/never"));
    QCOMPARE(response.status, 200);
    QCOMPARE(response.header("connection"), std::string("close"));
    QVERIFY(client.isClosedByPeer());
    QCOMPARE(upstream.requests().size(), std::size_t{1});
}

void TestProxyForwarding::halfClosedClientGetsItsAnswer()
{
    Gate asked;
    Gate mayAnswer;
    RecordingUpstream upstream([&](UpstreamPeer& peer) {
        peer.next();
        asked.open();
        mayAnswer.wait();
        peer.send(ok("still here"));
        peer.next();
    });
    GatewayFixture gateway(GatewayFixture::spec(upstream.port()));
    RawClient client(gateway.port());
    QVERIFY(client.send(get("/")));
    client.finishSending();
    QVERIFY(asked.wait());
    mayAnswer.open();
    const RawResponse response = client.receive();
    QCOMPARE(response.body, std::string("still here"));
    QVERIFY(client.isClosedByPeer());
}

void TestProxyForwarding::bothDirectionsAtOnce()
{
    // The upstream answers each piece as it comes, long before the request's end.
    RecordingUpstream upstream([](UpstreamPeer& peer) {
        if (!peer.nextHead())
            return;
        peer.send("HTTP/1.1 200 OK\r\nContent-Length: 30\r\n\r\n");
        for (std::size_t echoed = 0; echoed < 30;) {
            const std::string piece = peer.receive();
            if (piece.empty())
                return;
            peer.send(piece);
            echoed += piece.size();
        }
        peer.next();
    });
    GatewayFixture gateway(GatewayFixture::spec(upstream.port()));
    RawClient client(gateway.port());
    QVERIFY(client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 30\r\n\r\n"));
    std::string answer;
    for (const char* piece : {"one-one-on", "two-two-tw", "three-thre"}) {
        QVERIFY(client.send(piece));
        while (answer.find(piece) == std::string::npos) {
            const std::string more = client.receiveBytes(1);
            QVERIFY(!more.empty());
            answer += more;
        }
    }
    QVERIFY(answer.ends_with("one-one-ontwo-two-twthree-thre"));
}

void TestProxyForwarding::routesAndMethods()
{
    RecordingUpstream upstream;
    GatewayFixture gateway(
        "  upstreams: [{name: app, endpoints: [{address: \"127.0.0.1:" + QByteArray::number(upstream.port()) +
        "\"}]}]\n"
        "  routes:\n"
        "    - {name: read, match: {methods: [GET, HEAD], path: \"/v1/accounts/{id}\"}, "
        "upstream: app}\n");
    RawClient client(gateway.port());
    QCOMPARE(client.ask(get("/v1/accounts/7")).status, 200);
    const RawResponse missing = client.ask(get("/v2"));
    QCOMPARE(missing.status, 404);
    QCOMPARE(missing.header("content-type"), std::string("application/problem+json"));
    QVERIFY(missing.body.find("urn:postern:problem:no-route") != std::string::npos);
    const RawResponse wrong =
        client.ask("POST /v1/accounts/7 HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc");
    QCOMPARE(wrong.status, 405);
    QCOMPARE(wrong.header("allow"), std::string("GET, HEAD"));
    const RawResponse head = client.ask("HEAD /v2 HTTP/1.1\r\nHost: a\r\n\r\n", "HEAD");
    QCOMPARE(head.status, 404);
    QVERIFY(head.header("content-length") != "0");
    // None of them cost the connection, and none reached the upstream.
    QCOMPARE(client.ask(get("/v1/accounts/8")).status, 200);
    QCOMPARE(upstream.requests().size(), std::size_t{2});
}

void TestProxyForwarding::recordAndMetrics()
{
    RecordingUpstream upstream;
    GatewayFixture gateway(GatewayFixture::spec(upstream.port()));
    RawClient client(gateway.port());
    QCOMPARE(client.ask("POST /x?secret=1 HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc").status, 200);
    const QJsonObject line = gateway.waitForLog(1);
    QCOMPARE(line.value(u"route").toString(), QStringLiteral("all"));
    QCOMPARE(line.value(u"method").toString(), QStringLiteral("POST"));
    QCOMPARE(line.value(u"path").toString(), QStringLiteral("/x"));
    QCOMPARE(line.value(u"code").toInt(), 200);
    QCOMPARE(line.value(u"bytes_in").toInt(), 3);
    QCOMPARE(line.value(u"bytes_out").toInt(), 2);
    QCOMPARE(line.value(u"ended").toString(), QStringLiteral("complete"));
    QVERIFY(line.contains(u"upstream_ms"));
    const std::string total =
        "postern_requests_total{api=\"payments/accounts\",route=\"all\",method=\"POST\",code=\"200\"}";
    QCOMPARE(gateway.metric(total).value_or(-1), 1.0);
    QCOMPARE(gateway.metric("postern_connections{api=\"payments/accounts\",listener=\"main\"}").value_or(-1),
             1.0);
    QCOMPARE(gateway.metric("postern_requests_in_flight{api=\"payments/accounts\"}").value_or(-1), 0.0);
    QCOMPARE(
        gateway
            .metric(
                "postern_upstream_endpoints{api=\"payments/accounts\",upstream=\"app\",state=\"healthy\"}")
            .value_or(-1),
        1.0);
}

QTEST_GUILESS_MAIN(TestProxyForwarding)
#include "tst_proxy_forwarding.moc"
