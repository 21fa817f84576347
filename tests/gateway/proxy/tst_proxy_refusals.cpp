#include "tests/support/gateway/gateway_fixture.h"
#include "tests/support/raw_client.h"
#include "tests/support/recording_upstream.h"

#include <QRegularExpression>
#include <QTest>

#include <algorithm>

using namespace postern;
using namespace postern::test;

namespace {

QByteArray refusals(const QByteArray& reason)
{
    return "postern_requests_refused_total{api=\"payments/accounts\",listener=\"main\",reason=\"" + reason +
           "\"}";
}

/// True when every sample of postern_requests_total is 0: those of a route's methods are there from the
/// beginning.
bool countsNoRequest(const std::string& metrics)
{
    const QStringList lines = QString::fromStdString(metrics).split(u'\n');
    const QStringList samples =
        lines.filter(QRegularExpression(QStringLiteral("^postern_requests_total\\{")));
    return !samples.isEmpty() && std::ranges::all_of(samples, [](const QString& sample) {
        return sample.endsWith(QLatin1String("} 0"));
    });
}

} // namespace

/// SECURITY, "Requests that lie about themselves", HTTP/1.1: through a real listener, asserting what reached
/// a real upstream.
class TestProxyRefusals : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void heads_data();
    void heads();
    void bodies_data();
    void bodies();
    void bodyFaultsAfterTheHeadWentOn();
    void limits_data();
    void limits();
    void onePathForAll_data();
    void onePathForAll();
    void slowHeadIsAnswered408();
    void slowBodyIsAnswered408();
    void answerIsReadableWithAnUnreadBody();
    void bodyOfARefusedRequestIsNoRequest_data();
    void bodyOfARefusedRequestIsNoRequest();
    void truncatedBodyNeverLooksWhole();
    void managedFieldsAreOurs_data();
    void managedFieldsAreOurs();
    void managedFieldsInTrailersStayBehind();
    void shadowManagesNothing();
    void bodyOfAnEarlyAnswerIsNoRequest_data();
    void bodyOfAnEarlyAnswerIsNoRequest();
};

void TestProxyRefusals::heads_data()
{
    QTest::addColumn<QByteArray>("request");
    QTest::addColumn<int>("status");
    QTest::addColumn<QByteArray>("reason");
    const auto row = [](const char* name, const QByteArray& request, int status, const char* reason) {
        QTest::addRow("%s", name) << request << status << QByteArray(reason);
    };
    const auto post = [](const QByteArray& fields, const QByteArray& body = {}) {
        return "POST / HTTP/1.1\r\nHost: a\r\n" + fields + "\r\n" + body;
    };
    const QByteArray smuggled = "GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n";

    row("CL.TE", post("Content-Length: 6\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\nG"), 400,
        "length-and-encoding");
    row("TE.CL", post("Transfer-Encoding: chunked\r\nContent-Length: 4\r\n", "0\r\n\r\n" + smuggled), 400,
        "length-and-encoding");
    row("TE.0", post("Transfer-Encoding: chunked\r\nContent-Length: 0\r\n", smuggled), 400,
        "length-and-encoding");
    row("two lengths", post("Content-Length: 5\r\nContent-Length: 6\r\n", "hello"), 400,
        "content-length-repeated");
    row("two equal lengths", post("Content-Length: 5\r\nContent-Length: 5\r\n", "hello"), 400,
        "content-length-repeated");
    row("empty length", post("Content-Length: \r\n"), 400, "content-length-malformed");
    row("signed length", post("Content-Length: +5\r\n", "hello"), 400, "content-length-malformed");
    row("negative length", post("Content-Length: -1\r\n"), 400, "content-length-malformed");
    row("listed length", post("Content-Length: 5, 5\r\n", "hello"), 400, "content-length-malformed");
    row("hexadecimal length", post("Content-Length: 0x5\r\n", "hello"), 400, "content-length-malformed");
    row("overflowing length", post("Content-Length: 18446744073709551621\r\n", "hello"), 400,
        "content-length-malformed");
    row("Chunked", post("Transfer-Encoding: Chunked\r\n", "0\r\n\r\n"), 400, "transfer-encoding-malformed");
    row("CHUNKED", post("Transfer-Encoding: CHUNKED\r\n", "0\r\n\r\n"), 400, "transfer-encoding-malformed");
    row("tab before chunked", post("Transfer-Encoding:\tchunked\r\n"), 400, "transfer-encoding-malformed");
    row("two spaces before chunked", post("Transfer-Encoding:  chunked\r\n"), 400,
        "transfer-encoding-malformed");
    row("space after chunked", post("Transfer-Encoding: chunked \r\n"), 400, "transfer-encoding-malformed");
    row("quoted chunked", post("Transfer-Encoding: \"chunked\"\r\n"), 400, "transfer-encoding-malformed");
    row("chunked with a parameter", post("Transfer-Encoding: chunked;q=1\r\n"), 400,
        "transfer-encoding-malformed");
    row("empty coding", post("Transfer-Encoding: \r\n"), 400, "transfer-encoding-malformed");
    row("chunked behind a comma", post("Transfer-Encoding: ,chunked\r\n"), 400,
        "transfer-encoding-malformed");
    row("identity", post("Transfer-Encoding: identity\r\n"), 501, "transfer-encoding-unsupported");
    row("gzip, chunked", post("Transfer-Encoding: gzip, chunked\r\n"), 501, "transfer-encoding-unsupported");
    row("folded coding", post("Transfer-Encoding:\r\n chunked\r\n"), 400, "header-folded");
    row("look-alike encoding", post("Transfer_Encoding: chunked\r\n"), 400, "header-look-alike");
    row("look-alike with a dot", post("Transfer.Encoding: chunked\r\n"), 400, "header-look-alike");
    row("tab before the colon", post("Transfer-Encoding\t: chunked\r\n"), 400, "header-space-before-colon");
    row("space before the length's colon", post("Content-Length : 5\r\n", "hello"), 400,
        "header-space-before-colon");
    row("length with a tab inside", post("Content-Length: 1\t5\r\n"), 400, "content-length-malformed");
    row("length with a decimal point", post("Content-Length: 5.0\r\n"), 400, "content-length-malformed");
    row("length in full-width digits", post("Content-Length: \xef\xbc\x95\r\n"), 400,
        "content-length-malformed");
    row("length of 2^64", post("Content-Length: 18446744073709551616\r\n"), 400, "content-length-malformed");
    row("xchunked", post("Transfer-Encoding: xchunked\r\n"), 501, "transfer-encoding-unsupported");
    row("gzip alone", post("Transfer-Encoding: gzip\r\n"), 501, "transfer-encoding-unsupported");
    row("chunked twice", post("Transfer-Encoding: chunked, chunked\r\n"), 400, "transfer-encoding-malformed");
    row("chunked on two lines", post("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n"), 400,
        "transfer-encoding-malformed");
    row("not ending in chunked", post("Transfer-Encoding: chunked, gzip\r\n"), 400,
        "transfer-encoding-malformed");
    row("space before the colon", post("Transfer-Encoding : chunked\r\n"), 400, "header-space-before-colon");
    row("vertical tab", post("Transfer-Encoding: \vchunked\r\n"), 400, "header-control-character");
    row("encoding in HTTP/1.0", "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400,
        "transfer-encoding-version");
    row("look-alike framing", post("Content_Length: 5\r\n", "hello"), 400, "header-look-alike");
    row("folded line", "GET / HTTP/1.1\r\nHost: a\r\nX-A: b\r\n c\r\n\r\n", 400, "header-folded");
    row("folded first line", "GET / HTTP/1.1\r\n Host: a\r\n\r\n", 400, "header-folded");
    row("folded with a tab", "GET / HTTP/1.1\r\nHost: a\r\nX-A: b\r\n\tc\r\n\r\n", 400, "header-folded");
    row("folded last line", "GET / HTTP/1.1\r\nHost: a\r\n \r\n\r\n", 400, "header-folded");
    row("folded Host", "GET / HTTP/1.1\r\nHost:\r\n a\r\n\r\n", 400, "header-folded");
    row("folded length", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length:\r\n 5\r\n\r\nhello", 400,
        "header-folded");
    row("bare CR before a field", "GET / HTTP/1.1\r\nHost: a\r\rX-A: b\r\n\r\n", 400, "bare-carriage-return");
    row("bare CR in the request line", "GET /\r HTTP/1.1\r\nHost: a\r\n\r\n", 400, "bare-carriage-return");
    row("bare CR in a value", "GET / HTTP/1.1\r\nHost: a\r\nX-A: b\rc\r\n\r\n", 400, "bare-carriage-return");
    row("bare LF", "GET / HTTP/1.1\nHost: a\n\n", 400, "bare-line-feed");
    row("bare LF in the fields", "GET / HTTP/1.1\r\nHost: a\nX-A: b\r\n\r\n", 400, "bare-line-feed");
    row("NUL", QByteArrayLiteral("GET / HTTP/1.1\r\nHost: a\r\nX-A: b\0c\r\n\r\n"), 400,
        "header-control-character");
    row("DEL", "GET / HTTP/1.1\r\nHost: a\r\nX-A: b\x7f\r\n\r\n", 400, "header-control-character");
    row("bell in a name", "GET / HTTP/1.1\r\nHost: a\r\nX\x07: b\r\n\r\n", 400, "header-control-character");
    row("NUL in a name", QByteArrayLiteral("GET / HTTP/1.1\r\nHost: a\r\nX\0A: b\r\n\r\n"), 400,
        "header-control-character");
    row("name beyond ASCII", "GET / HTTP/1.1\r\nHost: a\r\nX-\xc3\xa4: b\r\n\r\n", 400,
        "header-name-malformed");
    row("space in a name", "GET / HTTP/1.1\r\nHost: a\r\nX A: b\r\n\r\n", 400, "header-name-malformed");
    row("empty name", "GET / HTTP/1.1\r\nHost: a\r\n: b\r\n\r\n", 400, "header-name-malformed");
    row("name with a bracket", "GET / HTTP/1.1\r\nHost: a\r\nX(A): b\r\n\r\n", 400, "header-name-malformed");
    row("line without a colon", "GET / HTTP/1.1\r\nHost: a\r\nnonsense\r\n\r\n", 400,
        "header-name-malformed");
    row("no Host", "GET / HTTP/1.1\r\n\r\n", 400, "host-missing");
    row("two Hosts", "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400, "host-repeated");
    row("Host listed", "GET / HTTP/1.1\r\nHost: a, b\r\n\r\n", 400, "host-malformed");
    row("Host with a bad port", "GET / HTTP/1.1\r\nHost: a:x\r\n\r\n", 400, "host-malformed");
    row("Host with a space", "GET / HTTP/1.1\r\nHost: a b\r\n\r\n", 400, "host-malformed");
    row("Host with an open bracket", "GET / HTTP/1.1\r\nHost: [::1\r\n\r\n", 400, "host-malformed");
    row("Host against the target's port", "GET http://a:81/ HTTP/1.1\r\nHost: a:82\r\n\r\n", 400,
        "host-mismatch");
    row("user in the target", "GET http://u:p@a/ HTTP/1.1\r\nHost: a\r\n\r\n", 400, "target-userinfo");
    row("Host with a path", "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", 400, "host-malformed");
    row("Host with a user", "GET / HTTP/1.1\r\nHost: u@a\r\n\r\n", 400, "host-malformed");
    row("Host against the target", "GET http://b/ HTTP/1.1\r\nHost: a\r\n\r\n", 400, "host-mismatch");
    row("HTTP/0.9", "GET /\r\n\r\n", 400, "request-line-malformed");
    row("HTTP/2.0", "GET / HTTP/2.0\r\nHost: a\r\n\r\n", 505, "version-unsupported");
    row("HTTP/1.2", "GET / HTTP/1.2\r\nHost: a\r\n\r\n", 505, "version-unsupported");
    row("lower-case version", "GET / http/1.1\r\nHost: a\r\n\r\n", 400, "version-malformed");
    row("HTTP/1", "GET / HTTP/1\r\nHost: a\r\n\r\n", 400, "version-malformed");
    row("HTTP/01.1", "GET / HTTP/01.1\r\nHost: a\r\n\r\n", 400, "version-malformed");
    row("HTTP/3.0", "GET / HTTP/3.0\r\nHost: a\r\n\r\n", 505, "version-unsupported");
    row("HTTP/2 preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505, "version-unsupported");
    row("HTTP/1.1x", "GET / HTTP/1.1x\r\nHost: a\r\n\r\n", 400, "version-malformed");
    row("space in the target", "GET /a b HTTP/1.1\r\nHost: a\r\n\r\n", 400, "request-line-malformed");
    row("two spaces", "GET  / HTTP/1.1\r\nHost: a\r\n\r\n", 400, "request-line-malformed");
    row("tab for a space", "GET\t/ HTTP/1.1\r\nHost: a\r\n\r\n", 400, "method-malformed");
    row("method with a brace", "G{T / HTTP/1.1\r\nHost: a\r\n\r\n", 400, "method-malformed");
    row("long method", QByteArray(64, 'A') + " / HTTP/1.1\r\nHost: a\r\n\r\n", 400, "method-malformed");
    row("CONNECT", "CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n", 501, "method-refused");
    row("TRACE", "TRACE / HTTP/1.1\r\nHost: a\r\n\r\n", 501, "method-refused");
    row("unknown expectation", post("Expect: 200-ok\r\nContent-Length: 0\r\n"), 417,
        "expectation-unsupported");
    row("obfuscated expectation", post("Expect: x 100-continue\r\nContent-Length: 0\r\n"), 417,
        "expectation-unsupported");
    row("two expectations", post("Expect: 100-continue\r\nExpect: 100-continue\r\nContent-Length: 0\r\n"),
        417, "expectation-unsupported");
    row("listed expectation", post("Expect: 100-continue, x\r\nContent-Length: 0\r\n"), 417,
        "expectation-unsupported");
    row("expectation with a parameter", post("Expect: 100-continue;x=1\r\nContent-Length: 0\r\n"), 417,
        "expectation-unsupported");
    row("fragment", "GET /a#b HTTP/1.1\r\nHost: a\r\n\r\n", 400, "target-fragment");
    row("above the root", "GET /../etc HTTP/1.1\r\nHost: a\r\n\r\n", 400, "path-above-root");
    row("above the root, encoded", "GET /a/%2e%2e/%2e%2e/b HTTP/1.1\r\nHost: a\r\n\r\n", 400,
        "path-above-root");
    row("encoded slash", "GET /a%2Fb HTTP/1.1\r\nHost: a\r\n\r\n", 400, "path-encoded-separator");
    row("encoded backslash", "GET /a%5cb HTTP/1.1\r\nHost: a\r\n\r\n", 400, "path-encoded-separator");
    row("double encoding", "GET /a%252e%252e/b HTTP/1.1\r\nHost: a\r\n\r\n", 400, "path-double-encoding");
    row("empty segment", "GET /a//b HTTP/1.1\r\nHost: a\r\n\r\n", 400, "path-empty-segment");
    row("path parameter", "GET /a;x=1/b HTTP/1.1\r\nHost: a\r\n\r\n", 400, "path-parameter");
    row("invalid UTF-8", "GET /%ff HTTP/1.1\r\nHost: a\r\n\r\n", 400, "path-not-utf8");
    row("overlong UTF-8", "GET /%c0%ae HTTP/1.1\r\nHost: a\r\n\r\n", 400, "path-not-utf8");
    row("nothing like HTTP", QByteArrayLiteral("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\r\n\r\n"), 400,
        "method-malformed");
}

void TestProxyRefusals::heads()
{
    QFETCH(QByteArray, request);
    QFETCH(int, status);
    QFETCH(QByteArray, reason);
    RecordingUpstream upstream;
    GatewayFixture gateway(GatewayFixture::spec(upstream.port()));
    RawClient client(gateway.port());
    // What stands behind a refused head is never taken for a request.
    const RawResponse response =
        client.ask(request.toStdString() + "GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n");
    QCOMPARE(response.status, status);
    QVERIFY(response.complete);
    QCOMPARE(response.header("connection"), std::string("close"));
    QCOMPARE(response.header("content-type"), std::string("application/problem+json"));
    QVERIFY2(response.body.find("urn:postern:problem:" + reason.toStdString() + "\"") != std::string::npos,
             response.body.c_str());
    QVERIFY(client.isClosedByPeer());
    QCOMPARE(upstream.bytes(), std::string());
    QCOMPARE(gateway.waitForLog(1).value(u"ended").toString(), QStringLiteral("refused"));
    QCOMPARE(gateway.log().size(), 1);
    QTRY_COMPARE(gateway.metric(refusals(reason).toStdString()).value_or(0), 1.0);
    QVERIFY(countsNoRequest(gateway.metrics()));
}

void TestProxyRefusals::bodies_data()
{
    QTest::addColumn<QByteArray>("body");
    QTest::addColumn<QByteArray>("reason");
    const auto row = [](const char* name, const QByteArray& body, const char* reason) {
        QTest::addRow("%s", name) << body << QByteArray(reason);
    };
    row("size overflow", "ffffffffffffffff1\r\nx\r\n0\r\n\r\n", "chunk-size-too-large");
    row("negative size", "-1\r\nx\r\n0\r\n\r\n", "chunk-size-malformed");
    row("0x", "0x5\r\nhello\r\n0\r\n\r\n", "chunk-size-malformed");
    row("no digits", "\r\nhello\r\n0\r\n\r\n", "chunk-size-malformed");
    row("space before the size", " 5\r\nhello\r\n0\r\n\r\n", "chunk-size-malformed");
    row("plus sign", "+5\r\nhello\r\n0\r\n\r\n", "chunk-size-malformed");
    row("underscore in the size", "0_5\r\nhello\r\n0\r\n\r\n", "chunk-size-malformed");
    row("bare LF behind the size", "5\nhello\r\n0\r\n\r\n", "bare-line-feed");
    row("bare LF behind an extension", "5;a\nhello\r\n0\r\n\r\n", "bare-line-feed");
    row("bare CR in an extension", "5;a\rb\r\nhello\r\n0\r\n\r\n", "bare-carriage-return");
    row("NUL in an extension", QByteArray("5;a\0b\r\nhello\r\n0\r\n\r\n", 20), "chunk-extension-malformed");
    row("bare LF behind the data", "5\r\nhello\n0\r\n\r\n", "chunk-terminator-missing");
    row("bare LF behind the last chunk", "5\r\nhello\r\n0\n\n", "bare-line-feed");
    row("many small extensions",
        QByteArray("1;" + QByteArray(200, 'e') + "\r\nx\r\n").repeated(100) + "0\r\n\r\n",
        "chunk-extension-too-large");
    row("missing CRLF", "5\r\nhelloX0\r\n\r\n", "chunk-terminator-missing");
    row("chunk longer than its size", "3\r\nhello\r\n0\r\n\r\n", "chunk-terminator-missing");
    row("oversized extension", "5;" + QByteArray(2000, 'e') + "\r\nhello\r\n0\r\n\r\n",
        "chunk-extension-too-large");
    row("forbidden trailer", "0\r\nContent-Length: 5\r\n\r\n", "trailer-forbidden");
    row("framing in a trailer", "0\r\nTransfer-Encoding: chunked\r\n\r\n", "trailer-forbidden");
    row("Host in a trailer", "0\r\nHost: b\r\n\r\n", "trailer-forbidden");
    row("credentials in a trailer", "0\r\nAuthorization: Bearer x\r\n\r\n", "trailer-forbidden");
    row("managed field in a trailer", "0\r\nX-Forwarded-For: 10.0.0.1\r\n\r\n", "trailer-forbidden");
    row("look-alike in a trailer", "0\r\nContent_Length: 5\r\n\r\n", "trailer-forbidden");
    row("folded trailer", "0\r\nX-A: b\r\n c\r\n\r\n", "trailer-malformed");
    row("bare LF in a trailer", "0\r\nX-A: b\nX-B: c\r\n\r\n", "trailer-malformed");
    row("control character in a trailer", "0\r\nX-A: b\x01\r\n\r\n", "trailer-malformed");
    row("many trailers", "0\r\n" + QByteArray("X-A: b\r\n").repeated(50) + "\r\n", "trailer-too-large");
    row("malformed trailer", "0\r\nX A: 5\r\n\r\n", "trailer-malformed");
}

void TestProxyRefusals::bodies()
{
    QFETCH(QByteArray, body);
    QFETCH(QByteArray, reason);
    RecordingUpstream upstream;
    GatewayFixture gateway(GatewayFixture::spec(upstream.port()));
    RawClient client(gateway.port());
    const RawResponse response =
        client.ask("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n" + body.toStdString() +
                   "GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n");
    QCOMPARE(response.status / 100, 4);
    QCOMPARE(response.header("connection"), std::string("close"));
    QVERIFY2(response.body.find(reason.toStdString()) != std::string::npos, response.body.c_str());
    QVERIFY(client.isClosedByPeer());
    QCOMPARE(gateway.waitForLog(1).value(u"ended").toString(), QStringLiteral("refused"));
    QTRY_COMPARE(gateway.metric(refusals(reason).toStdString()).value_or(0), 1.0);
    // Whatever reached the upstream has no end, and nothing else came.
    QVERIFY(upstream.bytes().find("\r\n0\r\n") == std::string::npos);
    QVERIFY(upstream.bytes().find("smuggled") == std::string::npos);
    for (const RecordedRequest& request : upstream.requests())
        QVERIFY(!request.complete);
}

void TestProxyRefusals::bodyFaultsAfterTheHeadWentOn()
{
    Gate headArrived;
    Gate ended;
    RecordingUpstream upstream([&](UpstreamPeer& peer) {
        if (peer.nextHead()) {
            headArrived.open();
            while (!peer.receive().empty()) {
            }
            ended.open();
        }
    });
    GatewayFixture gateway(GatewayFixture::spec(upstream.port()));
    RawClient client(gateway.port());
    QVERIFY(client.send("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n"));
    QVERIFY(headArrived.wait());
    const RawResponse response = client.ask("zz\r\n");
    QCOMPARE(response.status, 400);
    QCOMPARE(response.header("connection"), std::string("close"));
    QVERIFY(ended.wait()); // the upstream's connection was cut, not reused
    QVERIFY(upstream.bytes().find("\r\n0\r\n") == std::string::npos);
}

void TestProxyRefusals::limits_data()
{
    QTest::addColumn<QByteArray>("request");
    QTest::addColumn<int>("status");
    QTest::addColumn<QByteArray>("names"); // the limit, in the answer's detail
    QByteArray many = "GET / HTTP/1.1\r\nHost: a\r\n";
    for (int i = 0; i < 20; ++i)
        many += "X-" + QByteArray::number(i) + ": 1\r\n";
    QTest::addRow("too many fields") << many + "\r\n" << 431 << QByteArray("limits.headers");
    QTest::addRow("large head") << "GET / HTTP/1.1\r\nHost: a\r\nX-A: " + QByteArray(3000, 'a') + "\r\n\r\n"
                                << 431 << QByteArray("limits.headerBytes");
    QTest::addRow("endless line") << "GET / HTTP/1.1\r\nHost: a\r\nX-A: " + QByteArray(3000, 'a') << 431
                                  << QByteArray("limits.headerBytes");
    QTest::addRow("long target") << "GET /" + QByteArray(600, 'a') + " HTTP/1.1\r\nHost: a\r\n\r\n"
                                 << 414 << QByteArray("limits.uriBytes");
    QTest::addRow("endless target") << "GET /" + QByteArray(3000, 'a') << 414
                                    << QByteArray("limits.uriBytes");
}

void TestProxyRefusals::limits()
{
    QFETCH(QByteArray, request);
    QFETCH(int, status);
    QFETCH(QByteArray, names);
    RecordingUpstream upstream;
    GatewayFixture gateway(GatewayFixture::spec(
        upstream.port(), "5s", "  limits: {headerBytes: 2KiB, headers: 16, uriBytes: 512B}\n"));
    RawClient client(gateway.port());
    const RawResponse response = client.ask(request.toStdString());
    QCOMPARE(response.status, status);
    QVERIFY2(response.body.find(names.toStdString()) != std::string::npos, response.body.c_str());
    QVERIFY(client.isClosedByPeer());
    QCOMPARE(upstream.bytes(), std::string());
}

void TestProxyRefusals::onePathForAll_data()
{
    QTest::addColumn<QByteArray>("sent");
    QTest::addColumn<QByteArray>("arrives");
    QTest::addRow("dots") << QByteArray("/a/./b/../c") << QByteArray("/a/c");
    QTest::addRow("encoded dots") << QByteArray("/a/%2e%2E/c") << QByteArray("/c");
    QTest::addRow("encoded letters") << QByteArray("/%61%2d%7e") << QByteArray("/a-~");
    QTest::addRow("upper-case escapes")
        << QByteArray("/caf%c3%a9?q=%2e%2e") << QByteArray("/caf%C3%A9?q=%2e%2e");
}

void TestProxyRefusals::onePathForAll()
{
    QFETCH(QByteArray, sent);
    QFETCH(QByteArray, arrives);
    RecordingUpstream upstream;
    GatewayFixture gateway(GatewayFixture::spec(upstream.port()));
    RawClient client(gateway.port());
    QCOMPARE(client.ask("GET " + sent.toStdString() + " HTTP/1.1\r\nHost: a\r\n\r\n").status, 200);
    QCOMPARE(upstream.requests().at(0).target, arrives.toStdString());
}

void TestProxyRefusals::slowHeadIsAnswered408()
{
    RecordingUpstream upstream;
    GatewayFixture gateway(GatewayFixture::spec(upstream.port(), "5s", "  limits: {headerTimeout: 150ms}\n"));
    RawClient silent(gateway.port());
    RawClient client(gateway.port());
    QVERIFY(client.send("GET / HTTP/1.1\r\nHo"));
    const RawResponse response = client.receive();
    QCOMPARE(response.status, 408);
    QVERIFY(client.isClosedByPeer());
    QVERIFY(silent.isClosedByPeer()); // said nothing, hears nothing
    QCOMPARE(upstream.bytes(), std::string());
    QTRY_COMPARE(gateway.metric(refusals("head-timeout").toStdString()).value_or(0), 1.0);
}

void TestProxyRefusals::slowBodyIsAnswered408()
{
    RecordingUpstream upstream;
    GatewayFixture gateway(GatewayFixture::spec(upstream.port(), "5s", "  limits: {bodyTimeout: 150ms}\n"));
    RawClient client(gateway.port());
    QVERIFY(client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nhalf"));
    const RawResponse response = client.receive();
    QCOMPARE(response.status, 408);
    QCOMPARE(response.header("connection"), std::string("close"));
    QVERIFY(client.isClosedByPeer());
    QTRY_COMPARE(upstream.requests().size(), std::size_t{1});
    QVERIFY(!upstream.requests().at(0).complete);
    QTRY_COMPARE(gateway.metric(refusals("body-timeout").toStdString()).value_or(0), 1.0);
}

void TestProxyRefusals::answerIsReadableWithAnUnreadBody()
{
    // The client sends half a megabyte before it reads: closing at once would reset it before it could.
    RecordingUpstream upstream;
    GatewayFixture gateway(GatewayFixture::spec(upstream.port()));
    for (int i = 0; i < 20; ++i) {
        RawClient client(gateway.port());
        QVERIFY(client.send("POST /a//b HTTP/1.1\r\nHost: a\r\nContent-Length: 524288\r\n\r\n"));
        QVERIFY(client.send(std::string(524288, 'x')));
        const RawResponse response = client.receive();
        QCOMPARE(response.status, 400);
        QVERIFY(response.complete && !response.reset);
    }
    QCOMPARE(upstream.bytes(), std::string());
}

void TestProxyRefusals::bodyOfARefusedRequestIsNoRequest_data()
{
    QTest::addColumn<QByteArray>("request"); // answered 404 or 405 by the gateway
    QTest::addColumn<bool>("staysOpen");
    const QByteArray hidden = "GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n";
    const QByteArray length = QByteArray::number(hidden.size());
    QTest::addRow("whole small body")
        << "POST /none HTTP/1.1\r\nHost: a\r\nContent-Length: " + length + "\r\n\r\n" + hidden << true;
    QTest::addRow("whole chunked body")
        << "POST /none HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n" +
               QByteArray::number(hidden.size(), 16) + "\r\n" + hidden + "\r\n0\r\n\r\n"
        << true;
    QTest::addRow("large body") << "POST /none HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n" +
                                       hidden
                                << false;
    QTest::addRow("endless chunks")
        << "POST /none HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n" +
               QByteArray::number(hidden.size(), 16) + "\r\n" + hidden + "\r\n"
        << false;
    QTest::addRow("expects 100")
        << "POST /none HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 100"
           "\r\n\r\n" +
               hidden
        << false;
}

void TestProxyRefusals::bodyOfARefusedRequestIsNoRequest()
{
    QFETCH(QByteArray, request);
    QFETCH(bool, staysOpen);
    RecordingUpstream upstream;
    GatewayFixture gateway(
        "  upstreams: [{name: app, endpoints: [{address: \"127.0.0.1:" + QByteArray::number(upstream.port()) +
        "\"}]}]\n"
        "  routes:\n"
        "    - {name: there, match: {path: /there}, upstream: app}\n"
        "    - {name: hidden, match: {path: /smuggled}, upstream: app}\n");
    RawClient client(gateway.port());
    const RawResponse refused = client.ask(request.toStdString());
    QCOMPARE(refused.status, 404);
    QCOMPARE(refused.header("connection"), std::string(staysOpen ? "" : "close"));
    if (staysOpen) {
        QCOMPARE(client.ask("GET /there HTTP/1.1\r\nHost: a\r\n\r\n").status, 200);
    } else {
        client.finishSending();
        QVERIFY(client.isClosedByPeer());
    }
    QVERIFY(upstream.bytes().find("smuggled") == std::string::npos);
}

void TestProxyRefusals::truncatedBodyNeverLooksWhole()
{
    Gate arrived;
    RecordingUpstream upstream([&](UpstreamPeer& peer) {
        peer.next();
        arrived.open();
    });
    GatewayFixture gateway(GatewayFixture::spec(upstream.port()));
    RawClient client(gateway.port());
    QVERIFY(client.send("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n"));
    client.finishSending(); // the last chunk is missing
    QVERIFY(arrived.wait());
    QCOMPARE(upstream.requests().size(), std::size_t{1});
    QVERIFY(!upstream.requests().at(0).complete);
    QCOMPARE(gateway.waitForLog(1).value(u"ended").toString(), QStringLiteral("client_gone"));
    QCOMPARE(gateway.waitForLog(1).value(u"code").toInt(), 499);
}

void TestProxyRefusals::managedFieldsAreOurs_data()
{
    QTest::addColumn<QByteArray>("sent");
    QTest::addColumn<QByteArray>("name"); // as it arrives, in lower case
    QTest::addColumn<QByteArray>("value");
    const auto row = [](const char* name, const QByteArray& sent, const char* field, const char* value) {
        QTest::addRow("%s", name) << sent << QByteArray(field) << QByteArray(value);
    };
    row("set by a policy", "X-User: admin\r\n", "x-user", "nobody");
    row("twice", "X-User: admin\r\nX-User: root\r\n", "x-user", "nobody");
    row("other case", "x-uSER: admin\r\n", "x-user", "nobody");
    row("underscore", "X_User: admin\r\n", "x-user", "nobody");
    row("dot", "X.User: admin\r\n", "x-user", "nobody");
    row("named by Connection", "Connection: X-User\r\nX-User: admin\r\n", "x-user", "nobody");
    row("Connection names what we write", "Connection: X-User, close\r\n", "x-user", "nobody");
    row("Connection names X-Real-IP", "Connection: X-Real-IP\r\nX-Real-IP: 10.0.0.1\r\n", "x-forwarded-for",
        "127.0.0.1");
    row("Connection names X-Forwarded-For", "Connection: X-Forwarded-For\r\nX-Forwarded-For: 10.0.0.1\r\n",
        "x-forwarded-for", "127.0.0.1");
    row("Connection names Host", "Connection: Host\r\n", "host", "a");
    row("Connection names Content-Length", "Connection: Content-Length\r\nContent-Length: 0\r\n",
        "content-length", "0");
    row("Connection names Authorization", "Connection: Authorization\r\nAuthorization: Basic eDp5\r\n",
        "authorization", "Basic eDp5");
}

void TestProxyRefusals::managedFieldsAreOurs()
{
    QFETCH(QByteArray, sent);
    QFETCH(QByteArray, name);
    QFETCH(QByteArray, value);
    RecordingUpstream upstream;
    GatewayFixture gateway(GatewayFixture::spec(
        upstream.port(), "5s",
        "  policies: [{name: user, type: headers, config: {request: {set: {X-User: nobody}}}}]\n"));
    RawClient client(gateway.port());
    QCOMPARE(client.ask("GET / HTTP/1.1\r\nHost: a\r\n" + sent.toStdString() + "\r\n").status, 200);
    const RecordedRequest request = upstream.requests().at(0);
    QCOMPARE(request.count(name.toStdString()), std::size_t{1});
    QCOMPARE(request.header(name.toStdString()), value.toStdString());
    QCOMPARE(request.header("x-user"), std::string("nobody"));
    for (const char* gone : {"x_user", "x.user", "x-real-ip", "connection"})
        QCOMPARE(request.count(gone), std::size_t{0});
    QVERIFY(request.head.find("admin") == std::string::npos &&
            request.head.find("root") == std::string::npos);
}

void TestProxyRefusals::managedFieldsInTrailersStayBehind()
{
    RecordingUpstream upstream;
    GatewayFixture gateway(GatewayFixture::spec(
        upstream.port(), "5s",
        "  policies: [{name: user, type: headers, config: {request: {set: {X-User: nobody}}}}]\n"));
    RawClient client(gateway.port());
    QCOMPARE(client
                 .ask("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n"
                      "X-User: admin\r\nX_User: admin\r\nX-Sum: 7\r\n\r\n")
                 .status,
             200);
    QCOMPARE(upstream.requests().at(0).body, std::string("hi\nX-Sum: 7"));
    QVERIFY(upstream.bytes().find("admin") == std::string::npos);
}

void TestProxyRefusals::shadowManagesNothing()
{
    RecordingUpstream upstream;
    GatewayFixture gateway(GatewayFixture::spec(upstream.port(), "5s",
                                                "  policies: [{name: user, type: headers, mode: shadow, "
                                                "config: {request: {set: {X-User: nobody}}}}]\n"));
    RawClient client(gateway.port());
    QCOMPARE(client.ask("GET / HTTP/1.1\r\nHost: a\r\nX-User: ana\r\n\r\n").status, 200);
    QVERIFY(upstream.bytes().find("X-User: ana\r\n") != std::string::npos);
    QVERIFY(upstream.bytes().find("nobody") == std::string::npos);
}

void TestProxyRefusals::bodyOfAnEarlyAnswerIsNoRequest_data()
{
    QTest::addColumn<QByteArray>("fields");
    QTest::addColumn<QByteArray>("begin"); // of the body, before the answer
    QTest::addRow("length") << QByteArray("Content-Length: 200\r\n")
                            << QByteArray("GET /smuggled HTTP/1.1\r\n");
    QTest::addRow("chunks") << QByteArray("Transfer-Encoding: chunked\r\n")
                            << QByteArray("25\r\nGET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n..\r\n");
    QTest::addRow("expects 100") << QByteArray("Content-Length: 200\r\nExpect: 100-continue\r\n")
                                 << QByteArray();
}

/// The upstream answers on the head alone; what the client sends then is the old body, or nothing.
void TestProxyRefusals::bodyOfAnEarlyAnswerIsNoRequest()
{
    QFETCH(QByteArray, fields);
    QFETCH(QByteArray, begin);
    RecordingUpstream upstream([](UpstreamPeer& peer) {
        if (peer.nextHead())
            peer.send("HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno");
        while (!peer.receive().empty()) {
        }
    });
    GatewayFixture gateway(GatewayFixture::spec(upstream.port()));
    RawClient client(gateway.port());
    const RawResponse response =
        client.ask("POST / HTTP/1.1\r\nHost: a\r\n" + fields.toStdString() + "\r\n" + begin.toStdString());
    QCOMPARE(response.status, 403);
    QCOMPARE(response.header("connection"), std::string("close"));
    client.send("GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n");
    client.finishSending();
    QVERIFY(client.isClosedByPeer());
    QCOMPARE(upstream.connections(), 1);
    QCOMPARE(gateway.waitForLog(1).value(u"code").toInt(), 403);
    QCOMPARE(gateway.log().size(), 1);
    RawClient next(gateway.port()); // a connection that saw half a request is not used again
    QCOMPARE(next.ask("GET / HTTP/1.1\r\nHost: a\r\n\r\n").status, 403);
    QCOMPARE(upstream.connections(), 2);
}

QTEST_GUILESS_MAIN(TestProxyRefusals)
#include "tst_proxy_refusals.moc"
