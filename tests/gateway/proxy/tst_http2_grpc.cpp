#include "tests/support/gateway/gateway_fixture.h"
#include "tests/support/http2_client.h"
#include "tests/support/recording_upstream.h"

#include <QTest>

using namespace postern;
using namespace postern::test;

namespace {

const Http2Fields kGrpc = {{"content-type", "application/grpc+proto"}, {"te", "trailers"}};

Http2Fields call(const Http2Fields& more = {})
{
    Http2Fields fields = Http2Client::post("/bank.Accounts/Get", kGrpc);
    fields.insert(fields.end(), more.begin(), more.end());
    return fields;
}

} // namespace

/// gRPC callers: what the upstream says goes through, what the gateway says is said in their words.
class TestHttp2Grpc : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void unaryCall();
    void trailersOnlyFromTheUpstream();
    void bidirectionalStream();
    void refusals_data();
    void refusals();
    void deadline();
    void deadlineInTheMiddleOfTheAnswer_data();
    void deadlineInTheMiddleOfTheAnswer();
    void routesTimeoutIsNotLengthened();
    void deadlinesOfCallersBlameNoEndpoint();
};

void TestHttp2Grpc::unaryCall()
{
    RecordingUpstream upstream(
        RecordingUpstream::answering("HTTP/1.1 200 OK\r\nContent-Type: application/grpc\r\n"
                                     "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n"
                                     "Grpc-Status: 0\r\nGrpc-Message: fine\r\n\r\n"));
    GatewayFixture gateway(GatewayFixture::http2Spec(upstream.port()));
    Http2Client client(gateway.port());
    const Http2Answer answer = client.ask(call({{"grpc-timeout", "3S"}}), "question");
    QCOMPARE(answer.status, 200);
    QCOMPARE(answer.body, std::string("hello"));
    QCOMPARE(answer.trailers, (Http2Fields{{"grpc-status", "0"}, {"grpc-message", "fine"}}));
    QCOMPARE(upstream.requests().at(0).body, std::string("question"));
    QCOMPARE(upstream.requests().at(0).header("grpc-timeout"), std::string("3S"));
}

void TestHttp2Grpc::trailersOnlyFromTheUpstream()
{
    RecordingUpstream upstream(RecordingUpstream::answering(
        "HTTP/1.1 200 OK\r\nContent-Type: application/grpc\r\nGrpc-Status: 5\r\nContent-Length: 0\r\n\r\n"));
    GatewayFixture gateway(GatewayFixture::http2Spec(upstream.port()));
    Http2Client client(gateway.port());
    const Http2Answer answer = client.ask(call(), "question");
    QCOMPARE(answer.header("grpc-status"), std::string("5"));
    QVERIFY(answer.complete);
}

void TestHttp2Grpc::bidirectionalStream()
{
    RecordingUpstream upstream([](UpstreamPeer& peer) {
        if (!peer.nextHead())
            return;
        peer.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
        for (std::string piece = peer.receive(); piece.find("end") == std::string::npos;
             piece = peer.receive()) {
            if (piece.empty())
                return;
            peer.send("4\r\necho\r\n");
        }
        peer.send("0\r\nGrpc-Status: 0\r\n\r\n");
    });
    GatewayFixture gateway(GatewayFixture::http2Spec(upstream.port()));
    Http2Client client(gateway.port());
    client.send(Http2Client::headers(1, call(), false));
    QCOMPARE(client.readHead(1).status, 200);
    for (std::size_t i = 1; i <= 20; ++i) {
        client.send(Http2Client::data(1, "ping", false));
        QCOMPARE(client.readBody(1, 4 * i).body.size(), 4 * i);
    }
    client.send(Http2Client::data(1, "end"));
    QCOMPARE(client.answer(1).trailer("grpc-status"), std::string("0"));
    QVERIFY(!client.stream(1).reset);
}

void TestHttp2Grpc::refusals_data()
{
    QTest::addColumn<QByteArray>("path");
    QTest::addColumn<QByteArray>("status");
    QTest::addColumn<int>("code");
    QTest::addRow("no route") << QByteArray("/nowhere") << QByteArray("12") << 404;
    QTest::addRow("nobody there") << QByteArray("/down/x") << QByteArray("14") << 502;
    QTest::addRow("malformed path") << QByteArray("/a%2Fb") << QByteArray("13") << 400;
}

void TestHttp2Grpc::refusals()
{
    QFETCH(QByteArray, path);
    QFETCH(QByteArray, status);
    QFETCH(int, code);
    RecordingUpstream gone;
    const QByteArray port = QByteArray::number(gone.port());
    gone.stopListening();
    GatewayFixture gateway("  upstreams: [{name: app, endpoints: [{address: \"127.0.0.1:" + port +
                           "\"}]}]\n"
                           "  routes: [{name: down, match: {path: /down/**}, upstream: app}]\n" +
                           GatewayFixture::http2Mark());
    Http2Client client(gateway.port());
    Http2Fields fields = call();
    fields[3].second = path.toStdString();
    const Http2Answer answer = client.ask(fields);
    QCOMPARE(answer.status, 200);
    QCOMPARE(answer.header("content-type"), std::string("application/grpc"));
    QCOMPARE(answer.header("grpc-status"), status.toStdString());
    QVERIFY(!answer.header("grpc-message").empty());
    QVERIFY(answer.complete && answer.body.empty());
    QCOMPARE(gateway.waitForLog(1)[u"code"].toInt(), code);
}

void TestHttp2Grpc::deadline()
{
    RecordingUpstream upstream([](UpstreamPeer& peer) {
        while (peer.next()) { // and never answers
        }
    });
    GatewayFixture gateway(GatewayFixture::http2Spec(upstream.port(), "60s"));
    Http2Client client(gateway.port());
    const Http2Answer answer = client.ask(call({{"grpc-timeout", "100m"}}), "question");
    QCOMPARE(answer.status, 200);
    QCOMPARE(answer.header("grpc-status"), std::string("4"));
    QCOMPARE(gateway.waitForLog(1)[u"code"].toInt(), 504);
}

void TestHttp2Grpc::deadlineInTheMiddleOfTheAnswer_data()
{
    QTest::addColumn<QByteArray>("begin");
    QTest::addColumn<QByteArray>("timeout");
    QTest::addColumn<QByteArray>("deadline");
    QTest::addColumn<bool>("inTrailers");
    const QByteArray head = "HTTP/1.1 200 OK\r\nContent-Type: application/grpc\r\n";
    const QByteArray chunked = head + "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n";
    QTest::addRow("the caller's") << chunked << QByteArray("60s") << QByteArray("200m") << true;
    QTest::addRow("the route's") << chunked << QByteArray("200ms") << QByteArray("60S") << true;
    QTest::addRow("of an announced length")
        << head + "Content-Length: 9\r\n\r\nhello" << QByteArray("60s") << QByteArray("200m") << false;
}

/// Half an answer is no answer, and says so in the caller's words.
void TestHttp2Grpc::deadlineInTheMiddleOfTheAnswer()
{
    QFETCH(QByteArray, begin);
    QFETCH(QByteArray, timeout);
    QFETCH(QByteArray, deadline);
    QFETCH(bool, inTrailers);
    Gate left;
    RecordingUpstream upstream([&](UpstreamPeer& peer) {
        if (!peer.next())
            return;
        peer.send(begin.toStdString());
        if (peer.receive().empty())
            left.open();
    });
    GatewayFixture gateway(GatewayFixture::http2Spec(upstream.port(), timeout));
    Http2Client client(gateway.port());
    const Http2Answer answer = client.ask(call({{"grpc-timeout", deadline.toStdString()}}), "question");
    QCOMPARE(answer.status, 200);
    QCOMPARE(answer.body, std::string("hello"));
    QCOMPARE(answer.trailer("grpc-status"), std::string(inTrailers ? "4" : ""));
    QCOMPARE(answer.trailer("grpc-message").empty(), !inTrailers);
    QCOMPARE(answer.complete, inTrailers);
    QCOMPARE(answer.reset.has_value(), !inTrailers);
    QVERIFY(left.wait());
    QCOMPARE(gateway.waitForLog(1)[u"ended"].toString(), QStringLiteral("timeout"));
}

void TestHttp2Grpc::routesTimeoutIsNotLengthened()
{
    RecordingUpstream upstream([](UpstreamPeer& peer) {
        while (peer.next()) {
        }
    });
    GatewayFixture gateway(GatewayFixture::http2Spec(upstream.port(), "100ms"));
    Http2Client client(gateway.port());
    QCOMPARE(client.ask(call({{"grpc-timeout", "8H"}}), "question").header("grpc-status"), std::string("4"));
}

/// Whoever calls could take every endpoint out of use for all others.
void TestHttp2Grpc::deadlinesOfCallersBlameNoEndpoint()
{
    RecordingUpstream upstream([](UpstreamPeer& peer) {
        while (const auto request = peer.next()) {
            if (request->header("grpc-timeout").empty())
                peer.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
        }
    });
    RecordingUpstream other;
    const QByteArray address = "{address: \"127.0.0.1:" + QByteArray::number(other.port()) + "\"}";
    GatewayFixture gateway(
        GatewayFixture::http2Spec(upstream.port(), "60s")
            .replace("endpoints: [", "outlierDetection: {consecutiveErrors: 1, baseEjection: 1h}, "
                                     "endpoints: [" +
                                         address + ", "));
    Http2Client client(gateway.port());
    // One that never answers, and deadlines that nobody can keep.
    for (const char* timeout : {"100m", "1n", "100m", "1n", "100m", "1n"})
        static_cast<void>(client.ask(call({{"grpc-timeout", timeout}}), "question"));
    QVERIFY(!upstream.requests().empty());
    const char* const ejected =
        "postern_upstream_endpoints{api=\"payments/accounts\",upstream=\"app\",state=\"ejected\"}";
    QCOMPARE(gateway.metric(ejected), std::optional<double>(0));
    QTRY_COMPARE(gateway.run([](ProxyWorker& worker) { return worker.requestsInFlight(); }), std::size_t(0));
}

QTEST_GUILESS_MAIN(TestHttp2Grpc)
#include "tst_http2_grpc.moc"
