#include "gateway/http/head_writer.h"
#include "gateway/http/http_date.h"
#include "gateway/http/request_parser.h"
#include "gateway/http/response_parser.h"
#include "tests/support/bytes.h"

#include <QTest>

using namespace postern;
using namespace postern::test;

/// Heads as they leave.
class TestHeadWriter : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void requests_data();
    void requests();
    void framingComesFromOnePlace();
    void responses_data();
    void responses();
    void gatewaysOwnPhrase();
    void appends();
    void dates_data();
    void dates();
    void datesAreKeptForASecond();
};

void TestHeadWriter::requests_data()
{
    QTest::addColumn<QByteArray>("in");
    QTest::addColumn<QByteArray>("out");
    QTest::newRow("plain") << QByteArray("GET /a?b HTTP/1.1\r\nAccept: */*\r\nHost: h\r\nX-A:1\r\n\r\n")
                           << QByteArray("GET /a?b HTTP/1.1\r\nHost: h\r\nAccept: */*\r\nX-A: 1\r\n\r\n");
    QTest::newRow("normalised") << QByteArray("GET http://h:80/a/../%62 HTTP/1.1\r\nHost: h\r\n\r\n")
                                << QByteArray("GET /b HTTP/1.1\r\nHost: h\r\n\r\n");
    QTest::newRow("length") << QByteArray("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 007\r\n\r\n")
                            << QByteArray("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 7\r\n\r\n");
    QTest::newRow("chunked") << QByteArray("POST / HTTP/1.1\r\nHost: h\r\ntransfer-encoding: chunked\r\n\r\n")
                             << QByteArray(
                                    "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n");
    QTest::newRow("1.0") << QByteArray("POST / HTTP/1.0\r\nContent-Length: 1\r\n\r\n")
                         << QByteArray("POST / HTTP/1.1\r\nHost: \r\nContent-Length: 1\r\n\r\n");
    QTest::newRow("expect") << QByteArray(
                                   "POST / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nA: b\r\n\r\n")
                            << QByteArray("POST / HTTP/1.1\r\nHost: h\r\nA: b\r\n\r\n");
    QTest::newRow("asterisk") << QByteArray("OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n")
                              << QByteArray("OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n");
}

void TestHeadWriter::requests()
{
    QFETCH(QByteArray, in);
    QFETCH(QByteArray, out);
    RequestParser parser;
    Arena arena;
    RequestHead head;
    QVERIFY(parser.parse(view(in), {}, arena, head).state == ParseResult::State::Done);
    std::string text;
    appendRequestHead(text, head);
    QCOMPARE(bytes(text), out);
}

void TestHeadWriter::framingComesFromOnePlace()
{
    RequestHead head;
    head.methodToken = "POST";
    head.target.pathAndQuery = "/";
    head.host = "h";
    head.headers.add("Content-Length", "99"); // whatever a policy wrote there
    head.headers.add("Host", "other");
    head.headers.add("Transfer-Encoding", "chunked");
    head.framing = BodyFraming::Length;
    head.contentLength = 3;
    std::string text;
    appendRequestHead(text, head);
    QCOMPARE(bytes(text), "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\n");
}

void TestHeadWriter::responses_data()
{
    QTest::addColumn<QByteArray>("in");
    QTest::addColumn<QByteArray>("method");
    QTest::addColumn<bool>("http10");
    QTest::addColumn<bool>("keepAlive");
    QTest::addColumn<QByteArray>("out");
    const auto row = [](const char* name, const QByteArray& in, const char* method, bool http10,
                        bool keepAlive, const QByteArray& out) {
        QTest::newRow(name) << in << QByteArray(method) << http10 << keepAlive << out;
    };
    row("length", "HTTP/1.1 200 Fine\r\nContent-Length: 3\r\nA: b\r\n\r\n", "GET", false, true,
        "HTTP/1.1 200 Fine\r\nDate: now\r\nA: b\r\nContent-Length: 3\r\n\r\n");
    row("close", "HTTP/1.1 200\r\nContent-Length: 3\r\nConnection: keep-alive\r\n\r\n", "GET", false, false,
        "HTTP/1.1 200 OK\r\nDate: now\r\nContent-Length: 3\r\nConnection: close\r\n\r\n");
    row("1.0 kept", "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n", "GET", true, true,
        "HTTP/1.1 200 OK\r\nDate: now\r\nContent-Length: 3\r\nConnection: keep-alive\r\n\r\n");
    row("own date", "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nDate: then\r\n\r\n", "GET", false, true,
        "HTTP/1.1 200 OK\r\nDate: then\r\nContent-Length: 3\r\n\r\n");
    row("chunked", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nKeep-Alive: timeout=5\r\n\r\n", "GET",
        false, true, "HTTP/1.1 200 OK\r\nDate: now\r\nTransfer-Encoding: chunked\r\n\r\n");
    row("until close", "HTTP/1.0 200 OK\r\n\r\n", "GET", false, false,
        "HTTP/1.1 200 OK\r\nDate: now\r\nConnection: close\r\n\r\n");
    row("head", "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n", "HEAD", false, true,
        "HTTP/1.1 200 OK\r\nDate: now\r\nContent-Length: 3\r\n\r\n");
    row("head without length", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "HEAD", false, true,
        "HTTP/1.1 200 OK\r\nDate: now\r\n\r\n");
    row("204", "HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n", "GET", false, true,
        "HTTP/1.1 204 No Content\r\nDate: now\r\n\r\n");
    row("304", "HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\nETag: x\r\n\r\n", "GET", false, true,
        "HTTP/1.1 304 Not Modified\r\nDate: now\r\nETag: x\r\nContent-Length: 9\r\n\r\n");
    row("103", "HTTP/1.1 103 Early Hints\r\nLink: a\r\n\r\n", "GET", false, false,
        "HTTP/1.1 103 Early Hints\r\nLink: a\r\n\r\n");
    row("101", "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n", "GET",
        false, true, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: upgrade\r\n\r\n");
}

void TestHeadWriter::responses()
{
    QFETCH(QByteArray, in);
    QFETCH(QByteArray, method);
    QFETCH(bool, http10);
    QFETCH(bool, keepAlive);
    QFETCH(QByteArray, out);
    ResponseParser parser;
    ResponseHead head;
    QVERIFY(parser.parse(view(in), {}, methodFromToken(view(method)), head).state ==
            ParseResult::State::Done);
    std::string text;
    appendResponseHead(text, head, {http10 ? HttpVersion::Http10 : HttpVersion::Http11, keepAlive, "now"});
    QCOMPARE(bytes(text), out);
}

void TestHeadWriter::gatewaysOwnPhrase()
{
    ResponseHead head;
    head.status = 429;
    head.framing = BodyFraming::Length;
    std::string text;
    appendResponseHead(text, head, {HttpVersion::Http11, true, {}});
    QCOMPARE(bytes(text), "HTTP/1.1 429 Too Many Requests\r\nContent-Length: 0\r\n\r\n");
    text.clear();
    head.status = 299;
    appendResponseHead(text, head, {HttpVersion::Http11, true, {}});
    QCOMPARE(bytes(text), "HTTP/1.1 299 \r\nContent-Length: 0\r\n\r\n");
}

void TestHeadWriter::appends()
{
    ResponseHead head;
    head.framing = BodyFraming::Length;
    std::string text = "before";
    appendResponseHead(text, head, {});
    QCOMPARE(bytes(text), "beforeHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
}

void TestHeadWriter::dates_data()
{
    QTest::addColumn<qint64>("seconds");
    QTest::addColumn<QByteArray>("text");
    QTest::newRow("RFC 9110's example") << qint64(784111777) << QByteArray("Sun, 06 Nov 1994 08:49:37 GMT");
    QTest::newRow("epoch") << qint64(0) << QByteArray("Thu, 01 Jan 1970 00:00:00 GMT");
    QTest::newRow("leap day") << qint64(1709251199) << QByteArray("Thu, 29 Feb 2024 23:59:59 GMT");
    QTest::newRow("new year") << qint64(1798761600) << QByteArray("Fri, 01 Jan 2027 00:00:00 GMT");
}

void TestHeadWriter::dates()
{
    QFETCH(qint64, seconds);
    QFETCH(QByteArray, text);
    HttpDate date;
    QCOMPARE(bytes(date.at(std::chrono::system_clock::time_point(std::chrono::seconds(seconds)))), text);
}

void TestHeadWriter::datesAreKeptForASecond()
{
    using namespace std::chrono_literals;
    const std::chrono::system_clock::time_point start(784111777s);
    HttpDate date;
    QVERIFY(date.at(start + 999ms).ends_with("08:49:37 GMT"));
    QVERIFY(date.at(start).ends_with("08:49:37 GMT"));
    QVERIFY(date.at(start + 1s).ends_with("08:49:38 GMT"));
    QVERIFY(date.at(start).ends_with("08:49:37 GMT")); // the clock was set back
}

QTEST_GUILESS_MAIN(TestHeadWriter)
#include "tst_head_writer.moc"
