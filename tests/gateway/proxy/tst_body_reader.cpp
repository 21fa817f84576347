#include "gateway/proxy/body_reader.h"
#include "gateway/proxy/input_buffer.h"

#include <QTest>

using namespace postern;

class TestBodyReader : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void anySplitGivesTheSame_data();
    void anySplitGivesTheSame();
    void nothingToRead();
    void untilClose();
    void inputBufferOutlivesTheReceiveBuffer();
};

void TestBodyReader::anySplitGivesTheSame_data()
{
    QTest::addColumn<int>("framing");
    QTest::addColumn<int>("length");
    QTest::addColumn<QByteArray>("input");
    QTest::addColumn<QByteArray>("payload");
    QTest::addColumn<int>("consumed");
    QTest::addRow("length") << int(BodyFraming::Length) << 5 << QByteArray("helloGET /")
                            << QByteArray("hello") << 5;
    QTest::addRow("chunked") << int(BodyFraming::Chunked) << 0
                             << QByteArray("3\r\nabc\r\n1;x\r\nd\r\n0a\r\n0123456789\r\n0\r\n\r\nGET /")
                             << QByteArray("abcd0123456789") << 37;
    QTest::addRow("trailers") << int(BodyFraming::Chunked) << 0
                              << QByteArray("1\r\na\r\n0\r\nX: y\r\n\r\nrest") << QByteArray("a") << 17;
}

void TestBodyReader::anySplitGivesTheSame()
{
    QFETCH(int, framing);
    QFETCH(int, length);
    QFETCH(QByteArray, input);
    QFETCH(QByteArray, payload);
    QFETCH(int, consumed);
    for (int split = 1; split <= input.size(); ++split) {
        BodyReader reader;
        reader.start(static_cast<BodyFraming>(framing), static_cast<std::uint64_t>(length));
        QByteArray bytes = input;
        QByteArray gathered;
        std::size_t used = 0;
        for (int from = 0; from < bytes.size() && !reader.isDone(); from += split) {
            const int size = std::min<int>(split, static_cast<int>(bytes.size()) - from);
            const auto piece = reader.take({bytes.data() + from, static_cast<std::size_t>(size)});
            QVERIFY(piece.refusal == Refusal::None);
            gathered.append(piece.payload.bytes.data(), static_cast<qsizetype>(piece.payload.bytes.size()));
            used += piece.consumed;
            QCOMPARE(piece.payload.last, reader.isDone());
        }
        QVERIFY(reader.isDone());
        QCOMPARE(gathered, payload);
        QCOMPARE(static_cast<int>(used), consumed);
    }
}

void TestBodyReader::nothingToRead()
{
    BodyReader reader;
    reader.start(BodyFraming::None, 0);
    QVERIFY(reader.isDone());
    reader.start(BodyFraming::Length, 0);
    QVERIFY(reader.isDone());
    QByteArray next("GET /");
    QCOMPARE(reader.take({next.data(), 5}).consumed, std::size_t{0});
}

void TestBodyReader::untilClose()
{
    BodyReader reader;
    reader.start(BodyFraming::UntilClose, 0);
    QByteArray bytes("all");
    const auto piece = reader.take({bytes.data(), 3});
    QCOMPARE(piece.payload.bytes.size(), std::size_t{3});
    QVERIFY(!piece.payload.last && !reader.isDone() && reader.endsAtClose());
}

void TestBodyReader::inputBufferOutlivesTheReceiveBuffer()
{
    std::string receive = "first";
    InputBuffer input;
    input.add(receive);
    QCOMPARE(input.bytes().data(), receive.data()); // looked at where it is
    input.consume(2);
    input.keep();
    receive = "xxxxx";
    const auto text = [&input] { return std::string(input.bytes().data(), input.bytes().size()); };
    QCOMPARE(text(), std::string("rst"));
    std::string more = "-second";
    input.add(more);
    QCOMPARE(text(), std::string("rst-second"));
    input.consume(10);
    QVERIFY(input.empty());
    input.keep();
    input.add(more);
    QCOMPARE(input.bytes().data(), more.data());
}

QTEST_GUILESS_MAIN(TestBodyReader)
#include "tst_body_reader.moc"
