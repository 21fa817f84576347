#include "gateway/http/http2_field_block.h"
#include "gateway/http/http2_request_reader.h"
#include "gateway/http/http2_response_reader.h"

#include <QTest>

using namespace postern;

namespace {

using Field = std::pair<QByteArray, QByteArray>;
using Fields = QList<Field>;

const Fields kGet = {{":method", "GET"}, {":scheme", "http"}, {":authority", "a.example"}, {":path", "/x"}};

Fields withPath(const QByteArray& path, const QByteArray& method = "GET")
{
    return {{":method", method}, {":scheme", "http"}, {":authority", "a.example"}, {":path", path}};
}

std::string_view view(const QByteArray& text) { return {text.constData(), std::size_t(text.size())}; }
QByteArray bytes(std::string_view text) { return {text.data(), qsizetype(text.size())}; }

struct Reading
{
    Arena arena;
    HeadLimits limits;
    RequestHead head;
    Http2RequestReader reader;

    Http2Fault
    read(const Fields& fields, bool endsStream = true,
         Http2RequestReader::ExtendedConnect connect = Http2RequestReader::ExtendedConnect::NotOffered)
    {
        reader.begin(head, arena, limits, connect);
        for (const auto& [name, value] : fields)
            reader.field(view(name), view(value));
        return reader.end(endsStream);
    }
};

} // namespace

class TestHttp2Heads : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void requestIsReadAsHttp1WouldBe();
    void faults_data();
    void faults();
    void bodies_data();
    void bodies();
    void cookieCrumbsAreJoined();
    void extendedConnect();
    void trailers_data();
    void trailers();
    void responses_data();
    void responses();
    void responseIsWritten();
    void requestIsWritten();
};

void TestHttp2Heads::requestIsReadAsHttp1WouldBe()
{
    Reading it;
    const auto fault =
        it.read(withPath("/a/./b%7e?q=1") + Fields{{"x-own", "v w"}, {"content-type", "text/plain"}});
    QVERIFY(!fault);
    QCOMPARE(it.head.method, Method::Get);
    QCOMPARE(bytes(it.head.target.path), "/a/b~");
    QCOMPARE(bytes(it.head.target.pathAndQuery), "/a/b~?q=1");
    QCOMPARE(bytes(it.head.host), "a.example");
    QCOMPARE(it.head.version, HttpVersion::Http2);
    QCOMPARE(bytes(it.head.headers.value("X-Own")), "v w");
    QCOMPARE(bytes(it.head.headers.value(HeaderId::ContentType)), "text/plain");
    QVERIFY(!it.head.hasBody());
}

void TestHttp2Heads::faults_data()
{
    QTest::addColumn<Fields>("fields");
    QTest::addColumn<QByteArray>("reason");
    QTest::addColumn<bool>("malformed");
    const auto reset = [](const char* name, const Fields& fields, const char* reason) {
        QTest::addRow("%s", name) << fields << QByteArray(reason) << true;
    };
    const auto answered = [](const char* name, const Fields& fields, const char* reason) {
        QTest::addRow("%s", name) << fields << QByteArray(reason) << false;
    };
    reset("CR in a value", kGet + Fields{{"x", "a\rb"}}, "header-control-character");
    reset("LF in a value", kGet + Fields{{"x", "a\nb: c"}}, "header-control-character");
    reset("NUL in a value", kGet + Fields{{"x", QByteArray("a\0b", 3)}}, "header-control-character");
    reset("DEL in a value", kGet + Fields{{"x", "a\x7f"}}, "header-control-character");
    reset("LF in a name", kGet + Fields{{"x\ny", "b"}}, "header-control-character");
    reset("space in a name", kGet + Fields{{"x y", "b"}}, "header-control-character");
    reset("colon in a name", kGet + Fields{{"x:y", "b"}}, "header-name-malformed");
    reset("no name", kGet + Fields{{"", "b"}}, "header-name-malformed");
    reset("upper case", kGet + Fields{{"X-Own", "b"}}, "header-name-upper-case");
    reset("upper case of a known name", kGet + Fields{{"Content-Type", "b"}}, "header-name-upper-case");
    reset("space before a value", kGet + Fields{{"x", " b"}}, "header-white-space");
    reset("tab behind a value", kGet + Fields{{"x", "b\t"}}, "header-white-space");
    for (const char* name : {"connection", "keep-alive", "proxy-connection", "transfer-encoding", "upgrade"})
        reset(name, kGet + Fields{{name, "x"}}, "connection-header");
    reset("chunked", kGet + Fields{{"transfer-encoding", "chunked"}}, "connection-header");
    reset("te: gzip", kGet + Fields{{"te", "gzip"}}, "connection-header");
    reset("te: trailers, gzip", kGet + Fields{{"te", "trailers, gzip"}}, "connection-header");
    reset("unknown pseudo-header", kGet + Fields{{":status", "200"}}, "pseudo-header-malformed");
    reset(":protocol that was not offered", kGet + Fields{{":protocol", "websocket"}},
          "pseudo-header-malformed");
    reset("pseudo-header behind a field", Fields{{"x", "y"}} + kGet, "pseudo-header-malformed");
    for (int i = 0; i < kGet.size(); ++i) {
        reset(("two " + kGet[i].first).constData(), kGet + Fields{kGet[i]}, "pseudo-header-malformed");
        Fields less = kGet;
        less.removeAt(i);
        if (kGet[i].first != ":authority")
            reset(("no " + kGet[i].first).constData(), less, "pseudo-header-malformed");
        Fields empty = kGet;
        empty[i].second.clear();
        reset(("empty " + kGet[i].first).constData(), empty, "pseudo-header-malformed");
    }
    reset("path without a slash", withPath("x"), "target-malformed");
    reset("absolute path", withPath("http://a.example/"), "target-malformed");
    reset("* of GET", withPath("*"), "target-malformed");
    reset("LF in the path", withPath("/a\r\nX: y"), "header-control-character");
    reset("space in the method", withPath("/", "GET /x HTTP/1.1"), "method-malformed");
    reset("Host against :authority", kGet + Fields{{"host", "b.example"}}, "host-mismatch");
    reset("two Hosts", kGet + Fields{{"host", "a.example"}, {"host", "a.example"}}, "host-repeated");
    reset("two lengths", kGet + Fields{{"content-length", "0"}, {"content-length", "0"}},
          "content-length-repeated");
    reset("signed length", kGet + Fields{{"content-length", "+1"}}, "content-length-malformed");
    reset("length without a body", kGet + Fields{{"content-length", "1"}}, "content-length-mismatch");
    reset("CONNECT with a path", withPath("/", "CONNECT"), "pseudo-header-malformed");

    answered("CONNECT", Fields{{":method", "CONNECT"}, {":authority", "a.example:443"}}, "method-refused");
    answered("TRACE", withPath("/", "TRACE"), "method-refused");
    answered("no host at all", {kGet[0], kGet[1], kGet[3]}, "host-missing");
    answered("user in :authority", {kGet[0], kGet[1], {":authority", "u@a"}, kGet[3]}, "host-malformed");
    answered("another scheme", {kGet[0], {":scheme", "ftp"}, kGet[2], kGet[3]}, "target-scheme");
    answered("above the root", withPath("/../etc"), "path-above-root");
    answered("encoded slash", withPath("/a%2Fb"), "path-encoded-separator");
    answered("fragment", withPath("/a#b"), "target-fragment");
    answered("space in the path", withPath("/a b"), "path-character");
    answered("long path", withPath("/" + QByteArray(9000, 'a')), "target-too-long");
    answered("look-alike framing", kGet + Fields{{"content_length", "5"}}, "header-look-alike");
    answered("two types", kGet + Fields{{"content-type", "a/b"}, {"content-type", "c/d"}}, "header-repeated");
    answered("unknown expectation", kGet + Fields{{"expect", "200-ok"}}, "expectation-unsupported");
    answered("large head", kGet + Fields{{"x", QByteArray(40'000, 'x')}}, "head-too-large");
    Fields many = kGet;
    for (int i = 0; i < 101; ++i)
        many += Field{"x-" + QByteArray::number(i), "y"};
    answered("many fields", many, "too-many-headers");
    Fields bomb = kGet;
    for (int i = 0; i < 1000; ++i)
        bomb += Field{"cookie", ""};
    answered("many empty fields", bomb, "head-too-large");
}

void TestHttp2Heads::faults()
{
    QFETCH(Fields, fields);
    QFETCH(QByteArray, reason);
    QFETCH(bool, malformed);
    Reading it;
    const auto fault = it.read(fields);
    QCOMPARE(bytes(refusalToken(fault.refusal)), reason);
    QCOMPARE(fault.isMalformed, malformed);
}

void TestHttp2Heads::bodies_data()
{
    QTest::addColumn<Fields>("more");
    QTest::addColumn<bool>("endsStream");
    QTest::addColumn<int>("framing");
    QTest::addColumn<bool>("waits");
    QTest::addRow("none") << Fields{} << true << int(BodyFraming::None) << false;
    QTest::addRow("to the stream's end") << Fields{} << false << int(BodyFraming::Chunked) << false;
    QTest::addRow("announced") << Fields{{"content-length", "5"}} << false << int(BodyFraming::Length)
                               << false;
    QTest::addRow("announced empty") << Fields{{"content-length", "0"}} << true << int(BodyFraming::Length)
                                     << false;
    QTest::addRow("waits") << Fields{{"expect", "100-continue"}} << false << int(BodyFraming::Chunked)
                           << true;
    QTest::addRow("nothing to wait for")
        << Fields{{"expect", "100-continue"}} << true << int(BodyFraming::None) << false;
}

void TestHttp2Heads::bodies()
{
    QFETCH(Fields, more);
    QFETCH(bool, endsStream);
    QFETCH(int, framing);
    QFETCH(bool, waits);
    Reading it;
    QVERIFY(!it.read(withPath("/", "POST") + more, endsStream));
    QCOMPARE(int(it.head.framing), framing);
    QCOMPARE(it.head.expectsContinue, waits);
}

void TestHttp2Heads::cookieCrumbsAreJoined()
{
    Reading it;
    it.limits.headers = 2;
    QVERIFY(!it.read(kGet + Fields{{"cookie", "a=1"}, {"x", "y"}, {"cookie", "b=2"}, {"cookie", "c=3"}}));
    QCOMPARE(it.head.headers.count(HeaderId::Cookie), std::size_t(1));
    QCOMPARE(bytes(it.head.headers.value(HeaderId::Cookie)), "a=1; b=2; c=3");
}

void TestHttp2Heads::extendedConnect()
{
    using enum Http2RequestReader::ExtendedConnect;
    Reading it;
    const Fields connect = withPath("/chat", "CONNECT") + Fields{{":protocol", "websocket"}};
    QVERIFY(!it.read(connect, false, Offered));
    QVERIFY(it.head.wantsUpgrade);
    QCOMPARE(bytes(it.head.protocol), "websocket");
    QCOMPARE(bytes(it.head.target.path), "/chat");
    QVERIFY(it.read(connect, false, NotOffered).isMalformed);
    QVERIFY(it.read(withPath("/chat") + Fields{{":protocol", "websocket"}}, false, Offered).isMalformed);
    QVERIFY(!it.read(kGet));
    QVERIFY(it.head.protocol.empty());
}

void TestHttp2Heads::trailers_data()
{
    QTest::addColumn<Fields>("fields");
    QTest::addColumn<QByteArray>("reason");
    QTest::addRow("fine") << Fields{{"grpc-status", "0"}, {"x-sum", "1"}} << QByteArray("none");
    QTest::addRow("pseudo-header") << Fields{{":path", "/"}} << QByteArray("pseudo-header-malformed");
    QTest::addRow("framing") << Fields{{"content-length", "0"}} << QByteArray("trailer-forbidden");
    QTest::addRow("credentials") << Fields{{"authorization", "x"}} << QByteArray("trailer-forbidden");
    QTest::addRow("upper case") << Fields{{"X-Sum", "1"}} << QByteArray("header-name-upper-case");
    QTest::addRow("LF") << Fields{{"x", "a\nb"}} << QByteArray("header-control-character");
    QTest::addRow("too large") << Fields{{"x", QByteArray(40'000, 'x')}} << QByteArray("trailer-too-large");
}

void TestHttp2Heads::trailers()
{
    QFETCH(Fields, fields);
    QFETCH(QByteArray, reason);
    Arena arena;
    Headers out;
    const HeadLimits limits;
    Http2TrailerReader reader;
    reader.begin(out, arena, limits);
    for (const auto& [name, value] : fields)
        reader.field(view(name), view(value));
    QCOMPARE(bytes(refusalToken(reader.end().refusal)), reason);
    if (reason == "none")
        QCOMPARE(qsizetype(out.size()), fields.size());
}

void TestHttp2Heads::responses_data()
{
    QTest::addColumn<Fields>("fields");
    QTest::addColumn<int>("method");
    QTest::addColumn<bool>("endsStream");
    QTest::addColumn<QByteArray>("reason");
    QTest::addColumn<int>("framing");
    const auto row = [](const char* name, const Fields& fields, bool endsStream, const char* reason,
                        BodyFraming framing, Method method = Method::Get) {
        QTest::addRow("%s", name) << fields << int(method) << endsStream << QByteArray(reason)
                                  << int(framing);
    };
    using enum BodyFraming;
    const Fields ok = {{":status", "200"}};
    row("body to the end", ok, false, "none", Chunked);
    row("no body", ok, true, "none", Length);
    row("length", ok + Fields{{"content-length", "5"}}, false, "none", Length);
    row("HEAD", ok + Fields{{"content-length", "5"}}, true, "none", None, Method::Head);
    row("304", {{":status", "304"}, {"content-length", "5"}}, true, "none", None);
    row("interim", {{":status", "103"}, {"link", "x"}}, false, "none", None);
    row("interim that ends", {{":status", "103"}}, true, "upstream-head-malformed", None);
    row("101", {{":status", "101"}}, false, "upstream-head-malformed", None);
    row("no status", {{"x", "y"}}, true, "upstream-head-malformed", None);
    row("two", ok + ok, true, "upstream-head-malformed", None);
    row("late", Fields{{"x", "y"}} + ok, true, "upstream-head-malformed", None);
    row("letters", {{":status", "2x0"}}, true, "upstream-head-malformed", None);
    row("four digits", {{":status", "2000"}}, true, "upstream-head-malformed", None);
    row("empty", {{":status", ""}}, true, "upstream-head-malformed", None);
    row("connection", ok + Fields{{"connection", "close"}}, true, "upstream-head-malformed", None);
    row("short", ok + Fields{{"content-length", "5"}}, true, "upstream-framing", None);
    row("two lengths", ok + Fields{{"content-length", "5"}, {"content-length", "5"}}, false,
        "upstream-framing", None);
    row("large", ok + Fields{{"x", QByteArray(40'000, 'x')}}, true, "upstream-head-too-large", None);
}

void TestHttp2Heads::responses()
{
    QFETCH(Fields, fields);
    QFETCH(int, method);
    QFETCH(bool, endsStream);
    QFETCH(QByteArray, reason);
    QFETCH(int, framing);
    Arena arena;
    ResponseHead head;
    const HeadLimits limits;
    Http2ResponseReader reader;
    reader.begin(head, arena, limits);
    for (const auto& [name, value] : fields)
        reader.field(view(name), view(value));
    QCOMPARE(bytes(refusalToken(reader.end(Method(method), endsStream))), reason);
    QCOMPARE(int(head.framing), framing);
}

namespace {

Fields written(const Http2FieldBlock& block)
{
    Fields fields;
    for (const nghttp2_nv& field : block.fields())
        fields +=
            Field{QByteArray(reinterpret_cast<const char*>(field.name), qsizetype(field.namelen)).toLower(),
                  QByteArray(reinterpret_cast<const char*>(field.value), qsizetype(field.valuelen))};
    return fields;
}

} // namespace

void TestHttp2Heads::responseIsWritten()
{
    ResponseHead head;
    head.status = 404;
    head.framing = BodyFraming::Length;
    head.contentLength = 12;
    head.headers.add(HeaderId::ContentType, "text/plain");
    head.headers.add("X-Own", "v");
    head.headers.add(HeaderId::Connection, "close");
    head.headers.add(HeaderId::TransferEncoding, "chunked");
    Http2FieldBlock block;
    block.setResponse(head, "Mon, 01 Jan 2024 00:00:00 GMT");
    QCOMPARE(written(block), (Fields{{":status", "404"},
                                     {"date", "Mon, 01 Jan 2024 00:00:00 GMT"},
                                     {"content-type", "text/plain"},
                                     {"x-own", "v"},
                                     {"content-length", "12"}}));
}

void TestHttp2Heads::requestIsWritten()
{
    Reading it;
    QVERIFY(!it.read(
        withPath("/a?b", "POST") + Fields{{"content-type", "application/grpc+proto"}, {"x", "y"}}, false));
    Http2FieldBlock block;
    block.setRequest(it.head, "https");
    QCOMPARE(written(block), (Fields{{":method", "POST"},
                                     {":scheme", "https"},
                                     {":authority", "a.example"},
                                     {":path", "/a?b"},
                                     {"content-type", "application/grpc+proto"},
                                     {"x", "y"},
                                     {"te", "trailers"}}));
}

QTEST_GUILESS_MAIN(TestHttp2Heads)
#include "tst_http2_heads.moc"
