#include "tests/gateway/http/request_texts.h"

#include <QRandomGenerator>
#include <QTest>

using namespace postern;
using namespace postern::test;

/// What a request head means, its limits, and that fragmentation changes nothing.
class TestRequestReading : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void framing_data();
    void framing();
    void persistence_data();
    void persistence();
    void expectation_data();
    void expectation();
    void limits_data();
    void limits();
    void anyFragmentationGivesTheSame_data();
    void anyFragmentationGivesTheSame();
    void randomDamageReadsTheSameInPieces();
    void neverMoreFieldsThanTheIndexHolds();
    void aDrippedLineIsScannedOnce();
};

void TestRequestReading::framing_data()
{
    QTest::addColumn<QByteArray>("request");
    QTest::addColumn<int>("framing");
    QTest::addColumn<quint64>("length");
    const auto row = [](const char* name, const QByteArray& request, BodyFraming framing, quint64 length) {
        QTest::newRow(name) << request << static_cast<int>(framing) << length;
    };
    row("none", get("/"), BodyFraming::None, 0);
    row("post without length", post({}), BodyFraming::None, 0);
    row("length", post("Content-Length: 5\r\n"), BodyFraming::Length, 5);
    row("length on GET", get("/", "Content-Length: 5\r\n"), BodyFraming::Length, 5);
    row("zero", post("Content-Length: 0\r\n"), BodyFraming::Length, 0);
    row("leading zeros", post("Content-Length: 0005\r\n"), BodyFraming::Length, 5);
    row("largest", post("Content-Length: 999999999999999999\r\n"), BodyFraming::Length,
        999999999999999999ULL);
    row("chunked", post("Transfer-Encoding: chunked\r\n"), BodyFraming::Chunked, 0);
    row("chunked close to the colon", post("transfer-ENCODING:chunked\r\n"), BodyFraming::Chunked, 0);
}

void TestRequestReading::framing()
{
    QFETCH(QByteArray, request);
    QFETCH(int, framing);
    QFETCH(quint64, length);
    const Parsed parsed(request);
    QVERIFY(parsed.isDone());
    QCOMPARE(static_cast<int>(parsed.head.framing), framing);
    QCOMPARE(quint64(parsed.head.contentLength), length);
    QCOMPARE(parsed.head.hasBody(), framing == static_cast<int>(BodyFraming::Chunked) || length > 0);
}

void TestRequestReading::persistence_data()
{
    QTest::addColumn<QByteArray>("request");
    QTest::addColumn<bool>("keepAlive");
    QTest::addColumn<bool>("upgrade");
    QTest::newRow("1.1") << get("/") << true << false;
    QTest::newRow("close") << get("/", "Connection: close\r\n") << false << false;
    QTest::newRow("close in list") << get("/", "Connection: x , CLOSE\r\n") << false << false;
    QTest::newRow("close in second field")
        << get("/", "Connection: x\r\nConnection: close\r\n") << false << false;
    QTest::newRow("close wins") << get("/", "Connection: keep-alive, close\r\n") << false << false;
    QTest::newRow("closed is no close") << get("/", "Connection: closed\r\n") << true << false;
    QTest::newRow("1.0") << QByteArray("GET / HTTP/1.0\r\n\r\n") << false << false;
    QTest::newRow("1.0 keep") << QByteArray("GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n") << true
                              << false;
    QTest::newRow("upgrade") << get("/", "Connection: keep-alive, Upgrade\r\nUpgrade: websocket\r\n") << true
                             << true;
    QTest::newRow("upgrade unnamed") << get("/", "Upgrade: websocket\r\n") << true << false;
    QTest::newRow("upgrade 1.0") << QByteArray("GET / HTTP/1.0\r\nConnection: upgrade\r\nUpgrade: a\r\n\r\n")
                                 << false << false;
}

void TestRequestReading::persistence()
{
    QFETCH(QByteArray, request);
    QFETCH(bool, keepAlive);
    QFETCH(bool, upgrade);
    const Parsed parsed(request);
    QVERIFY(parsed.isDone());
    QCOMPARE(parsed.head.keepAlive, keepAlive);
    QCOMPARE(parsed.head.wantsUpgrade, upgrade);
}

void TestRequestReading::expectation_data()
{
    QTest::addColumn<QByteArray>("request");
    QTest::addColumn<bool>("expects");
    QTest::newRow("absent") << post("Content-Length: 1\r\n") << false;
    QTest::newRow("present") << post("Content-Length: 1\r\nExpect: 100-Continue\r\n") << true;
    QTest::newRow("chunked") << post("Transfer-Encoding: chunked\r\nExpect: 100-continue\r\n") << true;
    QTest::newRow("no body") << post("Expect: 100-continue\r\n") << false;
    QTest::newRow("1.0") << QByteArray("POST / HTTP/1.0\r\nContent-Length: 1\r\nExpect: 100-continue\r\n\r\n")
                         << false;
}

void TestRequestReading::expectation()
{
    QFETCH(QByteArray, request);
    QFETCH(bool, expects);
    const Parsed parsed(request);
    QVERIFY(parsed.isDone());
    QCOMPARE(parsed.head.expectsContinue, expects);
}

void TestRequestReading::limits_data()
{
    QTest::addColumn<QByteArray>("request");
    QTest::addColumn<QByteArray>("end");
    const auto row = [](const char* name, const QByteArray& request, const char* end) {
        QTest::newRow(name) << request << QByteArray(end);
    };
    // With headerBytes 400, headers 5, uriBytes 100.
    row("target at limit", get("/" + QByteArray(99, 'a')), "done");
    row("target over", get("/" + QByteArray(100, 'a')), "target-too-long");
    row("target far over", get("/" + QByteArray(2000, 'a')), "target-too-long");
    row("target over, unfinished", "GET /" + QByteArray(2000, 'a'), "target-too-long");
    row("fields at limit", get("/", "A: 1\r\nA: 2\r\nA: 3\r\nA: 4\r\n"), "done");
    row("fields over", get("/", "A: 1\r\nA: 2\r\nA: 3\r\nA: 4\r\nA: 5\r\n"), "too-many-headers");
    const qsizetype rest = get("/", "A: \r\n").size();
    row("bytes at limit", get("/", "A: " + QByteArray(400 - rest, 'a') + "\r\n"), "done");
    row("bytes over", get("/", "A: " + QByteArray(401 - rest, 'a') + "\r\n"), "head-too-large");
    row("bytes over, unfinished", "GET / HTTP/1.1\r\nA: " + QByteArray(1000, 'a'), "head-too-large");
    row("bytes over beats a fault behind", get("/", "A: " + QByteArray(400, 'a') + "\x01\r\n"),
        "head-too-large");
    row("fault before the limit", get("/", "A\x01: " + QByteArray(100, 'a') + "\r\n"),
        "header-control-character");
}

void TestRequestReading::limits()
{
    QFETCH(QByteArray, request);
    QFETCH(QByteArray, end);
    const HeadLimits limits{400, 5, 100};
    const Transcript whole = readRequests(view(request), {}, limits);
    QCOMPARE(whole.end, end);
    QVERIFY(readRequests(view(request), {1, 1}, limits) == whole);
}

void TestRequestReading::anyFragmentationGivesTheSame_data()
{
    QTest::addColumn<QByteArray>("stream");
    QTest::newRow("pipelined") << get("/a?b", "A: b\r\n") + post("Content-Length: 5\r\n", "hello") +
                                      get("/%2e/./c/../%7e");
    QTest::newRow("chunked") << post("Transfer-Encoding: chunked\r\n",
                                     "5;a=\"b\"\r\nhello\r\n0\r\nT: 1\r\nU: 2\r\n\r\n") +
                                    get("/b");
    QTest::newRow("fault late") << get("/a") + get("/", "A: b\r\nB: c\rd\r\n");
    QTest::newRow("fault in target") << get("/a;b");
    QTest::newRow("long values") << get("/", "A: " + QByteArray(300, 'x') + "\r\nB:\t" +
                                                 QByteArray(300, '\t') + "y\r\n");
    QTest::newRow("unfinished") << QByteArray("\r\nGET / HTTP/1.1\r\nHost: a\r\nB: c\r");
}

void TestRequestReading::anyFragmentationGivesTheSame()
{
    QFETCH(QByteArray, stream);
    const Transcript whole = readRequests(view(stream));
    for (std::size_t first = 1; first < static_cast<std::size_t>(stream.size()); ++first)
        QVERIFY2(readRequests(view(stream), {first, 0}) == whole, qPrintable(QString::number(first)));
    for (std::size_t step = 1; step < 40; ++step)
        QVERIFY2(readRequests(view(stream), {step, step}) == whole, qPrintable(QString::number(step)));
}

void TestRequestReading::randomDamageReadsTheSameInPieces()
{
    const QByteArray original = get("/v1/a%20b?c", "Accept: */*\r\nX-A: 1\r\n") +
                                post("Transfer-Encoding: chunked\r\n", "a\r\n0123456789\r\n0\r\n\r\n");
    const QByteArray dice = QByteArray("\r\n\t :;%\0\x7f/.G0", 14);
    QRandomGenerator random(20261124);
    for (int round = 0; round < 4000; ++round) {
        QByteArray stream = original;
        for (int i = random.bounded(1, 4); i > 0; --i) {
            const qsizetype at = random.bounded(int(stream.size()));
            const char c = dice[random.bounded(int(dice.size()))];
            switch (random.bounded(3)) {
            case 0:
                stream[at] = c;
                break;
            case 1:
                stream.insert(at, c);
                break;
            default:
                stream.remove(at, 1);
            }
        }
        const Transcript whole = readRequests(view(stream));
        const auto step = static_cast<std::size_t>(random.bounded(1, 30));
        QVERIFY2(readRequests(view(stream), {step, step}) == whole,
                 stream.toPercentEncoding(" /:").constData());
    }
}

void TestRequestReading::neverMoreFieldsThanTheIndexHolds()
{
    // An index that wraps around would find another field than Content-Length.
    const HeadLimits limits{16 * 1024 * 1024, 1'000'000, 8192};
    const QByteArray most = QByteArray("A: b\r\n").repeated(int(Headers::kMostFields) - 2);
    const Parsed full(get("/", most + "Content-Length: 7\r\n"), limits);
    QVERIFY(full.isDone());
    QCOMPARE(quint64(full.head.contentLength), quint64(7));
    const Parsed over(get("/", most + "A: b\r\nContent-Length: 7\r\n"), limits);
    QVERIFY(over.result.refusal == Refusal::TooManyHeaders);
}

void TestRequestReading::aDrippedLineIsScannedOnce()
{
    // 1 MiB, a byte at a time: with a rescan from the line's start this would be 2^39 byte visits.
    const HeadLimits limits{2 * 1024 * 1024, 100, 8192};
    const std::string text = "GET / HTTP/1.1\r\nHost: a\r\nA: " + std::string(1024 * 1024, 'x') + "\r\n\r\n";
    RequestParser parser;
    Arena arena;
    RequestHead head;
    for (std::size_t size = 1; size < text.size(); ++size) {
        const ParseResult result = parser.parse({text.data(), size}, limits, arena, head);
        if (result.state != ParseResult::State::NeedMore)
            QFAIL("judged before its end");
    }
    QVERIFY(parser.parse(text, limits, arena, head).state == ParseResult::State::Done);
    QCOMPARE(head.headers.value("A").size(), std::size_t(1024 * 1024));
}

QTEST_GUILESS_MAIN(TestRequestReading)
#include "tst_request_reading.moc"
