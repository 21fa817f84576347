#include "tests/support/child_of_test.h"
#include "tests/support/prometheus_process.h"

#include <QFile>
#include <QTcpServer>
#include <QTcpSocket>
#include <QTest>
#include <QTextStream>

#include <memory>
#include <vector>

using namespace postern::test;

/// What the tests of the console and of models/fleet stand on.
class TestPrometheusProcess : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void heldPortRefuses();
    void heldPortIsListenedOnAgainAndAgain();
    void heldPortIsNotGivenToOthers();
    void answersAsSoonAsItIsStarted();
    void comesBackOnItsPort();
    void saysWhyItDidNotStart();
    void diesWithTheTest();
};

void TestPrometheusProcess::heldPortRefuses()
{
    const HeldPort port;
    QTcpSocket socket;
    socket.connectToHost(QHostAddress::LocalHost, port.number());
    QVERIFY(!socket.waitForConnected());
    QCOMPARE(socket.error(), QAbstractSocket::ConnectionRefusedError);
}

void TestPrometheusProcess::heldPortIsListenedOnAgainAndAgain()
{
    const HeldPort port;
    for (int i = 0; i < 3; ++i) {
        QTcpServer server; // sets SO_REUSEADDR
        QVERIFY2(server.listen(QHostAddress::LocalHost, port.number()), qPrintable(server.errorString()));
        QTcpSocket socket;
        socket.connectToHost(QHostAddress::LocalHost, port.number());
        QVERIFY(socket.waitForConnected());
    }
}

void TestPrometheusProcess::heldPortIsNotGivenToOthers()
{
    const HeldPort port;
    std::vector<std::unique_ptr<HeldPort>> others;
    for (int i = 0; i < 500; ++i) {
        others.push_back(std::make_unique<HeldPort>());
        QVERIFY(others.back()->number() != port.number());
    }
}

void TestPrometheusProcess::answersAsSoonAsItIsStarted()
{
    PrometheusProcess prometheus;
    QVERIFY2(prometheus.start({}), qPrintable(prometheus.error()));
    QTcpSocket socket;
    socket.connectToHost(QStringLiteral("127.0.0.1"), static_cast<quint16>(prometheus.url().port()));
    QVERIFY(socket.waitForConnected());
    socket.write("GET /api/v1/query?query=1 HTTP/1.0\r\n\r\n");
    QVERIFY(socket.waitForReadyRead());
    QVERIFY(socket.readLine().contains(" 200 "));
}

void TestPrometheusProcess::comesBackOnItsPort()
{
    PrometheusProcess prometheus;
    QVERIFY2(prometheus.start({}), qPrintable(prometheus.error()));
    const QUrl url = prometheus.url();
    prometheus.stop();
    QTcpServer other;
    QVERIFY(other.listen(QHostAddress::LocalHost));
    QVERIFY(other.serverPort() != url.port());
    QVERIFY2(prometheus.restart(), qPrintable(prometheus.error()));
    QCOMPARE(prometheus.url(), url);
}

void TestPrometheusProcess::saysWhyItDidNotStart()
{
    PrometheusProcess unknownFlag;
    QVERIFY(!unknownFlag.start(
        {.openMetrics = {}, .targets = {}, .arguments = {QStringLiteral("--no-such-flag")}}));
    QVERIFY2(unknownFlag.error().contains(QStringLiteral("unknown long flag '--no-such-flag'")),
             qPrintable(unknownFlag.error()));
    PrometheusProcess wrongData;
    QVERIFY(!wrongData.start({.openMetrics = "this is not OpenMetrics", .targets = {}, .arguments = {}}));
    QVERIFY2(wrongData.error().startsWith(QStringLiteral("promtool: ")), qPrintable(wrongData.error()));
    QVERIFY2(wrongData.error().contains(QStringLiteral("invalid syntax")), qPrintable(wrongData.error()));
}

void TestPrometheusProcess::diesWithTheTest()
{
    QProcess test;
    test.start(QCoreApplication::applicationFilePath(), {QStringLiteral("--hold")});
    QVERIFY(test.waitForReadyRead(60'000));
    const QString id = QString::fromUtf8(test.readLine().trimmed());
    const auto commandLine = [&id] {
        // Empty for one that ended, reaped or not.
        QFile file(QStringLiteral("/proc/%1/cmdline").arg(id));
        return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
    };
    QVERIFY(commandLine().contains("prometheus"));
    test.kill();
    QVERIFY(test.waitForFinished());
    QTRY_COMPARE_WITH_TIMEOUT(commandLine(), QByteArray(), 30'000);
}

/// With `--hold` a test that is killed while its Prometheus runs.
int main(int argc, char** argv)
{
    QCoreApplication app(argc, argv);
    if (app.arguments().contains(QStringLiteral("--hold"))) {
        PrometheusProcess prometheus;
        if (!prometheus.start({}))
            return 1;
        QTextStream(stdout) << prometheus.processId() << Qt::endl;
        return QCoreApplication::exec();
    }
    TestPrometheusProcess test;
    return QTest::qExec(&test, argc, argv);
}

#include "tst_prometheus_process.moc"
