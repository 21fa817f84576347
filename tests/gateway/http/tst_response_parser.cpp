#include "tests/gateway/http/message_reader.h"

#include <QTest>

using namespace postern;
using namespace postern::test;

/// What an upstream may answer, and what ends as a 502.
class TestResponseParser : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void refuses_data();
    void refuses();
    void accepts_data();
    void accepts();
    void announcedLength();
    void limits_data();
    void limits();
    void anyFragmentationGivesTheSame();
};

namespace {

QByteArray ok(const QByteArray& fields, const QByteArray& body = {})
{
    return "HTTP/1.1 200 OK\r\n" + fields + "\r\n" + body;
}

} // namespace

void TestResponseParser::refuses_data()
{
    QTest::addColumn<QByteArray>("response");
    QTest::addColumn<QByteArray>("reason");
    const auto malformed = [](const char* name, const QByteArray& response) {
        QTest::newRow(name) << response << QByteArray("upstream-head-malformed");
    };
    const auto framing = [](const char* name, const QByteArray& response) {
        QTest::newRow(name) << response << QByteArray("upstream-framing");
    };
    malformed("no status line", "hello\r\n\r\n");
    malformed("0.9", "<html>\n");
    malformed("empty first line", "\r\nHTTP/1.1 200 OK\r\n\r\n");
    malformed("lower-case version", "http/1.1 200 OK\r\n\r\n");
    malformed("version 2", "HTTP/2.0 200 OK\r\n\r\n");
    malformed("status of two digits", "HTTP/1.1 20 OK\r\n\r\n");
    malformed("status of four digits", "HTTP/1.1 2000 OK\r\n\r\n");
    malformed("status 099", "HTTP/1.1 099 OK\r\n\r\n");
    malformed("status 600", "HTTP/1.1 600 OK\r\n\r\n");
    malformed("status text", "HTTP/1.1 abc OK\r\n\r\n");
    malformed("status signed", "HTTP/1.1 +20 OK\r\n\r\n");
    malformed("two spaces", "HTTP/1.1  200 OK\r\n\r\n");
    malformed("control in phrase", "HTTP/1.1 200 O\x01K\r\n\r\n");
    malformed("bare CR in phrase", "HTTP/1.1 200 O\rK\r\n\r\n");
    malformed("bare LF", "HTTP/1.1 200 OK\nA: b\n\n");
    malformed("folded", ok("A: b\r\n c\r\n"));
    malformed("space before colon", ok("A : b\r\n"));
    malformed("nul", ok(QByteArray("A: \0\r\n", 6)));
    malformed("no colon", ok("A\r\n"));
    malformed("look-alike length", ok("Content_Length: 3\r\n", "abc"));
    framing("both lengths", ok("Content-Length: 3\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"));
    framing("two lengths", ok("Content-Length: 3\r\nContent-Length: 4\r\n", "abcd"));
    framing("two equal lengths", ok("Content-Length: 3\r\nContent-Length: 3\r\n", "abc"));
    framing("listed length", ok("Content-Length: 3, 3\r\n", "abc"));
    framing("signed length", ok("Content-Length: +3\r\n", "abc"));
    framing("overflowing length", ok("Content-Length: 18446744073709551619\r\n", "abc"));
    framing("unknown coding", ok("Transfer-Encoding: gzip\r\n", "abc"));
    framing("coded and chunked", ok("Transfer-Encoding: gzip, chunked\r\n", "0\r\n\r\n"));
    framing("chunked twice", ok("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"));
    framing("chunked in 1.0", "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n");
    framing("204 with length", "HTTP/1.1 204 No Content\r\nContent-Length: 3\r\n\r\nabc");
    framing("204 chunked", "HTTP/1.1 204 No Content\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n");
    framing("100 with length", "HTTP/1.1 100 Continue\r\nContent-Length: 3\r\n\r\nabc");
    framing("304 with both", "HTTP/1.1 304 x\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n");
    QTest::newRow("bad chunk") << ok("Transfer-Encoding: chunked\r\n", "x\r\n")
                               << QByteArray("chunk-size-malformed");
    QTest::newRow("cut chunk") << ok("Transfer-Encoding: chunked\r\n", "5\r\nab") << QByteArray("unfinished");
    QTest::newRow("cut body") << ok("Content-Length: 3\r\n", "ab") << QByteArray("unfinished");
    QTest::newRow("cut head") << QByteArray("HTTP/1.1 200 OK\r\nA: b\r\n") << QByteArray("unfinished");
}

void TestResponseParser::refuses()
{
    QFETCH(QByteArray, response);
    QFETCH(QByteArray, reason);
    const Transcript whole = readResponse(view(response));
    QCOMPARE(whole.end, reason);
    QVERIFY(readResponse(view(response), Method::Get, {1, 1}) == whole);
}

void TestResponseParser::accepts_data()
{
    QTest::addColumn<QByteArray>("response");
    QTest::addColumn<QByteArray>("method");
    QTest::addColumn<QByteArray>("heads");
    QTest::addColumn<QByteArray>("body");
    const auto row = [](const char* name, const QByteArray& response, const char* heads, const char* body,
                        const char* method = "GET") {
        QTest::newRow(name) << response << QByteArray(method) << QByteArray(heads) << QByteArray(body);
    };
    row("length", ok("Content-Length: 3\r\n", "abcdef"), "200 OK keep|Content-Length=3", "abc");
    row("chunked", ok("Transfer-Encoding: chunked\r\n", "3\r\nabc\r\n0\r\nT: 1\r\n\r\n"),
        "200 OK keep|Transfer-Encoding=chunked", "abc|T=1");
    row("until close", ok("A: b\r\n", "abc"), "200 OK close|A=b", "abc");
    row("1.0 until close", "HTTP/1.0 200 OK\r\n\r\nabc", "200 OK close", "abc");
    row("1.0 with length", "HTTP/1.0 200 OK\r\nContent-Length: 3\r\n\r\nabc", "200 OK close|Content-Length=3",
        "abc");
    row("1.0 kept", "HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 3\r\n\r\nabc",
        "200 OK keep|Connection=keep-alive|Content-Length=3", "abc");
    row("1.0 kept without length", "HTTP/1.0 200 OK\r\nConnection: keep-alive\r\n\r\nabc",
        "200 OK close|Connection=keep-alive", "abc");
    row("close", ok("Connection: close\r\nContent-Length: 0\r\n"),
        "200 OK close|Connection=close|Content-Length=0", "");
    row("head", ok("Content-Length: 3\r\n"), "200 OK keep|Content-Length=3", "", "HEAD");
    row("head chunked", ok("Transfer-Encoding: chunked\r\n"), "200 OK keep|Transfer-Encoding=chunked", "",
        "HEAD");
    row("head without length", ok(""), "200 OK keep", "", "HEAD");
    row("204", "HTTP/1.1 204 No Content\r\n\r\nextra", "204 No Content keep", "");
    row("204 with zero", "HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n",
        "204 No Content keep|Content-Length=0", "");
    row("304 with length", "HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n",
        "304 Not Modified keep|Content-Length=9", "");
    row("100 and 103 before",
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: a\r\n\r\n" +
            ok("Content-Length: 1\r\n", "x"),
        "100 Continue keep\n103 Early Hints keep|Link=a\n200 OK keep|Content-Length=1", "x");
    row("101", "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: upgrade\r\n\r\n\x81",
        "101 Switching Protocols close|Upgrade=websocket|Connection=upgrade", "");
    row("empty phrase", "HTTP/1.1 200 \r\nContent-Length: 0\r\n\r\n", "200  keep|Content-Length=0", "");
    row("no phrase", "HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n", "200  keep|Content-Length=0", "");
    row("phrase with obs-text", "HTTP/1.1 200 \xd6k ja\r\nContent-Length: 0\r\n\r\n",
        "200 \xd6k ja keep|Content-Length=0", "");
}

void TestResponseParser::accepts()
{
    QFETCH(QByteArray, response);
    QFETCH(QByteArray, method);
    QFETCH(QByteArray, heads);
    QFETCH(QByteArray, body);
    const Method asked = methodFromToken(view(method));
    const Transcript whole = readResponse(view(response), asked);
    QCOMPARE(whole.end, "done");
    QCOMPARE(QByteArrayList(whole.heads.begin(), whole.heads.end()).join('\n'), heads);
    QCOMPARE(whole.bodies.back(), body);
    QVERIFY(readResponse(view(response), asked, {1, 1}) == whole);
}

void TestResponseParser::announcedLength()
{
    ResponseParser parser;
    ResponseHead head;
    const std::string_view text = "HTTP/1.1 200 OK\r\nContent-Length: 42\r\n\r\n";
    QVERIFY(parser.parse(text, {}, Method::Head, head).state == ParseResult::State::Done);
    QVERIFY(head.framing == BodyFraming::None);
    QVERIFY(head.hasLength);
    QCOMPARE(quint64(head.contentLength), quint64(42));
}

void TestResponseParser::limits_data()
{
    QTest::addColumn<QByteArray>("response");
    QTest::newRow("bytes") << ok("A: " + QByteArray(300, 'a') + "\r\n");
    QTest::newRow("status line") << "HTTP/1.1 200 " + QByteArray(300, 'a');
    QTest::newRow("count") << ok("A: 1\r\nA: 2\r\nA: 3\r\n");
}

void TestResponseParser::limits()
{
    QFETCH(QByteArray, response);
    const HeadLimits limits{200, 2, 8192};
    QCOMPARE(readResponse(view(response), Method::Get, {}, limits).end, "upstream-head-too-large");
    QCOMPARE(readResponse(view(response), Method::Get, {7, 3}, limits).end, "upstream-head-too-large");
}

void TestResponseParser::anyFragmentationGivesTheSame()
{
    const QByteArray stream =
        "HTTP/1.1 103 Early Hints\r\nLink: </a>; rel=preload\r\n\r\n" +
        ok("Server: x\r\nTransfer-Encoding: chunked\r\n", "3\r\nabc\r\n0\r\nA: b\r\nC: d\r\n\r\n");
    const Transcript whole = readResponse(view(stream));
    QCOMPARE(whole.end, "done");
    for (std::size_t first = 1; first < static_cast<std::size_t>(stream.size()); ++first)
        QVERIFY(readResponse(view(stream), Method::Get, {first, 0}) == whole);
    for (std::size_t step = 1; step < 30; ++step)
        QVERIFY(readResponse(view(stream), Method::Get, {step, step}) == whole);
}

QTEST_GUILESS_MAIN(TestResponseParser)
#include "tst_response_parser.moc"
