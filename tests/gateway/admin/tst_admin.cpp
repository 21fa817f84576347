#include "gateway/admin/admin_server.h"
#include "gateway/admin/admin_source.h"
#include "gateway/net/listening_socket.h"
#include "gateway/net/native_address.h"

#include <QElapsedTimer>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTcpSocket>
#include <QTest>

#include <atomic>

using namespace postern;
using namespace std::chrono_literals;

namespace {

class FakeSource final : public AdminSource
{
public:
    [[nodiscard]] Readiness readiness() const override { return ready; }
    [[nodiscard]] std::string metrics() const override { return figures; }
    [[nodiscard]] std::string configuration() const override { return config; }

    std::atomic<Readiness> ready = Readiness::Ready;
    std::string figures = "some_metric 1\n";
    std::string config = R"({"api":"payments/accounts"})";
};

/// A running admin listener on a free port.
struct Running
{
    explicit Running(const AdminLimits& limits = {})
    {
        auto socket = listenOn(*SocketAddress::parse(QStringLiteral("127.0.0.1:0")));
        port = localAddress(socket->fd())->port;
        server = std::move(*AdminServer::start(std::move(*socket), source, limits));
    }
    FakeSource source;
    quint16 port = 0;
    std::unique_ptr<AdminServer> server;
};

std::unique_ptr<QTcpSocket> connectTo(const Running& running)
{
    auto socket = std::make_unique<QTcpSocket>();
    socket->connectToHost(QStringLiteral("127.0.0.1"), running.port);
    socket->waitForConnected(5000);
    return socket;
}

/// Everything until the server closes.
QByteArray readToEnd(QTcpSocket& socket)
{
    while (socket.state() == QAbstractSocket::ConnectedState && socket.waitForReadyRead(10000)) {
    }
    return socket.readAll();
}

QByteArray ask(const Running& running, const QByteArray& request)
{
    const auto socket = connectTo(running);
    socket->write(request);
    return readToEnd(*socket);
}

QByteArray get(const Running& running, const QByteArray& path, const QByteArray& method = "GET")
{
    return ask(running, method + ' ' + path + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
}

QByteArray bodyOf(const QByteArray& response) { return response.mid(response.indexOf("\r\n\r\n") + 4); }

} // namespace

class TestAdmin : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void whoWasLetInIsAnswered();
    void answers_data();
    void answers();
    void tellsReadiness();
    void tellsVersion();
    void hasNoConfigurationYet();
    void answersHeadWithoutABody();
    void refusesWhatItIsNotMeantFor_data();
    void refusesWhatItIsNotMeantFor();
    void keepsConnections();
    void answersPipelinedRequestsInOrder();
    void survivesHeadsInPieces();
    void sendsWhatIsLarge();
    void closesSlowHeads();
    void closesIdleConnections();
    void letsAProbeThroughAFullHouse();
    void endsWithConnectionsOpen();
};

void TestAdmin::answers_data()
{
    QTest::addColumn<QByteArray>("path");
    QTest::addColumn<QByteArray>("status");
    QTest::addColumn<QByteArray>("type");
    QTest::addColumn<QByteArray>("body");
    const QByteArray text = "text/plain; charset=utf-8";
    QTest::newRow("healthz") << QByteArray("/healthz") << QByteArray("200 OK") << text << QByteArray("ok\n");
    QTest::newRow("readyz") << QByteArray("/readyz") << QByteArray("200 OK") << text << QByteArray("ready\n");
    QTest::newRow("metrics") << QByteArray("/metrics") << QByteArray("200 OK")
                             << QByteArray("text/plain; version=0.0.4; charset=utf-8")
                             << QByteArray("some_metric 1\n");
    QTest::newRow("query") << QByteArray("/metrics?name[]=x") << QByteArray("200 OK")
                           << QByteArray("text/plain; version=0.0.4; charset=utf-8")
                           << QByteArray("some_metric 1\n");
    QTest::newRow("config") << QByteArray("/config") << QByteArray("200 OK") << QByteArray("application/json")
                            << QByteArray(R"({"api":"payments/accounts"})");
    QTest::newRow("root") << QByteArray("/") << QByteArray("404 Not Found") << text
                          << QByteArray("not found\n");
    QTest::newRow("below") << QByteArray("/healthz/x") << QByteArray("404 Not Found") << text
                           << QByteArray("not found\n");
    QTest::newRow("dots resolve") << QByteArray("/x/../healthz") << QByteArray("200 OK") << text
                                  << QByteArray("ok\n");
}

void TestAdmin::answers()
{
    QFETCH(QByteArray, path);
    QFETCH(QByteArray, status);
    QFETCH(QByteArray, type);
    QFETCH(QByteArray, body);
    const Running running;
    const QByteArray response = get(running, path);
    QVERIFY2(response.startsWith("HTTP/1.1 " + status + "\r\n"), response.constData());
    QVERIFY2(response.contains("\r\nContent-Type: " + type + "\r\n"), response.constData());
    QVERIFY(response.contains("\r\nContent-Length: " + QByteArray::number(body.size()) + "\r\n"));
    QVERIFY(response.contains("\r\nCache-Control: no-store\r\n"));
    QCOMPARE(bodyOf(response), body);
}

void TestAdmin::tellsReadiness()
{
    Running running;
    running.source.ready = Readiness::NotConfigured;
    QVERIFY(get(running, "/readyz").startsWith("HTTP/1.1 503 "));
    QVERIFY(get(running, "/healthz").startsWith("HTTP/1.1 200 "));
    running.source.ready = Readiness::Draining;
    QCOMPARE(bodyOf(get(running, "/readyz")), QByteArray("draining\n"));
}

void TestAdmin::tellsVersion()
{
    const Running running;
    const QJsonObject version = QJsonDocument::fromJson(bodyOf(get(running, "/version"))).object();
    QCOMPARE(version.value(QLatin1String("version")).toString(), QStringLiteral(POSTERN_VERSION));
    QCOMPARE(version.value(QLatin1String("qt")).toString(), QString::fromLatin1(qVersion()));
}

void TestAdmin::hasNoConfigurationYet()
{
    Running running;
    running.source.config.clear();
    QVERIFY(get(running, "/config").startsWith("HTTP/1.1 503 "));
}

void TestAdmin::answersHeadWithoutABody()
{
    const Running running;
    const QByteArray response = get(running, "/metrics", "HEAD");
    QVERIFY(response.startsWith("HTTP/1.1 200 OK\r\n"));
    QVERIFY(response.contains("\r\nContent-Length: 14\r\n"));
    QCOMPARE(bodyOf(response), QByteArray());
}

void TestAdmin::refusesWhatItIsNotMeantFor_data()
{
    QTest::addColumn<QByteArray>("request");
    QTest::addColumn<QByteArray>("status");
    const QByteArray host = " HTTP/1.1\r\nHost: x\r\n";
    for (const char* method : {"POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "CONNECT", "PROPFIND"})
        QTest::newRow(method) << method + QByteArray(qstrcmp(method, "CONNECT") ? " /config" : " x:1") +
                                     host + "Connection: close\r\n\r\n"
                              << QByteArray("405");
    QTest::newRow("with a body") << "POST /config" + host + "Content-Length: 5\r\n\r\nhello"
                                 << QByteArray("405");
    QTest::newRow("a body on GET") << "GET /healthz" + host +
                                          "Content-Length: 24\r\n\r\nGET /config HTTP/1.1\r\n\r\n"
                                   << QByteArray("200"); // and then closed: what follows is no request
    QTest::newRow("smuggling") << "GET /healthz" + host +
                                      "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n"
                               << QByteArray("400");
    QTest::newRow("no host") << QByteArray("GET /healthz HTTP/1.1\r\n\r\n") << QByteArray("400");
    QTest::newRow("no http") << QByteArray("hello\r\n\r\n") << QByteArray("400");
    QTest::newRow("bare LF") << QByteArray("GET /healthz HTTP/1.1\nHost: x\n\n") << QByteArray("400");
    QTest::newRow("huge head") << "GET /healthz" + host + "X: " + QByteArray(20'000, 'a')
                               << QByteArray("431");
    QTest::newRow("many fields") << "GET /healthz" + host + QByteArray("X: a\r\n").repeated(100) + "\r\n"
                                 << QByteArray("431");
    QTest::newRow("long target") << "GET /" + QByteArray(2'000, 'a') + host + "\r\n" << QByteArray("414");
}

void TestAdmin::refusesWhatItIsNotMeantFor()
{
    QFETCH(QByteArray, request);
    QFETCH(QByteArray, status);
    const Running running;
    const QByteArray response = ask(running, request); // returns because the server closes
    QVERIFY2(response.startsWith("HTTP/1.1 " + status + ' '), response.constData());
    QCOMPARE(response.count("\r\nContent-Length: "), 1);
    if (status == "405")
        QVERIFY(response.contains("\r\nAllow: GET, HEAD\r\n"));
}

void TestAdmin::keepsConnections()
{
    const Running running;
    const auto socket = connectTo(running);
    for (int i = 0; i < 3; ++i) {
        socket->write("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n");
        QByteArray response;
        while (!response.endsWith("\r\n\r\nok\n") && socket->waitForReadyRead(10000))
            response += socket->readAll();
        QVERIFY(response.startsWith("HTTP/1.1 200 OK\r\n"));
    }
    QCOMPARE(socket->state(), QAbstractSocket::ConnectedState);
    // HTTP/1.0 closes unless asked otherwise.
    QCOMPARE(bodyOf(ask(running, "GET /healthz HTTP/1.0\r\n\r\n")), QByteArray("ok\n"));
}

void TestAdmin::answersPipelinedRequestsInOrder()
{
    const Running running;
    const QByteArray all = ask(running, "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
                                        "GET /readyz HTTP/1.1\r\nHost: x\r\n\r\n"
                                        "GET /nothing HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    QCOMPARE(all.count("HTTP/1.1 "), 3);
    QVERIFY(all.indexOf("ok\n") < all.indexOf("ready\n"));
    QVERIFY(all.endsWith("not found\n"));
}

void TestAdmin::survivesHeadsInPieces()
{
    const Running running;
    const auto socket = connectTo(running);
    for (const char byte : QByteArray("GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")) {
        socket->write(&byte, 1);
        socket->flush();
    }
    QCOMPARE(bodyOf(readToEnd(*socket)), QByteArray("ok\n"));
}

void TestAdmin::sendsWhatIsLarge()
{
    Running running;
    running.source.figures.assign(20'000'000, 'x');
    QCOMPARE(bodyOf(get(running, "/metrics")).size(), 20'000'000);
}

void TestAdmin::closesSlowHeads()
{
    const Running running({.headTime = 50ms});
    const auto socket = connectTo(running);
    socket->write("GET /healthz HTTP/1.1\r\n");
    QElapsedTimer timer;
    timer.start();
    QCOMPARE(readToEnd(*socket), QByteArray());
    QVERIFY(timer.elapsed() < 5000);
}

void TestAdmin::closesIdleConnections()
{
    const Running running({.idleTime = 50ms});
    const auto socket = connectTo(running);
    QCOMPARE(readToEnd(*socket), QByteArray());
    QCOMPARE(socket->state(), QAbstractSocket::UnconnectedState);
}

void TestAdmin::letsAProbeThroughAFullHouse()
{
    const Running running({.connections = 4});
    std::vector<std::unique_ptr<QTcpSocket>> hoarders;
    for (int i = 0; i < 12; ++i)
        hoarders.push_back(connectTo(running));
    QCOMPARE(bodyOf(get(running, "/healthz")), QByteArray("ok\n"));
    int open = 0;
    for (const auto& hoarder : hoarders) {
        hoarder->waitForDisconnected(50);
        open += hoarder->state() == QAbstractSocket::ConnectedState;
    }
    QVERIFY(open <= 4);
}

void TestAdmin::endsWithConnectionsOpen()
{
    auto running = std::make_unique<Running>();
    const auto socket = connectTo(*running);
    running->server.reset();
    QCOMPARE(readToEnd(*socket), QByteArray());
}

/// A hand-over: another process lets clients in from now on, but a probe may be on its way here.
void TestAdmin::whoWasLetInIsAnswered()
{
    Running running;
    const auto kept = connectTo(running);
    kept->write("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n");
    QVERIFY(kept->waitForReadyRead(5000)); // it is in
    kept->readAll();
    running.server->stopAccepting();
    kept->write("GET /readyz HTTP/1.1\r\nHost: x\r\n\r\n");
    const QByteArray answer = readToEnd(*kept);
    QVERIFY2(answer.startsWith("HTTP/1.1 200 "), answer.constData());
    QVERIFY(answer.contains("Connection: close"));
}

QTEST_GUILESS_MAIN(TestAdmin)
#include "tst_admin.moc"
