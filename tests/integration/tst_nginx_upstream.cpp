#include "tests/integration/serve_process.h"
#include "tests/support/child_of_test.h"
#include "tests/support/held_port.h"
#include "tests/support/raw_client.h"
#include "tests/support/recording_upstream.h"

#include <QFile>
#include <QStandardPaths>
#include <QTcpSocket>
#include <QTest>

using namespace postern::test;

namespace {

constexpr qsizetype kFileSize = 20 * 1024 * 1024;

QByteArray document(quint16 nginx)
{
    return "apiVersion: postern.dev/v1alpha1\n"
           "kind: ApiGateway\n"
           "metadata: {name: accounts, namespace: payments}\n"
           "spec:\n"
           "  listeners: [{name: main, address: \"127.0.0.1:0\", protocols: [http1]}]\n"
           "  upstreams: [{name: app, protocol: h2c, endpoints: [{address: \"127.0.0.1:" +
           QByteArray::number(nginx) +
           "\"}]}]\n"
           "  routes: [{name: all, match: {path: /**}, upstream: app, timeout: 60s}]\n";
}

/// Ends each connection after ten requests, with GOAWAY, while others are under way.
QByteArray configuration(const QByteArray& folder, quint16 port, quint16 origin)
{
    return "daemon off; master_process off; error_log stderr crit; pid " + folder +
           "/nginx.pid;\n"
           "events {}\n"
           "http {\n"
           "  access_log off; client_body_temp_path " +
           folder + "/a; proxy_temp_path " + folder + "/b; fastcgi_temp_path " + folder +
           "/c; uwsgi_temp_path " + folder + "/d; scgi_temp_path " + folder +
           "/e;\n"
           "  keepalive_requests 10; client_max_body_size 0;\n"
           "  server {\n"
           "    listen 127.0.0.1:" +
           QByteArray::number(port) +
           " http2;\n"
           "    location /file { root " +
           folder +
           "; }\n"
           "    location / { proxy_pass http://127.0.0.1:" +
           QByteArray::number(origin) +
           "; proxy_http_version 1.1; proxy_request_buffering off; proxy_buffering off; }\n"
           "  }\n"
           "}\n";
}

} // namespace

/// An HTTP/2 upstream that was written by others.
class TestNginxUpstream : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void download();
    void upload();
    void goAwayUnderLoad();
    void cleanupTestCase();

private:
    QTemporaryDir m_folder;
    HeldPort m_port;
    QProcess m_nginx;
    QByteArray m_file;
    std::unique_ptr<RecordingUpstream> m_origin;
    ServeProcess m_gateway;
};

void TestNginxUpstream::initTestCase()
{
    if (QStandardPaths::findExecutable(QStringLiteral("nginx"), {QStringLiteral("/usr/sbin")}).isEmpty())
        QFAIL("there is no nginx: packaging/install-dependencies installs it");
    m_origin = std::make_unique<RecordingUpstream>([](UpstreamPeer& peer) {
        while (const auto request = peer.next())
            peer.send("HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(request->body.size()) +
                      "\r\n\r\n" + request->body);
    });
    for (qsizetype i = 0; i < kFileSize / 16; ++i)
        m_file += QByteArray::number(i).rightJustified(16, '.');
    QFile file(m_folder.filePath(QStringLiteral("file")));
    QVERIFY(file.open(QIODevice::WriteOnly) && file.write(m_file) == m_file.size());
    file.close();
    QFile configFile(m_folder.filePath(QStringLiteral("nginx.conf")));
    QVERIFY(configFile.open(QIODevice::WriteOnly));
    configFile.write(configuration(m_folder.path().toUtf8(), m_port.number(), m_origin->port()));
    configFile.close();
    endsWithTest(m_nginx);
    m_nginx.setProcessChannelMode(QProcess::ForwardedErrorChannel);
    m_nginx.start(QStringLiteral("/usr/sbin/nginx"),
                  {QStringLiteral("-p"), m_folder.path(), QStringLiteral("-e"), QStringLiteral("stderr"),
                   QStringLiteral("-c"), configFile.fileName()});
    QVERIFY(m_nginx.waitForStarted());
    QTRY_VERIFY_WITH_TIMEOUT(RawClient(m_port.number()).isConnected(), 20'000);
    m_gateway.configure({{QStringLiteral("gateway.yaml"), document(m_port.number())}});
    QVERIFY(m_gateway.start());
}

void TestNginxUpstream::download()
{
    RawClient client(m_gateway.port());
    const RawResponse response = client.ask("GET /file HTTP/1.1\r\nHost: a\r\n\r\n");
    QCOMPARE(response.status, 200);
    QVERIFY(response.complete);
    QVERIFY(response.body == m_file.toStdString());
    const RawResponse head = client.ask("HEAD /file HTTP/1.1\r\nHost: a\r\n\r\n", "HEAD");
    QCOMPARE(head.header("content-length"), std::to_string(kFileSize));
}

void TestNginxUpstream::upload()
{
    RawClient client(m_gateway.port());
    const RawResponse response =
        client.ask("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: " + std::to_string(kFileSize) +
                   "\r\n\r\n" + m_file.toStdString());
    QCOMPARE(response.status, 200);
    QVERIFY(response.body == m_file.toStdString());
}

void TestNginxUpstream::goAwayUnderLoad()
{
    // POSTs, which nothing but the upstream's own word allows to repeat: none is lost, none arrives twice.
    constexpr int kClients = 8;
    constexpr int kRounds = 50;
    const std::size_t before = m_origin->requests().size();
    std::vector<RawClient> clients;
    for (int i = 0; i < kClients; ++i)
        clients.emplace_back(m_gateway.port());
    for (int round = 0; round < kRounds; ++round) {
        for (RawClient& client : clients)
            QVERIFY(client.send("POST /pay HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\npaid"));
        for (RawClient& client : clients) {
            const RawResponse response = client.receive();
            QCOMPARE(response.status, 200);
            QCOMPARE(response.body, std::string("paid"));
        }
    }
    QCOMPARE(m_origin->requests().size() - before, std::size_t{kClients * kRounds});
}

void TestNginxUpstream::cleanupTestCase()
{
    m_nginx.terminate();
    m_nginx.waitForFinished();
}

QTEST_GUILESS_MAIN(TestNginxUpstream)
#include "tst_nginx_upstream.moc"
