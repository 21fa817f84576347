// TLS of the program itself: secrets from files, and what happens when they change.
#include "tests/integration/serve_process.h"
#include "tests/support/certificate_authority.h"
#include "tests/support/http2_upstream.h"
#include "tests/support/raw_client.h"
#include "tests/support/recording_upstream.h"
#include "tests/support/secret_folder.h"
#include "tests/support/tls_front.h"

#include <QJsonArray>
#include <QTest>

using namespace postern::test;

namespace {

const std::string request = "GET / HTTP/1.1\r\nHost: accounts\r\n\r\n";

QMap<QString, QByteArray> document(quint16 upstream, const QByteArray& tls, const QByteArray& more = {})
{
    return {
        {QStringLiteral("gateway.yaml"), "apiVersion: postern.dev/v1alpha1\n"
                                         "kind: ApiGateway\n"
                                         "metadata: {name: accounts, namespace: payments}\n"
                                         "spec:\n"
                                         "  listeners: [{name: main, address: \"127.0.0.1:0\"}]\n"
                                         "  upstreams:\n"
                                         "    - name: app\n"
                                         "      endpoints: [{address: \"127.0.0.1:" +
                                             QByteArray::number(upstream) + "\"}]\n      tls: " + tls +
                                             "\n"
                                             "  routes: [{name: all, match: {path: /**}, upstream: app}]\n" +
                                             more}};
}

} // namespace

class TestTls : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void upstreamIsVerified();
    void upstreamRotates();
    void upstreamThatIsNotTheOneGetsNothing();
    void upstreamSpeaksHttp2();
    void upstreamWithoutHttp2GetsNothing_data();
    void upstreamWithoutHttp2GetsNothing();
    void refusesToStartWithoutItsSecrets();

private:
    static QStringList secrets(const SecretFolder& folder)
    {
        return {QStringLiteral("--secrets"), folder.path()};
    }
    CertificateAuthority m_authority{"Root"};
    CertificateAuthority m_next{"Next Root"};
};

void TestTls::upstreamIsVerified()
{
    RecordingUpstream plain;
    const TlsFront front({.authorities = m_next.certificate(),
                          .certificate = m_authority.issue({.names = {"DNS:app.example"}}),
                          .wantsClientCertificate = true},
                         plain.port());
    const IssuedCertificate own = m_next.issue({.commonName = "gateway"});
    SecretFolder folder;
    folder.mount(QStringLiteral("mesh"), {{QStringLiteral("ca.crt"), m_authority.certificate()}});
    folder.mount(QStringLiteral("own"),
                 {{QStringLiteral("tls.crt"), own.certificate}, {QStringLiteral("tls.key"), own.key}});
    ServeProcess serve;
    serve.configure(document(front.port(), "{ca: {secretRef: {name: mesh}}, serverName: app.example, "
                                           "clientCertificate: {secretRef: {name: own}}}"));
    QVERIFY(serve.start(secrets(folder)));
    QCOMPARE(RawClient(serve.port()).ask(request).status, 200);
    QCOMPARE(plain.requests().size(), std::size_t{1});
    QCOMPARE(front.seen().front().serverName, std::string("app.example"));
    QCOMPARE(front.seen().front().clientName, std::string("gateway"));
    QCOMPARE(front.seen().front().protocol, std::string());
    const QByteArray config = QByteArray::fromStdString(serve.admin("/config"));
    QVERIFY(!config.contains("BEGIN") && config.contains("mesh"));
}

void TestTls::upstreamRotates()
{
    RecordingUpstream plain;
    const TlsFront front({.certificate = m_authority.issue({.names = {"IP:127.0.0.1"}})}, plain.port());
    SecretFolder folder;
    folder.mount(QStringLiteral("mesh"), {{QStringLiteral("ca.crt"), m_next.certificate()}});
    ServeProcess serve;
    serve.configure(document(front.port(), "{ca: {secretRef: {name: mesh}}}"));
    QVERIFY(serve.start(secrets(folder)));
    const RawResponse refused = RawClient(serve.port()).ask(request);
    QCOMPARE(refused.status, 502);
    QVERIFY(refused.body.find("urn:postern:problem:upstream-tls") != std::string::npos);
    folder.mount(QStringLiteral("mesh"), {{QStringLiteral("ca.crt"), m_authority.certificate()}});
    const QJsonObject event = serve.waitForEvent(QStringLiteral("secrets"));
    QCOMPARE(event.value(QLatin1String("result")).toString(), QStringLiteral("applied"));
    QCOMPARE(event.value(QLatin1String("rotated")).toArray().first().toString(),
             QStringLiteral("upstream app"));
    QCOMPARE(RawClient(serve.port()).ask(request).status, 200);

    folder.mount(QStringLiteral("mesh"), {{QStringLiteral("ca.crt"), "nothing"}});
    const QJsonObject rejected = serve.waitForEvent(QStringLiteral("secrets"));
    QCOMPARE(rejected.value(QLatin1String("result")).toString(), QStringLiteral("rejected"));
    QCOMPARE(serve.metric("postern_config_loads_total{api=\"payments/accounts\",result=\"rejected\"}"), 1.0);
    QCOMPARE(RawClient(serve.port()).ask(request).status, 200);

    // A document that is no use meanwhile does not keep the secrets from being followed.
    serve.configure({{QStringLiteral("gateway.yaml"), "nonsense: true\n"}});
    QCOMPARE(serve.waitForEvent(QStringLiteral("configuration")).value(QLatin1String("result")).toString(),
             QStringLiteral("rejected"));
    folder.mount(QStringLiteral("mesh"), {{QStringLiteral("ca.crt"), m_next.certificate()}});
    QJsonObject applied;
    do {
        applied = serve.waitForEvent(QStringLiteral("secrets")); // the broken one may be told once more
    } while (applied.value(QLatin1String("result")).toString() == u"rejected");
    QCOMPARE(applied.value(QLatin1String("result")).toString(), QStringLiteral("applied"));
    QCOMPARE(RawClient(serve.port()).ask(request).status, 502);
}

void TestTls::upstreamThatIsNotTheOneGetsNothing()
{
    RecordingUpstream plain;
    const TlsFront front({.certificate = m_authority.issue({.names = {"DNS:other.example"}})}, plain.port());
    SecretFolder folder;
    folder.mount(QStringLiteral("mesh"), {{QStringLiteral("ca.crt"), m_authority.certificate()}});
    ServeProcess serve;
    serve.configure(document(front.port(), "{ca: {secretRef: {name: mesh}}, serverName: app.example}"));
    QVERIFY(serve.start(secrets(folder)));
    const std::string post = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 6\r\n\r\nsecret";
    QCOMPARE(RawClient(serve.port()).ask(post).status, 502);
    QVERIFY(plain.bytes().empty());
    QVERIFY(!serve.accessLog().contains("BEGIN"));
}

void TestTls::upstreamSpeaksHttp2()
{
    Http2Upstream plain([](Http2Peer& peer) {
        peer.greet();
        while (const auto one = peer.nextRequest())
            peer.answer(one->stream, one->body.empty() ? "ok" : one->body);
    });
    const TlsFront front(
        {.protocols = {"h2", "http/1.1"}, .certificate = m_authority.issue({.names = {"DNS:app.example"}})},
        plain.port());
    SecretFolder folder;
    folder.mount(QStringLiteral("mesh"), {{QStringLiteral("ca.crt"), m_authority.certificate()}});
    ServeProcess serve;
    serve.setWorkers(1);
    serve.configure(document(front.port(), "{ca: {secretRef: {name: mesh}}, serverName: app.example}\n"
                                           "      protocol: h2"));
    QVERIFY(serve.start(secrets(folder)));
    const std::string body(3 * 1024 * 1024, 'b');
    for (int i = 0; i < 5; ++i) {
        RawClient client(serve.port());
        QCOMPARE(client.ask(request).body, std::string("ok"));
        QVERIFY(client
                    .ask("PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: " + std::to_string(body.size()) +
                         "\r\n\r\n" + body)
                    .body == body);
    }
    QCOMPARE(plain.connections(), 1);
    QCOMPARE(front.seen().front().protocol, std::string("h2"));
    QCOMPARE(plain.requests().front().field(":scheme"), std::string("https"));
}

void TestTls::upstreamWithoutHttp2GetsNothing_data()
{
    QTest::addColumn<QStringList>("protocols");
    QTest::addRow("no ALPN") << QStringList();
    QTest::addRow("another one") << QStringList{QStringLiteral("http/1.1")};
}

void TestTls::upstreamWithoutHttp2GetsNothing()
{
    // There is no falling back to what was not asked for.
    QFETCH(QStringList, protocols);
    RecordingUpstream plain;
    TlsPeerSettings settings{.certificate = m_authority.issue({.names = {"DNS:app.example"}})};
    for (const QString& protocol : protocols)
        settings.protocols.push_back(protocol.toStdString());
    const TlsFront front(settings, plain.port());
    SecretFolder folder;
    folder.mount(QStringLiteral("mesh"), {{QStringLiteral("ca.crt"), m_authority.certificate()}});
    ServeProcess serve;
    serve.configure(document(front.port(), "{ca: {secretRef: {name: mesh}}, serverName: app.example}\n"
                                           "      protocol: h2"));
    QVERIFY(serve.start(secrets(folder)));
    const RawResponse response = RawClient(serve.port()).ask(request);
    QCOMPARE(response.status, 502);
    QVERIFY(response.body.find("urn:postern:problem:upstream-tls") != std::string::npos);
    QCOMPARE(plain.bytes(), std::string());
}

void TestTls::refusesToStartWithoutItsSecrets()
{
    RecordingUpstream plain;
    ServeProcess serve;
    serve.configure(document(plain.port(), "{ca: {secretRef: {name: mesh}}}"));
    QVERIFY(!serve.start());
    QVERIFY(serve.waitForEnd() > 0);
    const SecretFolder folder;
    ServeProcess empty;
    empty.configure(document(plain.port(), "{ca: {secretRef: {name: mesh}}}"));
    QVERIFY(!empty.start(secrets(folder)));
    QVERIFY(empty.waitForEnd() > 0);
}

QTEST_GUILESS_MAIN(TestTls)
#include "tst_tls.moc"
