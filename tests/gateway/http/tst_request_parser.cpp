#include "tests/gateway/http/request_texts.h"

#include <QTest>

using namespace postern;
using namespace postern::test;

/// Requests that lie about themselves, and honest ones, through RequestParser.
class TestRequestParser : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void refuses_data();
    void refuses();
    void accepts_data();
    void accepts();
    void readsWhatTheHeadSays();
};

void TestRequestParser::refuses_data()
{
    QTest::addColumn<QByteArray>("request");
    QTest::addColumn<QByteArray>("reason");
    const auto row = [](const char* name, const QByteArray& request, const char* reason) {
        QTest::newRow(name) << request << QByteArray(reason);
    };
    // Content-Length with Transfer-Encoding.
    row("CL.TE", post("Content-Length: 4\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"),
        "length-and-encoding");
    row("TE.CL", post("Transfer-Encoding: chunked\r\nContent-Length: 4\r\n", "0\r\n\r\n"),
        "length-and-encoding");
    row("TE.0", post("Transfer-Encoding: chunked\r\nContent-Length: 0\r\n", "0\r\n\r\n"),
        "length-and-encoding");
    row("CL with odd TE", post("Content-Length: 4\r\nTransfer-Encoding: xchunked\r\n"),
        "length-and-encoding");
    // Content-Length.
    row("two lengths", post("Content-Length: 1\r\nContent-Length: 2\r\n", "ab"), "content-length-repeated");
    row("two equal lengths", post("Content-Length: 1\r\nContent-Length: 1\r\n", "a"),
        "content-length-repeated");
    row("length listed", post("Content-Length: 1, 1\r\n", "a"), "content-length-malformed");
    row("length empty", post("Content-Length:\r\n"), "content-length-malformed");
    row("length blank", post("Content-Length:  \t \r\n"), "content-length-malformed");
    row("length plus", post("Content-Length: +1\r\n", "a"), "content-length-malformed");
    row("length minus", post("Content-Length: -1\r\n", "a"), "content-length-malformed");
    row("length hex", post("Content-Length: 0x1\r\n", "a"), "content-length-malformed");
    row("length spaced", post("Content-Length: 1 1\r\n", "a"), "content-length-malformed");
    row("length fraction", post("Content-Length: 1.0\r\n", "a"), "content-length-malformed");
    row("length 2^64", post("Content-Length: 18446744073709551616\r\n"), "content-length-malformed");
    row("length 2^64+1", post("Content-Length: 18446744073709551617\r\n", "a"), "content-length-malformed");
    row("length 2^32 digits", post("Content-Length: 00000000000000000000001\r\n", "a"),
        "content-length-malformed");
    row("length quoted", post("Content-Length: \"1\"\r\n", "a"), "content-length-malformed");
    row("length look-alike", post("Content_Length: 1\r\n", "a"), "header-look-alike");
    row("length dotted", post("content.length: 1\r\n", "a"), "header-look-alike");
    // Transfer-Encoding.
    row("TE 1.0", "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "transfer-encoding-version");
    row("TE twice", post("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n"),
        "transfer-encoding-malformed");
    row("TE chunked, chunked", post("Transfer-Encoding: chunked, chunked\r\n"),
        "transfer-encoding-malformed");
    row("TE not last", post("Transfer-Encoding: chunked, gzip\r\n"), "transfer-encoding-malformed");
    row("TE empty", post("Transfer-Encoding:\r\n"), "transfer-encoding-malformed");
    row("TE empty element", post("Transfer-Encoding: , chunked\r\n"), "transfer-encoding-malformed");
    row("TE trailing comma", post("Transfer-Encoding: chunked,\r\n"), "transfer-encoding-malformed");
    row("TE parameter", post("Transfer-Encoding: chunked;a=b\r\n"), "transfer-encoding-malformed");
    row("TE quoted", post("Transfer-Encoding: \"chunked\"\r\n"), "transfer-encoding-malformed");
    row("TE case", post("Transfer-Encoding: Chunked\r\n"), "transfer-encoding-malformed");
    row("TE tab", post("Transfer-Encoding:\tchunked\r\n"), "transfer-encoding-malformed");
    row("TE two spaces", post("Transfer-Encoding:  chunked\r\n"), "transfer-encoding-malformed");
    row("TE space behind", post("Transfer-Encoding: chunked \r\n"), "transfer-encoding-malformed");
    row("TE xchunked", post("Transfer-Encoding: xchunked\r\n"), "transfer-encoding-unsupported");
    row("TE gzip", post("Transfer-Encoding: gzip\r\n"), "transfer-encoding-unsupported");
    row("TE identity", post("Transfer-Encoding: identity\r\n"), "transfer-encoding-unsupported");
    row("TE gzip, chunked", post("Transfer-Encoding: gzip, chunked\r\n"), "transfer-encoding-unsupported");
    row("TE vertical tab",
        post("Transfer-Encoding: \x0b"
             "chunked\r\n"),
        "header-control-character");
    row("TE space before colon", post("Transfer-Encoding : chunked\r\n"), "header-space-before-colon");
    row("TE tab before colon", post("Transfer-Encoding\t: chunked\r\n"), "header-space-before-colon");
    row("TE folded", post("Transfer-Encoding:\r\n chunked\r\n"), "header-folded");
    row("TE underscore", post("Transfer_Encoding: chunked\r\n"), "header-look-alike");
    row("TE nul", post(QByteArray("Transfer-Encoding: chunked\0\r\n", 28)), "header-control-character");
    // Field lines.
    row("space before colon", get("/", "A : b\r\n"), "header-space-before-colon");
    row("space in name", get("/", "A B: c\r\n"), "header-name-malformed");
    row("folded", get("/", "A: b\r\n c\r\n"), "header-folded");
    row("folded first", "GET / HTTP/1.1\r\n A: b\r\n" + kHost + "\r\n", "header-folded");
    row("tab folded", get("/", "A: b\r\n\tc\r\n"), "header-folded");
    row("bare CR in value", get("/", "A: b\rc\r\n"), "bare-carriage-return");
    row("bare CR ends line", get("/", "A: b\rB: c\r\n"), "bare-carriage-return");
    row("CR CR LF", get("/", "A: b\r\r\n"), "bare-carriage-return");
    row("bare CR in name", get("/", "A\rB: c\r\n"), "bare-carriage-return");
    row("bare CR line", get("/", "\rA: b\r\n"), "bare-carriage-return");
    row("bare LF in value", get("/", "A: b\nB: c\r\n"), "bare-line-feed");
    row("bare LF in name", get("/", "A\nB: c\r\n"), "bare-line-feed");
    row("bare LF end of head", "GET / HTTP/1.1\r\n" + kHost + "\n", "bare-line-feed");
    row("bare LF throughout", "GET / HTTP/1.1\nHost: a\n\n", "bare-line-feed");
    row("nul in value", get("/", QByteArray("A: b\0c\r\n", 8)), "header-control-character");
    row("nul in name", get("/", QByteArray("A\0B: c\r\n", 8)), "header-control-character");
    row("bell in value", get("/", "A: b\ac\r\n"), "header-control-character");
    row("del in value", get("/", "A: b\x7f\r\n"), "header-control-character");
    row("empty name", get("/", ": b\r\n"), "header-name-malformed");
    row("no colon", get("/", "A b\r\n"), "header-name-malformed");
    row("name alone", get("/", "A\r\n"), "header-name-malformed");
    row("parenthesis in name", get("/", "A(b): c\r\n"), "header-name-malformed");
    row("byte in name", get("/", "A\xff: c\r\n"), "header-name-malformed");
    row("two content types", get("/", "Content-Type: a/b\r\nContent-Type: a/b\r\n"), "header-repeated");
    // Host.
    row("host missing", "GET / HTTP/1.1\r\n\r\n", "host-missing");
    row("host missing, absolute", "GET http://a/ HTTP/1.1\r\n\r\n", "host-missing");
    row("host twice", get("/", kHost), "host-repeated");
    row("host twice 1.0", "GET / HTTP/1.0\r\n" + kHost + kHost + "\r\n", "host-repeated");
    for (const char* host :
         {"",       "a b",     "a,b",         "a/b",   "a@b",       "u:p@b", "a:b", "a:65536",
          "a:1:2",  ":80",     "a?b",         "a#b",   "a\\b",      "[::1",  "::1", "[::g]",
          "[::1]x", "[::1]:x", "[127.0.0.1]", "a%2fb", "h\xc3\xa4", "[]",    "a:-1"})
        row(qPrintable(QStringLiteral("host <%1>").arg(QString::fromUtf8(host))),
            "GET / HTTP/1.1\r\nHost: " + QByteArray(host) + "\r\n\r\n", "host-malformed");
    row("host disagrees", "GET http://b/ HTTP/1.1\r\n" + kHost + "\r\n", "host-mismatch");
    row("host port disagrees", "GET http://api.example:81/ HTTP/1.1\r\n" + kHost + "\r\n", "host-mismatch");
    row("host scheme port", "GET https://api.example/ HTTP/1.1\r\nHost: api.example:80\r\n\r\n",
        "host-mismatch");
    // The request line.
    row("0.9", "GET /\r\n\r\n", "request-line-malformed");
    row("0.9 version", "GET / HTTP/0.9\r\n\r\n", "version-unsupported");
    row("1.2", "GET / HTTP/1.2\r\n\r\n", "version-unsupported");
    row("2.0", "PRI * HTTP/2.0\r\n\r\n", "version-unsupported");
    row("lower-case version", "GET / http/1.1\r\n\r\n", "version-malformed");
    row("version without minor", "GET / HTTP/1\r\n\r\n", "version-malformed");
    row("long version", "GET / HTTP/1.10\r\n\r\n", "version-malformed");
    row("other protocol", "GET / HTPT/1.1\r\n\r\n", "version-malformed");
    row("space after version", "GET / HTTP/1.1 \r\n\r\n", "request-line-malformed");
    row("space in target", "GET /a b HTTP/1.1\r\n\r\n", "request-line-malformed");
    row("two spaces", "GET  / HTTP/1.1\r\n\r\n", "request-line-malformed");
    row("tab", "GET\t/ HTTP/1.1\r\n\r\n", "method-malformed");
    row("leading space", " GET / HTTP/1.1\r\n\r\n", "method-malformed");
    row("two empty lines", "\r\n\r\nGET / HTTP/1.1\r\n\r\n", "request-line-malformed");
    row("empty method", "/ HTTP/1.1\r\n\r\n", "method-malformed");
    row("method of 33", QByteArray(33, 'M') + " / HTTP/1.1\r\n\r\n", "method-malformed");
    row("method with byte", "G\xc9T / HTTP/1.1\r\n\r\n", "method-malformed");
    row("connect", "CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n", "method-refused");
    row("trace", "TRACE / HTTP/1.1\r\n" + kHost + "\r\n", "method-refused");
    row("bare CR", "GET /\rHTTP/1.1\r\n\r\n", "bare-carriage-return");
    row("tls hello", QByteArray("\x16\x03\x01\x02\x00\x01\x0a\r\n", 9), "bare-line-feed");
    row("nul in target", QByteArray("GET /\0 HTTP/1.1\r\nHost: a\r\n\r\n", 28), "path-control-character");
    // Expect.
    row("expect other", post("Expect: 200-ok\r\n"), "expectation-unsupported");
    row("expect list", post("Expect: 100-continue, x\r\n"), "expectation-unsupported");
    row("expect twice", post("Expect: 100-continue\r\nExpect: 100-continue\r\n"), "expectation-unsupported");
    row("expect empty", post("Expect:\r\n"), "expectation-unsupported");
    row("expect obfuscated", post("Expect: 100-continue;q=1\r\n"), "expectation-unsupported");
}

void TestRequestParser::refuses()
{
    QFETCH(QByteArray, request);
    QFETCH(QByteArray, reason);
    const Transcript transcript = readRequests(view(request));
    QCOMPARE(transcript.end, reason);
    QVERIFY(transcript.heads.empty());
}

void TestRequestParser::accepts_data()
{
    QTest::addColumn<QByteArray>("request");
    QTest::addColumn<QByteArray>("head");
    const auto row = [](const char* name, const QByteArray& request, const char* head) {
        QTest::newRow(name) << request << QByteArray(head);
    };
    row("plain", get("/a"), "GET /a  @api.example keep|Host=api.example");
    row("one empty line first", "\r\n" + get("/a"), "GET /a  @api.example keep|Host=api.example");
    row("query", get("/a?b=%20[c]|\"{}"), "GET /a ?b=%20[c]|\"{} @api.example keep|Host=api.example");
    row("empty query", get("/a?"), "GET /a ? @api.example keep|Host=api.example");
    row("unknown method", "PROPFIND / HTTP/1.1\r\n" + kHost + "\r\n",
        "PROPFIND /  @api.example keep|Host=api.example");
    row("lower-case method is another", "get / HTTP/1.1\r\n" + kHost + "\r\n",
        "get /  @api.example keep|Host=api.example");
    row("no space after colon", get("/", "A:b\r\n"), "GET /  @api.example keep|Host=api.example|A=b");
    row("space around value", get("/", "A: \t b c \t\r\n"),
        "GET /  @api.example keep|Host=api.example|A=b c");
    row("empty value", get("/", "A:\r\nB: \t\r\n"), "GET /  @api.example keep|Host=api.example|A=|B=");
    row("tab and obs-text", get("/", "A: b\tc\xe4\r\n"),
        "GET /  @api.example keep|Host=api.example|A=b\tc\xe4");
    row("absolute", "GET HTTP://API.example:80/a?b HTTP/1.1\r\n" + kHost + "\r\n",
        "GET /a ?b @api.example keep|Host=api.example");
    row("absolute without path", "GET http://api.example HTTP/1.1\r\n" + kHost + "\r\n",
        "GET /  @api.example keep|Host=api.example");
    row("absolute with query", "GET http://api.example?q HTTP/1.1\r\n" + kHost + "\r\n",
        "GET / ?q @api.example keep|Host=api.example");
    row("absolute 1.0 without host", "GET http://api.example/ HTTP/1.0\r\n\r\n", "GET /  @api.example close");
    row("1.0 without host", "GET / HTTP/1.0\r\n\r\n", "GET /  @ close");
    row("asterisk", "OPTIONS * HTTP/1.1\r\n" + kHost + "\r\n",
        "OPTIONS *  @api.example keep|Host=api.example");
    row("asterisk, absolute", "OPTIONS http://api.example HTTP/1.1\r\n" + kHost + "\r\n",
        "OPTIONS *  @api.example keep|Host=api.example");
    row("host forms", "GET / HTTP/1.1\r\nhOST: [2001:db8::1]:8080\r\n\r\n",
        "GET /  @[2001:db8::1]:8080 keep|hOST=[2001:db8::1]:8080");
    row("host empty port", "GET / HTTP/1.1\r\nHost: a:\r\n\r\n", "GET /  @a: keep|Host=a:");
}

void TestRequestParser::accepts()
{
    QFETCH(QByteArray, request);
    QFETCH(QByteArray, head);
    const Transcript transcript = readRequests(view(request));
    QCOMPARE(transcript.end, "done");
    QCOMPARE(transcript.heads.size(), std::size_t(1));
    QCOMPARE(transcript.heads.front(), head);
}

void TestRequestParser::readsWhatTheHeadSays()
{
    const QByteArray text = "GET /v1/%41ccounts/7?x=1 HTTP/1.1\r\nHost: a\r\nCookie: c=1\r\nX-Thing: 1\r\n"
                            "x-thing: 2\r\nAuthorization: Bearer t\r\n\r\nnext";
    Parsed parsed(text);
    QVERIFY(parsed.isDone());
    const RequestHead& head = parsed.head;
    QCOMPARE(parsed.result.consumed, std::size_t(text.size() - 4));
    QVERIFY(head.method == Method::Get);
    QCOMPARE(bytes(head.target.pathAndQuery), "/v1/Accounts/7?x=1");
    QCOMPARE(bytes(head.headers.value(HeaderId::Authorization)), "Bearer t");
    QCOMPARE(bytes(head.headers.value("COOKIE")), "c=1");
    QCOMPARE(bytes(head.headers.value("X-thing")), "1");
    QCOMPARE(head.headers.count("X-Thing"), std::size_t(2));
    QVERIFY(!head.headers.contains(HeaderId::Expect));
    // Untouched texts are not copied.
    QVERIFY(head.headers[0].value.data() > parsed.bytes.data() &&
            head.headers[0].value.data() < parsed.bytes.data() + parsed.bytes.size());
}

QTEST_GUILESS_MAIN(TestRequestParser)
#include "tst_request_parser.moc"
