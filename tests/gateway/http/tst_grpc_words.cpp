#include "gateway/http/grpc.h"

#include <QTest>

using namespace postern;
using namespace std::chrono_literals;

class TestGrpcWords : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void types_data();
    void types();
    void timeouts_data();
    void timeouts();
    void messages();
};

void TestGrpcWords::types_data()
{
    QTest::addColumn<QByteArray>("type");
    QTest::addColumn<bool>("is");
    QTest::addRow("plain") << QByteArray("application/grpc") << true;
    QTest::addRow("codec") << QByteArray("application/grpc+proto") << true;
    QTest::addRow("parameter") << QByteArray("application/grpc; charset=x") << true;
    QTest::addRow("case") << QByteArray("Application/gRPC") << true;
    QTest::addRow("web") << QByteArray("application/grpc-web") << false;
    QTest::addRow("json") << QByteArray("application/json") << false;
    QTest::addRow("none") << QByteArray("") << false;
}

void TestGrpcWords::types()
{
    QFETCH(QByteArray, type);
    QFETCH(bool, is);
    RequestHead request;
    request.version = HttpVersion::Http2;
    request.headers.add(HeaderId::ContentType, std::string_view(type.constData(), std::size_t(type.size())));
    QCOMPARE(isGrpc(request), is);
    request.version = HttpVersion::Http11;
    QVERIFY(!isGrpc(request));
}

void TestGrpcWords::timeouts_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<qint64>("nanoseconds"); // -1: none
    const auto row = [](const char* text, std::chrono::nanoseconds value) {
        QTest::addRow("%s", text) << QByteArray(text) << qint64(value.count());
    };
    row("1H", 1h);
    row("2M", 2min);
    row("3S", 3s);
    row("4m", 4ms);
    row("5u", 5us);
    row("6n", 6ns);
    row("0S", 0s);
    row("99999999H", std::chrono::hours(1'000'000));
    for (const char* wrong : {"", "S", "1", "1s", "1h", "-1S", "+1S", " 1S", "1.5S", "123456789S", "1S "})
        QTest::addRow("wrong: '%s'", wrong) << QByteArray(wrong) << qint64(-1);
}

void TestGrpcWords::timeouts()
{
    QFETCH(QByteArray, text);
    QFETCH(qint64, nanoseconds);
    RequestHead request;
    request.headers.add("grpc-timeout", std::string_view(text.constData(), std::size_t(text.size())));
    const auto timeout = grpcTimeout(request);
    QCOMPARE(timeout ? qint64(timeout->count()) : -1, nanoseconds);
}

void TestGrpcWords::messages()
{
    std::string out;
    appendGrpcMessage(out, "50% of \xc3\xa4\n");
    QCOMPARE(out, std::string("50%25 of %C3%A4%0A"));
}

QTEST_GUILESS_MAIN(TestGrpcWords)
#include "tst_grpc_words.moc"
