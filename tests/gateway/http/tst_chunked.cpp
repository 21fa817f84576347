#include "gateway/http/chunk_writer.h"
#include "tests/gateway/http/message_reader.h"

#include <QRandomGenerator>
#include <QTest>

using namespace postern;
using namespace postern::test;

/// The chunked coding, both ways.
class TestChunked : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void decodes_data();
    void decodes();
    void payloadIsNotCopied();
    void leavesWhatFollows();
    void limits_data();
    void limits();
    void decodesWhatItEncodes();
    void chunkHeads_data();
    void chunkHeads();
    void canBeUsedAgain();
};

namespace {

/// Everything a decoder gives for a body that comes in pieces: payload, trailers, `done` or the fault.
QByteArray decode(std::string_view body, std::size_t step = 0)
{
    Feed feed(body, {step, step});
    QByteArray payload;
    const QByteArray fault = readChunked(feed, payload);
    return fault.isEmpty() ? payload + " done" : payload + ' ' + fault;
}

} // namespace

void TestChunked::decodes_data()
{
    QTest::addColumn<QByteArray>("body");
    QTest::addColumn<QByteArray>("result");
    const auto row = [](const char* name, const QByteArray& body, const char* result) {
        QTest::newRow(name) << body << QByteArray(result);
    };
    row("empty", "0\r\n\r\n", " done");
    row("two", "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n", "abcde done");
    row("upper and lower hex", "A\r\n0123456789\r\na\r\n0123456789\r\n0\r\n\r\n",
        "01234567890123456789 done");
    row("leading zeros", "003\r\nabc\r\n0000\r\n\r\n", "abc done");
    row("payload with line ends", "6\r\n\r\n0\r\n\r\r\n0\r\n\r\n", "\r\n0\r\n\r done");
    row("trailers", "0\r\nA: b\r\nC:d \r\n\r\n", "|A=b|C=d done");
    row("extensions", "3;a;b=c;d=\"e;\\\"\r\t\";f\r\nabc\r\n0;last\r\n\r\n", " chunk-extension-malformed");
    row("extension forms", "3;a;b=c;d=\"e;\\\" \t\";f\r\nabc\r\n0;last\r\n\r\n", "abc done");
    row("extension white space", "3 ; a = b ;\tc\r\nabc\r\n0\r\n\r\n", "abc done");
    // Sizes.
    row("no size", "\r\nabc\r\n", " chunk-size-malformed");
    row("minus", "-3\r\nabc\r\n", " chunk-size-malformed");
    row("plus", "+3\r\nabc\r\n", " chunk-size-malformed");
    row("prefix", "0x3\r\nabc\r\n", " chunk-size-malformed");
    row("underscore", "1_0\r\nabc\r\n", " chunk-size-malformed");
    row("not hex", "g\r\nabc\r\n", " chunk-size-malformed");
    row("space before", " 3\r\nabc\r\n", " chunk-size-malformed");
    row("space behind", "3 \r\nabc\r\n", " chunk-size-malformed");
    row("tab behind", "3\t\r\nabc\r\n", " chunk-size-malformed");
    row("space within", "3 3\r\nabc\r\n", " chunk-size-malformed");
    row("2^60", "1000000000000000\r\n", " chunk-size-too-large");
    row("2^64", "10000000000000000\r\n", " chunk-size-too-large");
    row("2^64 + 3", "10000000000000003\r\nabc\r\n0\r\n\r\n", " chunk-size-too-large");
    row("zeros without end", QByteArray(40, '0') + "\r\n\r\n", " chunk-size-too-large");
    // Line ends.
    row("bare LF behind size", "3\nabc\r\n0\r\n\r\n", " bare-line-feed");
    row("bare CR behind size", "3\rabc\r\n0\r\n\r\n", " bare-carriage-return");
    row("CR CR LF", "3\r\r\nabc\r\n0\r\n\r\n", " bare-carriage-return");
    row("bare LF in extension", "3;a\nabc\r\n0\r\n\r\n", " bare-line-feed");
    row("bare CR in extension", "3;a\rb\r\nabc\r\n0\r\n\r\n", " bare-carriage-return");
    row("bare LF in quoted extension", "3;a=\"\n\"\r\nabc\r\n0\r\n\r\n", " bare-line-feed");
    row("missing CRLF behind data", "3\r\nabc0\r\n\r\n", "abc chunk-terminator-missing");
    row("LF behind data", "3\r\nabc\n0\r\n\r\n", "abc chunk-terminator-missing");
    row("CR without LF behind data", "3\r\nabc\r0\r\n\r\n", "abc chunk-terminator-missing");
    row("data too long", "3\r\nabcd\r\n0\r\n\r\n", "abc chunk-terminator-missing");
    // Extensions.
    row("empty extension", "3;\r\nabc\r\n0\r\n\r\n", " chunk-extension-malformed");
    row("empty extension value", "3;a=\r\nabc\r\n0\r\n\r\n", " chunk-extension-malformed");
    row("extension ends in space", "3;a \r\nabc\r\n0\r\n\r\n", " chunk-extension-malformed");
    row("extension with nul", QByteArray("3;a\0\r\nabc\r\n0\r\n\r\n", 16), " chunk-extension-malformed");
    row("quoted and token", "3;a=\"b\"c\r\nabc\r\n0\r\n\r\n", " chunk-extension-malformed");
    row("oversized extension", "3;" + QByteArray(300, 'a') + "\r\nabc\r\n", " chunk-extension-too-large");
    row("oversized white space", "3" + QByteArray(300, ' ') + ";a\r\nabc\r\n", " chunk-size-malformed");
    // Trailers.
    for (const char* name :
         {"Content-Length", "Transfer-Encoding", "Host", "Authorization", "Cookie", "Set-Cookie",
          "Content-Type", "Content-Encoding", "Content-Range", "Trailer", "Connection", "TE", "Upgrade",
          "X-Forwarded-For", "X-Real-IP", "Cache-Control", "Expect", "content_length"})
        row(name, "0\r\n" + QByteArray(name) + ": 1\r\n\r\n", " trailer-forbidden");
    row("trailer without colon", "0\r\nabc\r\n\r\n", " trailer-malformed");
    row("trailer folded", "0\r\nA: b\r\n c\r\n\r\n", " trailer-malformed");
    row("trailer bare LF", "0\r\nA: b\n\r\n", " trailer-malformed");
    row("trailer with nul", QByteArray("0\r\nA: \0\r\n\r\n", 11), " trailer-malformed");
    row("end with bare LF", "0\r\n\n", " trailer-malformed");
    row("oversized trailer", "0\r\nA: " + QByteArray(9000, 'a') + "\r\n\r\n", " trailer-too-large");
    row("unfinished trailer flood", "0\r\nA: " + QByteArray(9000, 'a'), " trailer-too-large");
    row("too many trailers", "0\r\n" + QByteArray("A: b\r\n").repeated(33) + "\r\n", " trailer-too-large");
    row("end missing", "0\r\n", " unfinished");
    row("cut in data", "5\r\nabc", "abc unfinished");
}

void TestChunked::decodes()
{
    QFETCH(QByteArray, body);
    QFETCH(QByteArray, result);
    QCOMPARE(decode(view(body)), result);
    for (const std::size_t step : {1, 2, 3, 5, 7, 11})
        QCOMPARE(decode(view(body), step), result);
}

void TestChunked::payloadIsNotCopied()
{
    const std::string_view body = "3\r\nabc\r\n0\r\n\r\n";
    ChunkedDecoder decoder;
    const ChunkedDecoder::Step step = decoder.next(body);
    QVERIFY(step.outcome == ChunkedDecoder::Outcome::Data);
    QVERIFY(step.data.data() == body.data() + 3);
    QCOMPARE(step.consumed, std::size_t(6));
}

void TestChunked::leavesWhatFollows()
{
    for (const std::string_view body :
         {std::string_view("0\r\n\r\n"), std::string_view("0\r\nA: b\r\n\r\n")}) {
        ChunkedDecoder decoder;
        const std::string stream = std::string(body) + "GET / HTTP/1.1\r\n";
        const ChunkedDecoder::Step step = decoder.next(stream);
        QVERIFY(step.outcome == ChunkedDecoder::Outcome::Done);
        QVERIFY(decoder.isDone());
        QCOMPARE(step.consumed, body.size());
        const ChunkedDecoder::Step after = decoder.next("GET");
        QVERIFY(after.outcome == ChunkedDecoder::Outcome::Done);
        QCOMPARE(after.consumed, std::size_t(0));
    }
}

void TestChunked::limits_data()
{
    QTest::addColumn<int>("chunks");
    QTest::addColumn<bool>("refused");
    QTest::newRow("within") << 100 << false; // 40 bytes each, of 4096
    QTest::newRow("beyond") << 110 << true;
}

/// Many small chunks with modest extensions would multiply what a body costs.
void TestChunked::limits()
{
    QFETCH(int, chunks);
    QFETCH(bool, refused);
    const QByteArray body = ("1;" + QByteArray(39, 'a') + "\r\nx\r\n").repeated(chunks) + "0\r\n\r\n";
    QCOMPARE(decode(view(body)).endsWith("chunk-extension-too-large"), refused);
}

void TestChunked::decodesWhatItEncodes()
{
    QRandomGenerator random(7);
    for (int round = 0; round < 200; ++round) {
        std::string coded;
        QByteArray plain;
        for (int i = random.bounded(6); i > 0; --i) {
            QByteArray part(random.bounded(5000), Qt::Uninitialized);
            for (char& c : part)
                c = static_cast<char>(random.bounded(256));
            plain += part;
            appendChunk(coded, view(part));
        }
        Headers trailers;
        if (round % 2 == 1)
            trailers.add("X-Sum", "1");
        appendBodyEnd(coded, trailers);
        QCOMPARE(decode(coded, static_cast<std::size_t>(random.bounded(1, 700))),
                 plain + (round % 2 == 1 ? "|X-Sum=1 done" : " done"));
    }
}

void TestChunked::chunkHeads_data()
{
    QTest::addColumn<quint64>("size");
    QTest::addColumn<QByteArray>("text");
    QTest::newRow("1") << quint64(1) << QByteArray("1\r\n");
    QTest::newRow("15") << quint64(15) << QByteArray("f\r\n");
    QTest::newRow("4096") << quint64(4096) << QByteArray("1000\r\n");
    QTest::newRow("all ones") << ~quint64(0) << QByteArray("ffffffffffffffff\r\n");
}

void TestChunked::chunkHeads()
{
    QFETCH(quint64, size);
    QFETCH(QByteArray, text);
    QCOMPARE(bytes(ChunkHead(size).text()), text);
}

void TestChunked::canBeUsedAgain()
{
    ChunkedDecoder decoder;
    QVERIFY(decoder.next("0\r\nA: b\r\n\r\n").outcome == ChunkedDecoder::Outcome::Done);
    decoder.reset();
    QVERIFY(decoder.trailers().empty());
    QVERIFY(decoder.next("z").outcome == ChunkedDecoder::Outcome::Refused);
    QVERIFY(decoder.next("0\r\n\r\n").outcome == ChunkedDecoder::Outcome::Refused); // stays refused
    decoder.reset();
    QVERIFY(decoder.next("0\r\n\r\n").outcome == ChunkedDecoder::Outcome::Done);
    QVERIFY(decoder.trailers().empty());
}

QTEST_GUILESS_MAIN(TestChunked)
#include "tst_chunked.moc"
