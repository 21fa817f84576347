#include "tests/support/gateway/gateway_fixture.h"
#include "tests/support/raw_client.h"
#include "tests/support/recording_upstream.h"

#include <QTest>

using namespace postern;
using namespace postern::test;

namespace {

const std::string kGet = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
const std::string kOk = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
const std::string kChunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n";
const std::string kLength = "HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\nhalf";

} // namespace

/// SECURITY: what goes wrong with an upstream when a part of its answer, or of the request, is under way
/// already.
class TestLateFaults : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void faultsBehindThePassedHead_data();
    void faultsBehindThePassedHead();
    void halfClosedInTheUpload_data();
    void halfClosedInTheUpload();
};

void TestLateFaults::faultsBehindThePassedHead_data()
{
    QTest::addColumn<QByteArray>("first");
    QTest::addColumn<QByteArray>("later"); // in a segment of its own
    QTest::addColumn<bool>("whole");       // for the client
    const auto row = [](const char* name, const std::string& first, const char* later, bool whole) {
        QTest::addRow("%s", name) << QByteArray::fromStdString(first) << QByteArray(later) << whole;
    };
    row("chunk size of no digits", kChunked, "zz\r\npoison\r\n0\r\n\r\n", false);
    row("negative chunk size", kChunked, "-4\r\npoison\r\n0\r\n\r\n", false);
    row("chunk size beyond 64 bits", kChunked, "10000000000000004\r\npoison\r\n0\r\n\r\n", false);
    row("chunk longer than said", kChunked, "4\r\nhalfpoison\r\n0\r\n\r\n", false);
    row("chunk size with a bare LF", kChunked, "4\nhalf\r\n0\r\n\r\n", false);
    row("trailer without a colon", kChunked, "0\r\npoison\r\n\r\n", false);
    row("bytes beyond the length", kLength, "halfHTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\npoison", true);
    row("bytes behind the last chunk", kChunked,
        "4\r\nhalf\r\n0\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\npoison", true);
}

void TestLateFaults::faultsBehindThePassedHead()
{
    QFETCH(QByteArray, first);
    QFETCH(QByteArray, later);
    QFETCH(bool, whole);
    Gate passed;
    Gate ended;
    RecordingUpstream upstream([&](UpstreamPeer& peer) {
        if (peer.number() > 1) {
            while (peer.next())
                peer.send(kOk);
            return;
        }
        peer.next();
        peer.send(first.toStdString());
        passed.wait();
        peer.send(later.toStdString());
        if (peer.next()) // which is wrong
            peer.send("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nreused");
        ended.open();
    });
    GatewayFixture gateway(GatewayFixture::spec(upstream.port()));
    RawClient client(gateway.port());
    QVERIFY(client.send(kGet));
    std::string got;
    while (got.find("half") == std::string::npos) { // the head was passed on, and the first piece
        const std::string more = client.receiveBytes(1);
        QVERIFY(!more.empty());
        got += more;
    }
    passed.open();
    client.finishSending();
    got += client.receiveAll();
    QVERIFY(got.starts_with("HTTP/1.1 200"));
    QVERIFY2(got.find("poison") == std::string::npos || !whole, got.c_str());
    if (first.contains("chunked"))
        QCOMPARE(got.ends_with("0\r\n\r\n"), whole);
    else
        QVERIFY(got.ends_with("\r\n\r\nhalfhalf"));
    QCOMPARE(gateway.waitForLog(1).value(u"ended").toString(),
             whole ? QStringLiteral("complete") : QStringLiteral("upstream_reset"));
    RawClient next(gateway.port());
    QCOMPARE(next.ask(kGet).body, std::string("ok"));
    QVERIFY(ended.wait());
    QCOMPARE(upstream.connections(), 2);
}

void TestLateFaults::halfClosedInTheUpload_data()
{
    QTest::addColumn<QByteArray>("method");
    QTest::addColumn<bool>("kept"); // the connection had carried a request before
    QTest::addColumn<QByteArray>("retries");
    const QByteArray none;
    const QByteArray onReset = ", retries: {attempts: 2, on: [reset]}";
    for (const char* method : {"POST", "PUT"}) {
        for (const bool kept : {false, true})
            QTest::addRow("%s, %s connection", method, kept ? "kept" : "fresh")
                << QByteArray(method) << kept << none;
    }
    QTest::addRow("POST, with retries") << QByteArray("POST") << false << onReset;
}

/// FIN with its receiving side open, before any answer: a 502 at once, whatever of the upload is still to
/// come.
void TestLateFaults::halfClosedInTheUpload()
{
    QFETCH(QByteArray, method);
    QFETCH(bool, kept);
    QFETCH(QByteArray, retries);
    Gate ended;
    RecordingUpstream upstream([&](UpstreamPeer& peer) {
        if (kept && peer.next())
            peer.send(kOk);
        peer.nextHead();
        peer.receive();
        peer.finishSending();
        while (!peer.receive().empty()) { // it would take the rest
        }
        ended.open();
    });
    GatewayFixture gateway("  upstreams: [{name: app, endpoints: [{address: \"127.0.0.1:" +
                           QByteArray::number(upstream.port()) + "\"}]" + retries +
                           "}]\n"
                           "  routes: [{name: all, match: {path: /**}, upstream: app, timeout: 9s}]\n");
    if (kept)
        QCOMPARE(RawClient(gateway.port()).ask(kGet).status, 200);
    RawClient client(gateway.port());
    QVERIFY(client.send(method.toStdString() + " /pay HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n" +
                        std::string(70'000, 'x')));
    const RawResponse response = client.receive();
    QCOMPARE(response.status, 502);
    QVERIFY(response.body.find("urn:postern:problem:upstream-reset") != std::string::npos);
    QVERIFY(ended.wait());
    QVERIFY(client.send(std::string(30'000, 'x'))); // the request ends with its last byte
    QCOMPARE(gateway.waitForLog(kept ? 2 : 1).value(u"ended").toString(), QStringLiteral("upstream_reset"));
    QCOMPARE(upstream.connections(), 1); // it went out once
}

QTEST_GUILESS_MAIN(TestLateFaults)
#include "tst_late_faults.moc"
