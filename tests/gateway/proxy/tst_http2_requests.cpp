#include "tests/support/gateway/gateway_fixture.h"
#include "tests/support/http2_client.h"
#include "tests/support/http2_upstream.h"
#include "tests/support/recording_upstream.h"

#include <QTest>

using namespace postern;
using namespace postern::test;

namespace {

constexpr std::uint32_t kProtocolError = 1;

QByteArray refusals(const QByteArray& reason)
{
    return "postern_requests_refused_total{api=\"payments/accounts\",listener=\"main\",reason=\"" + reason +
           "\"}";
}

std::string ok(const std::string& body)
{
    return "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

} // namespace

/// HTTP/2 towards clients: what the upstream sees of requests, and clients of answers. SECURITY, "Requests
/// that lie about themselves", HTTP/2.
class TestHttp2Requests : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void requestAndAnswer();
    void settingsAreTold();
    void theUpstreamSeesTheSameBytes_data();
    void theUpstreamSeesTheSameBytes();
    void malformedHeadsAreReset_data();
    void malformedHeadsAreReset();
    void refusedHeadsAreAnswered_data();
    void refusedHeadsAreAnswered();
    void bodies_data();
    void bodies();
    void bodyFaults_data();
    void bodyFaults();
    void trailersBothWays();
    void interimAnswers();
    void continueIsSentWhereItIsWaitedFor();
    void answersWithoutBody_data();
    void answersWithoutBody();
    void manyStreamsAtOnce();
    void manyLargeHeadsAtOnce_data();
    void manyLargeHeadsAtOnce();
    void brokenAnswerIsReset();
    void lengthMismatchAfterTheHeadWentOn();
    void earlyAnswerStopsTheUpload();
    void clientResetEndsTheUpstreamExchange();
    void clientResetBeforeAllIsSentIsNoCompletion();
};

void TestHttp2Requests::requestAndAnswer()
{
    RecordingUpstream upstream(RecordingUpstream::answering(
        "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nX-Own: V\r\nConnection: keep-alive\r\n"
        "Keep-Alive: timeout=5\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"));
    GatewayFixture gateway(GatewayFixture::http2Spec(upstream.port()));
    Http2Client client(gateway.port());
    const Http2Answer answer = client.ask(Http2Client::get("/a?q=1", {{"x-mine", "Y"}, {"te", "trailers"}}));
    QCOMPARE(answer.status, 200);
    QCOMPARE(answer.body, std::string("hello"));
    QVERIFY(answer.complete && !answer.reset);
    QCOMPARE(answer.header("content-type"), std::string("text/plain"));
    QCOMPARE(answer.header("x-own"), std::string("V"));
    QVERIFY(!answer.header("date").empty());
    for (const char* name : {"connection", "keep-alive", "transfer-encoding"})
        QVERIFY(answer.header(name).empty());

    const auto requests = upstream.requests();
    QCOMPARE(requests.size(), std::size_t(1));
    QCOMPARE(requests[0].method, std::string("GET"));
    QCOMPARE(requests[0].target, std::string("/a?q=1"));
    QCOMPARE(requests[0].header("host"), std::string("a"));
    QCOMPARE(requests[0].count("host"), std::size_t(1));
    QCOMPARE(requests[0].header("x-mine"), std::string("Y"));
    QCOMPARE(requests[0].header("x-forwarded-for"), std::string("127.0.0.1"));
    QCOMPARE(requests[0].header("x-forwarded-proto"), std::string("http"));
    QCOMPARE(requests[0].header("x-forwarded-host"), std::string("a"));
    QVERIFY(requests[0].header("te").empty());
    QVERIFY(requests[0].header("transfer-encoding").empty());

    const QJsonObject log = gateway.waitForLog(1);
    QCOMPARE(log[u"code"].toInt(), 200);
    QCOMPARE(log[u"path"].toString(), QStringLiteral("/a"));
    QCOMPARE(log[u"bytes_out"].toInt(), 5);
    QCOMPARE(log[u"ended"].toString(), QStringLiteral("complete"));
}

void TestHttp2Requests::settingsAreTold()
{
    RecordingUpstream upstream;
    GatewayFixture gateway(
        GatewayFixture::http2Spec(upstream.port(), "5s", "  limits: {streams: 7, headerBytes: 4KiB}\n"));
    Http2Client client(gateway.port());
    QVERIFY(client.roundTrip());
    auto settings = client.serverSettings();
    QCOMPARE(settings.at(3), 7U);                // MAX_CONCURRENT_STREAMS
    QCOMPARE(settings.at(4), 256U * 1024U);      // INITIAL_WINDOW_SIZE
    QCOMPARE(settings.at(6), 4096U);             // MAX_HEADER_LIST_SIZE
    QCOMPARE(settings.count(8), std::size_t(0)); // ENABLE_CONNECT_PROTOCOL: no route upgrades
    QCOMPARE(65535U + client.windowUpdates(0), 1024U * 1024U);
}

void TestHttp2Requests::theUpstreamSeesTheSameBytes_data()
{
    QTest::addColumn<QByteArray>("path");
    QTest::addColumn<QByteArray>("seen");
    QTest::addRow("plain") << QByteArray("/a/b?x=y") << QByteArray("/a/b?x=y");
    QTest::addRow("dots") << QByteArray("/a/./b/../c") << QByteArray("/a/c");
    QTest::addRow("encoded dots") << QByteArray("/a/%2e%2e/c") << QByteArray("/c");
    QTest::addRow("needless encoding") << QByteArray("/%61%7e") << QByteArray("/a~");
    QTest::addRow("lower-case escape") << QByteArray("/%c3%a4") << QByteArray("/%C3%A4");
    QTest::addRow("query as it is") << QByteArray("/?a=%61/../b") << QByteArray("/?a=%61/../b");
}

void TestHttp2Requests::theUpstreamSeesTheSameBytes()
{
    QFETCH(QByteArray, path);
    QFETCH(QByteArray, seen);
    RecordingUpstream upstream;
    GatewayFixture gateway(GatewayFixture::http2Spec(upstream.port()));
    Http2Client client(gateway.port());
    QCOMPARE(client.ask(Http2Client::get(path.toStdString())).status, 200);
    QCOMPARE(upstream.requests().at(0).target, seen.toStdString());
    QCOMPARE(gateway.waitForLog(1)[u"path"].toString().toUtf8(), seen.split('?').first());
}

void TestHttp2Requests::malformedHeadsAreReset_data()
{
    QTest::addColumn<QByteArray>("block");
    QTest::addColumn<QByteArray>("reason");
    const auto row = [](const char* name, const Http2Fields& fields, const char* reason) {
        QTest::addRow("%s", name) << QByteArray::fromStdString(Http2Client::block(fields))
                                  << QByteArray(reason);
    };
    const auto get = [](const Http2Fields& more) { return Http2Client::get("/", more); };
    row("CR LF in a value", get({{"x", "a\r\nInjected: yes"}}), "header-control-character");
    row("CR in a value", get({{"x", "a\rb"}}), "header-control-character");
    row("LF in a value", get({{"x", "a\nb"}}), "header-control-character");
    row("NUL in a value", get({{"x", std::string("a\0b", 3)}}), "header-control-character");
    row("CR LF in a name", get({{"x: y\r\ninjected", "yes"}}), "header-name-malformed");
    row("LF in a name", get({{"x\ny", "z"}}), "header-control-character");
    row("NUL in a name", get({{std::string("x\0y", 3), "z"}}), "header-control-character");
    row("upper case", get({{"X-A", "b"}}), "header-name-upper-case");
    row("connection", get({{"connection", "x-real-ip"}}), "connection-header");
    row("transfer-encoding", get({{"transfer-encoding", "chunked"}}), "connection-header");
    row("upgrade", get({{"upgrade", "h2c"}}), "connection-header");
    row("te: gzip", get({{"te", "gzip"}}), "connection-header");
    row("CR LF in the path", Http2Client::get("/ HTTP/1.1\r\nHost: b\r\n\r\nGET /x"),
        "header-control-character");
    row("path without slash", Http2Client::get("a"), "target-malformed");
    row("two paths", get({{":path", "/b"}}), "pseudo-header-malformed");
    row("two methods", {{":method", "GET"}, {":method", "GET"}, {":scheme", "http"}, {":path", "/"}},
        "pseudo-header-malformed");
    row("late pseudo-header", {{":method", "GET"}, {":scheme", "http"}, {"x", "y"}, {":path", "/"}},
        "pseudo-header-malformed");
    row("unknown pseudo-header", get({{":x", "y"}}), "pseudo-header-malformed");
    row("Host against :authority", get({{"host", "b"}}), "host-mismatch");
    row("two Hosts", get({{"host", "a"}, {"host", "a"}}), "host-repeated");
    row("two lengths", get({{"content-length", "0"}, {"content-length", "0"}}), "content-length-repeated");
    row("length of nothing", get({{"content-length", "5"}}), "content-length-mismatch");
    row("method with CR LF", {{":method", "GET / HTTP/1.1\r\nX: y"}, {":scheme", "http"}, {":path", "/"}},
        "header-control-character");
}

void TestHttp2Requests::malformedHeadsAreReset()
{
    QFETCH(QByteArray, block);
    QFETCH(QByteArray, reason);
    RecordingUpstream upstream;
    GatewayFixture gateway(GatewayFixture::http2Spec(upstream.port()));
    Http2Client client(gateway.port());
    client.send(Http2Client::frame(Http2Client::kHeaders, Http2Client::kEndHeaders | Http2Client::kEndStream,
                                   1, block.toStdString()));
    const Http2Answer answer = client.answer(1);
    QCOMPARE(answer.reset.value_or(0), kProtocolError);
    QCOMPARE(answer.status, 0);
    // The stream alone is broken; nothing of it went on.
    client.send(Http2Client::headers(3, Http2Client::get("/next")));
    QCOMPARE(client.answer(3).status, 200);
    QCOMPARE(upstream.requests().size(), std::size_t(1));
    QCOMPARE(upstream.requests()[0].target, std::string("/next"));
    QTRY_COMPARE(gateway.metric(refusals(reason).toStdString()), std::optional<double>(1));
}

void TestHttp2Requests::refusedHeadsAreAnswered_data()
{
    QTest::addColumn<QByteArray>("frames");
    QTest::addColumn<int>("status");
    QTest::addColumn<QByteArray>("reason");
    const auto row = [](const char* name, const Http2Fields& fields, int status, const char* reason) {
        QTest::addRow("%s", name) << QByteArray::fromStdString(Http2Client::headers(1, fields)) << status
                                  << QByteArray(reason);
    };
    const auto get = [](const std::string& path) { return Http2Client::get(path); };
    row("CONNECT", {{":method", "CONNECT"}, {":authority", "a:443"}}, 501, "method-refused");
    row("TRACE", {{":method", "TRACE"}, {":scheme", "http"}, {":authority", "a"}, {":path", "/"}}, 501,
        "method-refused");
    row("no host", {{":method", "GET"}, {":scheme", "http"}, {":path", "/"}}, 400, "host-missing");
    row("user", {{":method", "GET"}, {":scheme", "http"}, {":authority", "u@a"}, {":path", "/"}}, 400,
        "host-malformed");
    row("above the root", get("/../etc"), 400, "path-above-root");
    row("encoded slash", get("/a%2Fb"), 400, "path-encoded-separator");
    row("empty segment", get("//a"), 400, "path-empty-segment");
    row("parameter", get("/a;b"), 400, "path-parameter");
    row("fragment", get("/a#b"), 400, "target-fragment");
    row("not UTF-8", get("/%ff"), 400, "path-not-utf8");
    row("long path", get("/" + std::string(9000, 'a')), 414, "target-too-long");
    row("large head", Http2Client::get("/", {{"x", std::string(33'000, 'x')}}), 431, "head-too-large");
    Http2Fields many = get("/");
    for (int i = 0; i < 120; ++i)
        many.emplace_back("x-" + std::to_string(i), "y");
    row("many fields", many, 431, "too-many-headers");
    row("look-alike", Http2Client::get("/", {{"content_length", "1"}}), 400, "header-look-alike");
    row("expectation", Http2Client::get("/", {{"expect", "x"}}), 417, "expectation-unsupported");
}

void TestHttp2Requests::refusedHeadsAreAnswered()
{
    QFETCH(QByteArray, frames);
    QFETCH(int, status);
    QFETCH(QByteArray, reason);
    RecordingUpstream upstream;
    GatewayFixture gateway(GatewayFixture::http2Spec(upstream.port()));
    Http2Client client(gateway.port());
    client.send(frames.toStdString());
    const Http2Answer answer = client.answer(1);
    QCOMPARE(answer.status, status);
    QVERIFY(answer.complete);
    QCOMPARE(answer.header("content-type"), std::string("application/problem+json"));
    QVERIFY(answer.body.find("urn:postern:problem:" + reason.toStdString()) != std::string::npos);
    client.send(Http2Client::headers(3, Http2Client::get("/next")));
    QCOMPARE(client.answer(3).status, 200);
    QCOMPARE(upstream.requests().size(), std::size_t(1));
    QTRY_COMPARE(gateway.metric(refusals(reason).toStdString()), std::optional<double>(1));
}

void TestHttp2Requests::bodies_data()
{
    QTest::addColumn<QByteArray>("frames");
    QTest::addColumn<QByteArray>("body");
    QTest::addColumn<QByteArray>("framing"); // the field that the upstream sees
    const auto headers = [](const Http2Fields& more = {}) {
        return Http2Client::headers(1, Http2Client::post("/", more), false);
    };
    const auto row = [](const char* name, const std::string& frames, const std::string& body,
                        const char* framing) {
        QTest::addRow("%s", name) << QByteArray::fromStdString(frames) << QByteArray::fromStdString(body)
                                  << QByteArray(framing);
    };
    const std::string large(200'000, 'x');
    row("to the end", headers() + Http2Client::data(1, "hello"), "hello", "transfer-encoding");
    row("announced", headers({{"content-length", "5"}}) + Http2Client::data(1, "hello"), "hello",
        "content-length");
    row("in pieces",
        headers() + Http2Client::data(1, "he", false) + Http2Client::data(1, "ll", false) +
            Http2Client::data(1, "o"),
        "hello", "transfer-encoding");
    row("end alone", headers() + Http2Client::data(1, "hello", false) + Http2Client::data(1, ""), "hello",
        "transfer-encoding");
    row("announced, end alone",
        headers({{"content-length", "5"}}) + Http2Client::data(1, "hello", false) + Http2Client::data(1, ""),
        "hello", "content-length");
    row("empty after all", headers() + Http2Client::data(1, ""), "", "transfer-encoding");
    row("padded",
        headers() + Http2Client::frame(Http2Client::kData, 1 | Http2Client::kPadded, 1,
                                       std::string("\x03hello\0\0\0", 9)),
        "hello", "transfer-encoding");
    row("large", headers() + Http2Client::data(1, large), large, "transfer-encoding");
    row("large and announced", headers({{"content-length", "200000"}}) + Http2Client::data(1, large), large,
        "content-length");
    std::string small;
    for (int i = 0; i < 2000; ++i)
        small += Http2Client::data(1, "ab", false);
    std::string whole;
    for (int i = 0; i < 2000; ++i)
        whole += "ab";
    row("small frames", headers() + small + Http2Client::data(1, ""), whole, "transfer-encoding");
}

void TestHttp2Requests::bodies()
{
    QFETCH(QByteArray, frames);
    QFETCH(QByteArray, body);
    QFETCH(QByteArray, framing);
    RecordingUpstream upstream;
    GatewayFixture gateway(GatewayFixture::http2Spec(upstream.port()));
    Http2Client client(gateway.port());
    QVERIFY(client.roundTrip()); // the large windows are agreed upon
    client.send(frames.toStdString());
    QCOMPARE(client.answer(1).status, 200);
    const auto requests = upstream.requests();
    QCOMPARE(requests.size(), std::size_t(1));
    QCOMPARE(QByteArray::fromStdString(requests[0].body), body);
    QVERIFY(requests[0].complete);
    QVERIFY(!requests[0].header(framing.toStdString()).empty());
    QCOMPARE(requests[0].header("content-length").empty(), framing != "content-length");
    QCOMPARE(gateway.waitForLog(1)[u"bytes_in"].toInt(), body.size());
    QCOMPARE(upstream.connections(), 1);
    // The connection to the upstream lives on.
    QCOMPARE(client.stream(1).reset.has_value(), false);
    client.send(Http2Client::headers(3, Http2Client::get()));
    QCOMPARE(client.answer(3).status, 200);
    QCOMPARE(upstream.connections(), 1);
}

void TestHttp2Requests::bodyFaults_data()
{
    QTest::addColumn<QByteArray>("frames");
    QTest::addColumn<QByteArray>("reason");
    const auto row =
        [](const char* name, const Http2Fields& more, const std::string& frames, const char* reason) {
            QTest::addRow("%s", name)
                << QByteArray::fromStdString(Http2Client::headers(1, Http2Client::post("/", more), false) +
                                             frames)
                << QByteArray(reason);
        };
    row("longer than announced", {{"content-length", "3"}}, Http2Client::data(1, "hello"),
        "content-length-mismatch");
    row("shorter than announced", {{"content-length", "9"}}, Http2Client::data(1, "hello"),
        "content-length-mismatch");
    row("trailers that do not end it", {}, Http2Client::headers(1, {{"x", "y"}}, false), "trailer-malformed");
    row("pseudo-header in trailers", {}, Http2Client::headers(1, {{":path", "/"}}),
        "pseudo-header-malformed");
    row("length in trailers", {}, Http2Client::headers(1, {{"content-length", "0"}}), "trailer-forbidden");
    row("LF in trailers", {}, Http2Client::headers(1, {{"x", "a\nb"}}), "header-control-character");
    row("trailers before the announced end", {{"content-length", "9"}}, Http2Client::headers(1, {{"x", "y"}}),
        "content-length-mismatch");
}

void TestHttp2Requests::bodyFaults()
{
    QFETCH(QByteArray, frames);
    QFETCH(QByteArray, reason);
    RecordingUpstream upstream;
    GatewayFixture gateway(GatewayFixture::http2Spec(upstream.port()));
    Http2Client client(gateway.port());
    client.send(frames.toStdString());
    const Http2Answer answer = client.answer(1);
    QCOMPARE(answer.reset.value_or(0), kProtocolError);
    QCOMPARE(answer.status, 0);
    QTRY_COMPARE(gateway.metric(refusals(reason).toStdString()), std::optional<double>(1));
    for (const RecordedRequest& request : upstream.requests())
        QVERIFY(!request.complete); // never taken for whole
}

void TestHttp2Requests::trailersBothWays()
{
    RecordingUpstream upstream(RecordingUpstream::answering(
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\nGrpc-Status: 0\r\n\r\n"));
    GatewayFixture gateway(GatewayFixture::http2Spec(upstream.port()));
    Http2Client client(gateway.port());
    client.send(Http2Client::headers(1, Http2Client::post(), false) + Http2Client::data(1, "hello", false) +
                Http2Client::headers(1, {{"x-sum", "5"}}));
    const Http2Answer answer = client.answer(1);
    QCOMPARE(answer.body, std::string("ok"));
    QVERIFY(answer.complete);
    QCOMPARE(answer.trailer("grpc-status"), std::string("0"));
    QVERIFY(upstream.bytes().ends_with("5\r\nhello\r\n0\r\nx-sum: 5\r\n\r\n"));
}

void TestHttp2Requests::interimAnswers()
{
    RecordingUpstream upstream(
        RecordingUpstream::answering("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\nConnection: x-own\r\n"
                                     "X-Own: 1\r\nKeep-Alive: timeout=5\r\n\r\n" +
                                     ok("ok")));
    GatewayFixture gateway(GatewayFixture::http2Spec(upstream.port()));
    Http2Client client(gateway.port());
    const Http2Answer answer = client.ask(Http2Client::get());
    QCOMPARE(answer.status, 200);
    QCOMPARE(answer.interims.size(), std::size_t(1));
    QCOMPARE(answer.interims[0], (Http2Fields{{":status", "103"}, {"link", "</a>"}}));
}

void TestHttp2Requests::continueIsSentWhereItIsWaitedFor()
{
    RecordingUpstream upstream;
    GatewayFixture gateway(GatewayFixture::http2Spec(upstream.port()));
    Http2Client client(gateway.port());
    client.send(Http2Client::headers(1, Http2Client::post("/", {{"expect", "100-continue"}}), false));
    while (client.stream(1).interims.empty() && client.readFrame()) {
    }
    QCOMPARE(client.stream(1).interims.at(0), (Http2Fields{{":status", "100"}}));
    client.send(Http2Client::data(1, "hello"));
    QCOMPARE(client.answer(1).status, 200);
    QCOMPARE(upstream.requests()[0].body, std::string("hello"));
    QVERIFY(upstream.requests()[0].header("expect").empty());
}

void TestHttp2Requests::answersWithoutBody_data()
{
    QTest::addColumn<QByteArray>("method");
    QTest::addColumn<QByteArray>("response");
    QTest::addColumn<int>("status");
    QTest::addColumn<QByteArray>("length");
    QTest::addRow("HEAD") << QByteArray("HEAD") << QByteArray("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n")
                          << 200 << QByteArray("9");
    QTest::addRow("204") << QByteArray("GET") << QByteArray("HTTP/1.1 204 No Content\r\n\r\n") << 204
                         << QByteArray();
    QTest::addRow("304") << QByteArray("GET")
                         << QByteArray("HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n") << 304
                         << QByteArray("9");
    QTest::addRow("empty") << QByteArray("GET") << QByteArray("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
                           << 200 << QByteArray("0");
}

void TestHttp2Requests::answersWithoutBody()
{
    QFETCH(QByteArray, method);
    QFETCH(QByteArray, response);
    QFETCH(int, status);
    QFETCH(QByteArray, length);
    RecordingUpstream upstream(RecordingUpstream::answering(response.toStdString()));
    GatewayFixture gateway(GatewayFixture::http2Spec(upstream.port()));
    Http2Client client(gateway.port());
    Http2Fields fields = Http2Client::get();
    fields[0].second = method.toStdString();
    const Http2Answer answer = client.ask(fields);
    QCOMPARE(answer.status, status);
    QVERIFY(answer.complete);
    QVERIFY(answer.body.empty());
    QCOMPARE(answer.header("content-length"), length.toStdString());
}

void TestHttp2Requests::manyStreamsAtOnce()
{
    RecordingUpstream upstream([](UpstreamPeer& peer) {
        while (const auto request = peer.next())
            peer.send(ok("answer to " + request->target));
    });
    GatewayFixture gateway(GatewayFixture::http2Spec(upstream.port()));
    Http2Client client(gateway.port());
    std::string frames;
    for (std::uint32_t i = 0; i < 100; ++i)
        frames += Http2Client::headers(2 * i + 1, Http2Client::get("/" + std::to_string(i)));
    client.send(frames);
    for (std::uint32_t i = 0; i < 100; ++i) {
        const Http2Answer answer = client.answer(2 * i + 1);
        QCOMPARE(answer.body, "answer to /" + std::to_string(i));
    }
    QCOMPARE(upstream.requests().size(), std::size_t(100));
    QTRY_COMPARE(gateway.log().size(), 100);
}

void TestHttp2Requests::manyLargeHeadsAtOnce_data()
{
    QTest::addColumn<int>("body");
    QTest::addRow("heads alone") << 0;
    QTest::addRow("with bodies") << 700;
}

void TestHttp2Requests::manyLargeHeadsAtOnce()
{
    // More of frames that are no DATA than goes out in one piece.
    QFETCH(int, body);
    constexpr int kStreams = 100;
    const auto cookie = [](const std::string& path) { return path + "=" + std::string(2048, path.back()); };
    const auto bodyOf = [&](const std::string& path) {
        return std::string(static_cast<std::size_t>(body), path.back());
    };
    Http2Upstream upstream([&](Http2Peer& peer) {
        if (!peer.greet())
            return;
        std::string answers;
        for (int i = 0; i < kStreams; ++i) {
            const auto request = peer.nextRequest();
            if (!request)
                return;
            const auto stream = static_cast<std::uint32_t>(request->stream);
            const std::string path = request->field(":path").substr(1);
            const unsigned end = body > 0 ? 0U : 1U * Http2Client::kEndStream;
            answers += Http2Client::frame(Http2Client::kHeaders, Http2Client::kEndHeaders | end, stream,
                                          peer.encode({{":status", "200"}, {"set-cookie", cookie(path)}}));
            if (body > 0)
                answers += Http2Client::data(stream, bodyOf(path));
        }
        peer.sendBytes(answers);
        while (peer.next()) {
        }
    });
    GatewayFixture gateway("  upstreams: [{name: app, protocol: h2c, endpoints: [{address: \"127.0.0.1:" +
                           QByteArray::number(upstream.port()) +
                           "\"}]}]\n  routes: [{name: all, match: {path: /**}, upstream: app}]\n" +
                           GatewayFixture::http2Mark());
    Http2Client client(gateway.port());
    std::map<std::uint32_t, std::string> paths;
    for (int i = 0; i < kStreams; ++i) {
        const std::string path = "c" + std::to_string(i);
        paths[client.request(Http2Client::get("/" + path))] = path;
    }
    for (const auto& [stream, path] : paths) {
        const Http2Answer answer = client.answer(stream);
        QVERIFY2(answer.complete, path.c_str());
        QCOMPARE(answer.header("set-cookie"), cookie(path));
        QCOMPARE(answer.body, bodyOf(path));
    }
}

void TestHttp2Requests::brokenAnswerIsReset()
{
    RecordingUpstream upstream([](UpstreamPeer& peer) {
        if (peer.next())
            peer.send("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf");
        peer.close();
    });
    GatewayFixture gateway(GatewayFixture::http2Spec(upstream.port()));
    Http2Client client(gateway.port());
    const Http2Answer answer = client.ask(Http2Client::get());
    QCOMPARE(answer.status, 200);
    QVERIFY(!answer.complete);
    QCOMPARE(answer.reset.value_or(0), 2U); // INTERNAL_ERROR
    QCOMPARE(gateway.waitForLog(1)[u"ended"].toString(), QStringLiteral("upstream_reset"));
    QVERIFY(client.roundTrip()); // the connection lives
}

void TestHttp2Requests::lengthMismatchAfterTheHeadWentOn()
{
    Gate headSeen;
    RecordingUpstream upstream([&headSeen](UpstreamPeer& peer) {
        if (peer.nextHead())
            headSeen.open();
        while (!peer.receive().empty()) {
        }
    });
    GatewayFixture gateway(GatewayFixture::http2Spec(upstream.port()));
    Http2Client client(gateway.port());
    client.send(Http2Client::headers(1, Http2Client::post("/", {{"content-length", "9"}}), false) +
                Http2Client::data(1, "half", false));
    QVERIFY(headSeen.wait());
    client.send(Http2Client::data(1, ""));
    QCOMPARE(client.answer(1).reset.value_or(0), kProtocolError);
    QVERIFY(upstream.bytes().ends_with("\r\n\r\nhalf")); // cut short, never completed
}

void TestHttp2Requests::earlyAnswerStopsTheUpload()
{
    RecordingUpstream upstream([](UpstreamPeer& peer) {
        if (peer.nextHead())
            peer.send("HTTP/1.1 413 Content Too Large\r\nContent-Length: 2\r\n\r\nno");
        while (!peer.receive().empty()) {
        }
    });
    GatewayFixture gateway(GatewayFixture::http2Spec(upstream.port()));
    Http2Client client(gateway.port());
    client.send(Http2Client::headers(1, Http2Client::post(), false));
    QCOMPARE(client.readBody(1, 2).status, 413);
    while (!client.stream(1).complete && client.readFrame()) {
    }
    QVERIFY(!client.stream(1).reset);
    QCOMPARE(gateway.waitForLog(1)[u"code"].toInt(), 413); // logged as soon as it is out
    // What is in flight is dropped; a client that goes on for too long is told to stop.
    client.send(Http2Client::data(1, std::string(100'000, 'x'), false));
    while (!client.stream(1).reset && client.readFrame()) {
    }
    QCOMPARE(client.stream(1).reset.value_or(99), 0U); // NO_ERROR
    QVERIFY(client.roundTrip());
}

void TestHttp2Requests::clientResetEndsTheUpstreamExchange()
{
    Gate requestSeen;
    Gate ended;
    RecordingUpstream upstream([&](UpstreamPeer& peer) {
        if (peer.next())
            requestSeen.open();
        if (peer.receive().empty())
            ended.open();
    });
    GatewayFixture gateway(GatewayFixture::http2Spec(upstream.port()));
    Http2Client client(gateway.port());
    client.request(Http2Client::get());
    QVERIFY(requestSeen.wait());
    client.send(Http2Client::frame(Http2Client::kReset, 0, 1, Http2Client::number(8)));
    QVERIFY(ended.wait());
    const QJsonObject log = gateway.waitForLog(1);
    QCOMPARE(log[u"ended"].toString(), QStringLiteral("client_gone"));
    QCOMPARE(log[u"code"].toInt(), 499);
    QVERIFY(client.roundTrip());
}

/// The answer is here to its last byte, and never got out.
void TestHttp2Requests::clientResetBeforeAllIsSentIsNoCompletion()
{
    RecordingUpstream upstream(RecordingUpstream::answering(ok("never sent")));
    GatewayFixture gateway(GatewayFixture::http2Spec(upstream.port()));
    Http2Client client(gateway.port(), Http2Client::Windows::Closed, Http2Client::setting(4, 0));
    client.request(Http2Client::get());
    QCOMPARE(client.readHead(1).status, 200);
    client.send(Http2Client::frame(Http2Client::kReset, 0, 1, Http2Client::number(8)));
    QCOMPARE(gateway.waitForLog(1)[u"ended"].toString(), QStringLiteral("client_gone"));
}

QTEST_GUILESS_MAIN(TestHttp2Requests)
#include "tst_http2_requests.moc"
