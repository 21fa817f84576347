#include "tests/support/ambiguous_requests.h"
#include "tests/support/gateway/gateway_fixture.h"
#include "tests/support/raw_client.h"
#include "tests/support/recording_upstream.h"

#include <QProcess>
#include <QStandardPaths>
#include <QTemporaryDir>
#include <QTest>

using namespace postern;
using namespace postern::test;

namespace {

const std::string kFollow = "GET /follow HTTP/1.1\r\nHost: a\r\n\r\n";

/// What the client hears when \a request and an honest one are all it says, to the end.
std::vector<RawResponse> answers(quint16 port, const std::string& request)
{
    RawClient client(port);
    client.send(request + kFollow);
    client.finishSending();
    std::vector<RawResponse> result;
    for (;;) {
        const RawResponse response = client.receive();
        if (response.status == 0)
            return result;
        result.push_back(response);
    }
}

QString described(const AmbiguousRequest& request, const std::vector<std::string>& arrived,
                  const std::vector<std::string>& wanted)
{
    QString text = QString::fromStdString(request.name) + QStringLiteral(": arrived");
    for (const std::string& target : arrived)
        text += u' ' + QString::fromStdString(target);
    text += QStringLiteral(", wanted");
    for (const std::string& target : wanted)
        text += u' ' + QString::fromStdString(target);
    return text;
}

} // namespace

/// Some thousand requests with two possible ends, each followed by an honest one. What reaches an upstream is
/// what a reader sees who takes nothing but the plainest framing for a message.
class TestProxySmuggling : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void recordingUpstream();
    void nginx();
};

void TestProxySmuggling::recordingUpstream()
{
    int refused = 0;
    int forwarded = 0;
    GatewayFixture gateway(GatewayFixture::spec(1));
    for (const AmbiguousRequest& ambiguous : ambiguousRequests()) {
        RecordingUpstream upstream;
        gateway.apply(GatewayFixture::spec(upstream.port()));
        const auto heard = answers(gateway.port(), ambiguous.bytes);
        std::vector<std::string> arrived;
        for (const RecordedRequest& request : upstream.requests()) {
            QVERIFY2(request.count("content-length") + request.count("transfer-encoding") <= 1,
                     ambiguous.name.c_str());
            if (request.complete)
                arrived.push_back(request.target);
        }
        const auto wanted = requestsIn(ambiguous.bytes + kFollow);
        QVERIFY2(arrived == wanted, qPrintable(described(ambiguous, arrived, wanted)));
        // Each was answered, in order; a refusal is the last answer there is.
        QVERIFY2(heard.size() >= arrived.size() && heard.size() <= arrived.size() + 1,
                 ambiguous.name.c_str());
        for (std::size_t i = 0; i < heard.size(); ++i)
            QVERIFY2((heard[i].status == 200) == (i < arrived.size()), ambiguous.name.c_str());
        arrived.empty() ? ++refused : ++forwarded;
    }
    // Both kinds are there, or the test tests nothing.
    QVERIFY2(refused > 500 && forwarded > 100,
             qPrintable(QStringLiteral("%1 %2").arg(refused).arg(forwarded)));
}

void TestProxySmuggling::nginx()
{
    QString program = QStandardPaths::findExecutable(QStringLiteral("nginx"));
    if (program.isEmpty())
        program = QStandardPaths::findExecutable(QStringLiteral("nginx"), {QStringLiteral("/usr/sbin")});
    if (program.isEmpty())
        QFAIL("nginx is not installed: packaging/install-dependencies does it");
    QTemporaryDir folder;
    const QString socket = folder.filePath(QStringLiteral("nginx.sock"));
    QFile configuration(folder.filePath(QStringLiteral("nginx.conf")));
    QVERIFY(configuration.open(QIODevice::WriteOnly));
    // By itself nginx answers before it has read a body, and so perhaps a request that never comes to its
    // end; what it passes on, here to itself, it reads whole.
    configuration.write(
        QStringLiteral(
            "daemon off; master_process off; pid %1/pid; error_log stderr crit;\n"
            "events {}\n"
            "http {\n"
            "  access_log off; client_body_temp_path %1; proxy_temp_path %1; fastcgi_temp_path %1;\n"
            "  uwsgi_temp_path %1; scgi_temp_path %1; keepalive_requests 100000; underscores_in_headers on;\n"
            "  server { listen unix:%2; location / { proxy_pass http://unix:%2.answers:/; proxy_method GET;\n"
            "    proxy_pass_request_headers off; proxy_pass_request_body off;\n"
            "    proxy_set_header Content-Length ''; proxy_set_header X-Target $request_uri; } }\n"
            "  server { listen unix:%2.answers; location / { return 200 $http_x_target; } }\n"
            "}\n")
            .arg(folder.path(), socket)
            .toUtf8());
    configuration.close();
    QProcess process;
    process.setProcessChannelMode(QProcess::ForwardedChannels);
    process.start(program,
                  {QStringLiteral("-p"), folder.path(), QStringLiteral("-c"), configuration.fileName()});
    QVERIFY(process.waitForStarted());
    QTRY_VERIFY(QFile::exists(socket));
    GatewayFixture gateway("  upstreams: [{name: app, endpoints: [{address: \"unix:" + socket.toUtf8() +
                           "\"}]}]\n"
                           "  routes: [{name: all, match: {path: /**}, upstream: app}]\n");
    QTRY_COMPARE(RawClient(gateway.port()).ask("GET /up HTTP/1.1\r\nHost: a\r\n\r\n").status, 200);
    // nginx says for which target each answer is.
    for (const AmbiguousRequest& ambiguous : ambiguousRequests()) {
        std::vector<std::string> answered;
        for (const RawResponse& response : answers(gateway.port(), ambiguous.bytes)) {
            if (response.status == 200)
                answered.push_back(response.body);
        }
        const auto wanted = requestsIn(ambiguous.bytes + kFollow);
        QVERIFY2(answered == wanted, qPrintable(described(ambiguous, answered, wanted)));
        // The connection to nginx serves the next client: what it still held would be answered to that one.
        const RawResponse next = RawClient(gateway.port()).ask("GET /next HTTP/1.1\r\nHost: a\r\n\r\n");
        QVERIFY2(next.status == 200 && next.body == "/next", ambiguous.name.c_str());
    }
    process.terminate();
    QVERIFY(process.waitForFinished());
}

QTEST_GUILESS_MAIN(TestProxySmuggling)
#include "tst_proxy_smuggling.moc"
