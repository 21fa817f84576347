#include "gateway/upstream/grpc_health.h"

#include <QTest>

using namespace postern;
using namespace std::string_literals;

namespace {

/// With its length before it.
QByteArray framed(const QByteArray& message)
{
    return QByteArray(4, '\0') + static_cast<char>(message.size()) + message;
}

const QByteArray kNoMessage = "what it answers is no health message";

} // namespace

class TestGrpcHealth : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void asks_data();
    void asks();
    void answers_data();
    void answers();
    void everyCutIsNoAnswer();
};

void TestGrpcHealth::asks_data()
{
    QTest::addColumn<QByteArray>("service");
    QTest::addColumn<QByteArray>("body");
    QTest::addRow("the server") << QByteArray() << QByteArray("\0\0\0\0\0", 5);
    QTest::addRow("a service") << QByteArray("a.B") << QByteArray("\0\0\0\0\5\x0a\3a.B", 10);
    const QByteArray name(200, 'x');
    QTest::addRow("a long name") << name << QByteArray("\0\0\0\0\xcb\x0a\xc8\1", 8) + name;
}

void TestGrpcHealth::asks()
{
    QFETCH(QByteArray, service);
    QFETCH(QByteArray, body);
    QCOMPARE(QByteArray::fromStdString(grpcHealthRequest(service.toStdString())).toHex(), body.toHex());
}

void TestGrpcHealth::answers_data()
{
    QTest::addColumn<QByteArray>("body");
    QTest::addColumn<QByteArray>("fault");
    const QByteArray well;
    QTest::addRow("SERVING") << framed("\x08\x01") << well;
    QTest::addRow("among fields not known") << framed(QByteArray("\x12\2ab\x1d"
                                                                 "1234\x21"
                                                                 "12345678\x28\x96\1\x08\1",
                                                                 23))
                                            << well;
    QTest::addRow("the last counts") << framed("\x08\x02\x08\x01") << well;
    QTest::addRow("the last counts, not serving")
        << framed("\x08\x01\x08\x02") << QByteArray("it answers NOT_SERVING");
    QTest::addRow("more digits than it takes") << framed(QByteArray("\x08\x81\x00", 3)) << well;
    QTest::addRow("the zero that is left out") << framed("") << QByteArray("it answers UNKNOWN");
    QTest::addRow("NOT_SERVING") << framed("\x08\x02") << QByteArray("it answers NOT_SERVING");
    QTest::addRow("SERVICE_UNKNOWN") << framed("\x08\x03") << QByteArray("it answers SERVICE_UNKNOWN");
    QTest::addRow("a status of the future") << framed("\x08\x09") << QByteArray("it answers UNKNOWN");
    QTest::addRow("2^32 + 1") << framed("\x08\x81\x80\x80\x80\x10") << QByteArray("it answers UNKNOWN");
    QTest::addRow("nothing") << QByteArray() << kNoMessage;
    QTest::addRow("compressed") << '\1' + framed("\x08\x01").mid(1) << kNoMessage;
    QTest::addRow("two messages") << framed("\x08\x01") + framed("\x08\x01") << kNoMessage;
    QTest::addRow("longer than it says") << framed("\x08\x01") + '\0' << kNoMessage;
    QTest::addRow("4 GiB announced") << QByteArray("\0\xff\xff\xff\xff\x08\x01", 7) << kNoMessage;
    QTest::addRow("a text") << framed("\x0a\1x\x0b") << kNoMessage;
    QTest::addRow("field 0") << framed(QByteArray("\0\1", 2)) << kNoMessage;
    QTest::addRow("an endless number") << framed("\x08" + QByteArray(11, '\xff')) << kNoMessage;
    QTest::addRow("bytes beyond the end") << framed("\x08\x01\x12\x7f") << kNoMessage;
    QTest::addRow("2^63 bytes") << framed("\x08\x01\x12\x80\x80\x80\x80\x80\x80\x80\x80\x80\x01")
                                << kNoMessage;
}

void TestGrpcHealth::answers()
{
    QFETCH(QByteArray, body);
    QFETCH(QByteArray, fault);
    QCOMPARE(grpcHealthFault(body.toStdString()), QString::fromLatin1(fault));
}

void TestGrpcHealth::everyCutIsNoAnswer()
{
    const std::string whole = framed("\x12\2ab\x08\x81\x80\x01\x08\1").toStdString();
    QVERIFY(grpcHealthFault(whole).isEmpty());
    for (std::size_t size = 0; size < whole.size(); ++size)
        QVERIFY(!grpcHealthFault(whole.substr(0, size)).isEmpty());
}

QTEST_GUILESS_MAIN(TestGrpcHealth)

#include "tst_grpc_health.moc"
