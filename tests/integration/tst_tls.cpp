// TLS of the program itself: secrets from files, and what happens when they change.
#include "tests/integration/serve_process.h"
#include "tests/support/certificate_authority.h"
#include "tests/support/http2_upstream.h"
#include "tests/support/raw_client.h"
#include "tests/support/recording_upstream.h"
#include "tests/support/secret_folder.h"
#include "tests/support/steady_load.h"
#include "tests/support/tls_front.h"

#include <QJsonArray>
#include <QTest>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <csignal>

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

int connectTo(quint16 port)
{
    const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(port);
    if (::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0)
        qFatal("connect");
    return fd;
}

} // namespace

class TestTls : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void upstreamIsVerified();
    void upstreamRotates();
    void refusedDocumentHoldsNoSecretsBack_data();
    void refusedDocumentHoldsNoSecretsBack();
    void upstreamThatIsNotTheOneGetsNothing();
    void upstreamSpeaksHttp2();
    void upstreamWithoutHttp2GetsNothing_data();
    void upstreamWithoutHttp2GetsNothing();
    void refusesToStartWithoutItsSecrets();
    void listenerServes_data();
    void listenerServes();
    void listenerSpeaksHttp2();
    void listenerAsksForCertificates();
    void listenerRotates();
    void listenerNeverSpeaksPlain();
    void listenerDrainsUnderLoad();

private:
    static QStringList secrets(const SecretFolder& folder)
    {
        return {QStringLiteral("--secrets"), folder.path()};
    }
    static QByteArray listener(const QByteArray& tls, const QByteArray& more = "protocols: [http1]")
    {
        return "  listeners: [{name: main, address: \"127.0.0.1:0\", tls: " + tls + ", " + more + "}]\n";
    }
    static QMap<QString, QByteArray> secured(quint16 upstream, const QByteArray& listener)
    {
        return {{QStringLiteral("gateway.yaml"),
                 "apiVersion: postern.dev/v1alpha1\n"
                 "kind: ApiGateway\n"
                 "metadata: {name: accounts, namespace: payments}\n"
                 "spec:\n" +
                     listener + "  upstreams: [{name: app, endpoints: [{address: \"127.0.0.1:" +
                     QByteArray::number(upstream) +
                     "\"}]}]\n"
                     "  routes: [{name: all, match: {path: /**}, upstream: app}]\n"}};
    }
    static void mountPair(SecretFolder& folder, const char* name, const IssuedCertificate& issued)
    {
        folder.mount(QLatin1String(name), {{QStringLiteral("tls.crt"), issued.certificate},
                                           {QStringLiteral("tls.key"), issued.key}});
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
    QVERIFY(refused.body.find("certificate") == std::string::npos); // for the log, not for the client
    QTRY_VERIFY(serve.accessLog().contains("\"upstream_tls\":\"certificate-unknown\""));
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

void TestTls::refusedDocumentHoldsNoSecretsBack_data()
{
    QTest::addColumn<QString>("fault");
    QTest::newRow("a secret that is not mounted") << "secret";
    QTest::newRow("an address that is taken") << "address";
}

void TestTls::refusedDocumentHoldsNoSecretsBack()
{
    QFETCH(QString, fault);
    RecordingUpstream plain;
    const TlsFront front({.certificate = m_authority.issue({.names = {"IP:127.0.0.1"}})}, plain.port());
    SecretFolder folder;
    folder.mount(QStringLiteral("mesh"), {{QStringLiteral("ca.crt"), m_next.certificate()}});
    ServeProcess serve;
    serve.configure(document(front.port(), "{ca: {secretRef: {name: mesh}}}"));
    QVERIFY(serve.start(secrets(folder)));
    QCOMPARE(RawClient(serve.port()).ask(request).status, 502);
    auto refused = document(front.port(), fault == u"secret" ? "{ca: {secretRef: {name: elsewhere}}}"
                                                             : "{ca: {secretRef: {name: mesh}}}");
    if (fault == u"address")
        refused[QStringLiteral("gateway.yaml")].replace("127.0.0.1:0",
                                                        "127.0.0.1:" + QByteArray::number(plain.port()));
    serve.configure(refused);
    QCOMPARE(serve.waitForEvent(QStringLiteral("configuration")).value(QLatin1String("result")).toString(),
             QStringLiteral("rejected"));
    folder.mount(QStringLiteral("mesh"), {{QStringLiteral("ca.crt"), m_authority.certificate()}});
    QCOMPARE(serve.waitForEvent(QStringLiteral("secrets")).value(QLatin1String("result")).toString(),
             QStringLiteral("applied"));
    QCOMPARE(RawClient(serve.port()).ask(request).status, 200);
    if (fault != u"secret")
        return;
    // What the document lacked is waited for.
    folder.mount(QStringLiteral("elsewhere"), {{QStringLiteral("ca.crt"), m_authority.certificate()}});
    QJsonObject taken;
    do {
        taken = serve.waitForEvent(QStringLiteral("configuration"));
    } while (taken.value(QLatin1String("result")).toString() == u"rejected");
    QCOMPARE(taken.value(QLatin1String("result")).toString(), QStringLiteral("applied"));
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
    QTRY_VERIFY(serve.accessLog().contains("\"upstream_tls\":\"certificate-name\""));
    QVERIFY(serve.accessLog().contains("\"upstream\":\"app\""));
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

void TestTls::listenerServes_data()
{
    QTest::addColumn<int>("version");
    QTest::newRow("1.2") << TLS1_2_VERSION;
    QTest::newRow("1.3") << TLS1_3_VERSION;
}

void TestTls::listenerServes()
{
    QFETCH(int, version);
    RecordingUpstream plain;
    SecretFolder folder;
    mountPair(folder, "site", m_authority.issue({.commonName = "site", .names = {"DNS:accounts.example"}}));
    mountPair(folder, "other", m_authority.issue({.commonName = "other", .names = {"DNS:*.other.example"}}));
    ServeProcess serve;
    serve.configure(secured(plain.port(), listener("{certificate: {secretRef: {name: site}}, "
                                                   "certificates: [{secretRef: {name: other}}]}")));
    QVERIFY(serve.start(secrets(folder)));
    TlsPeerSettings settings{.newest = version,
                             .serverName = "accounts.example",
                             .protocols = {"h2", "http/1.1"},
                             .authorities = m_authority.certificate()};
    TlsPeer client(connectTo(serve.port()), TlsPeer::Role::Client, settings);
    QVERIFY(client.connect());
    QCOMPARE(client.protocol(), std::string("http/1.1"));
    for (int i = 0; i < 3; ++i) {
        QVERIFY(client.send(request));
        QVERIFY(client.readUntil(10));
        QVERIFY(client.received().starts_with("HTTP/1.1 200"));
        QTRY_VERIFY((client.read(), client.received().ends_with("ok")));
        client.received().clear();
    }
    QCOMPARE(plain.requests().back().header("x-forwarded-proto"), std::string("https"));
    QCOMPARE(plain.requests().back().count("x-forwarded-client-cert"), std::size_t{0});
    settings.serverName = "a.other.example";
    TlsPeer second(connectTo(serve.port()), TlsPeer::Role::Client, settings);
    QVERIFY(second.connect());
    QCOMPARE(second.peerName(), std::string("other"));
    settings.serverName = "accounts.example";
    TlsPeer third(connectTo(serve.port()), TlsPeer::Role::Client, settings);
    third.resume(client.session());
    QVERIFY(third.connect() && third.isResumed()); // whichever worker has it
    const double expiry = serve.metric(
        "postern_tls_certificate_expiry_timestamp_seconds{api=\"payments/accounts\",listener=\"main\"}");
    QVERIFY(expiry > 1.7e9);
    QCOMPARE(serve.metric(
                 "postern_tls_handshakes_total{api=\"payments/accounts\",listener=\"main\",result=\"full\"}"),
             2.0);
    QCOMPARE(
        serve.metric(
            "postern_tls_handshakes_total{api=\"payments/accounts\",listener=\"main\",result=\"resumed\"}"),
        1.0);
}

void TestTls::listenerSpeaksHttp2()
{
    RecordingUpstream plain;
    SecretFolder folder;
    mountPair(folder, "site", m_authority.issue({}));
    ServeProcess serve;
    serve.configure(secured(plain.port(),
                            listener("{certificate: {secretRef: {name: site}}}", "protocols: [h2, http1]")));
    QVERIFY(serve.start(secrets(folder)));
    TlsPeer client(connectTo(serve.port()), TlsPeer::Role::Client, {.protocols = {"http/1.1", "h2"}});
    QVERIFY(client.connect());
    QCOMPARE(client.protocol(), std::string("h2"));
    // The preface, SETTINGS, and a GET of / at https://a, its fields by HPACK's static table.
    const std::string settings("\0\0\0\4\0\0\0\0\0", 9);
    const std::string head("\0\0\6\1\5\0\0\0\1\x82\x84\x87\x41\x01\x61", 15);
    QVERIFY(client.send("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + settings + head));
    QTRY_VERIFY((client.read(), client.received().ends_with("ok")));
    QCOMPARE(plain.requests().front().header("x-forwarded-proto"), std::string("https"));
    TlsPeer silent(connectTo(serve.port()), TlsPeer::Role::Client, {});
    QVERIFY(silent.connect() && silent.send(request)); // no ALPN: HTTP/1.1
    QVERIFY(silent.readUntil(10));
    QVERIFY(silent.received().starts_with("HTTP/1.1 200"));
    TlsPeer other(connectTo(serve.port()), TlsPeer::Role::Client, {.protocols = {"spdy"}});
    QVERIFY(!other.connect());
}

void TestTls::listenerAsksForCertificates()
{
    RecordingUpstream plain;
    SecretFolder folder;
    mountPair(folder, "site", m_authority.issue({.names = {"DNS:accounts.example"}}));
    folder.mount(QStringLiteral("partners"), {{QStringLiteral("ca.crt"), m_next.certificate()}});
    ServeProcess serve;
    serve.configure(
        secured(plain.port(),
                listener("{certificate: {secretRef: {name: site}}, clientCertificates: {mode: required, "
                         "ca: {secretRef: {name: partners}}}}")));
    QVERIFY(serve.start(secrets(folder)));
    TlsPeer good(connectTo(serve.port()), TlsPeer::Role::Client,
                 {.certificate = m_next.issue(
                      {.commonName = "ledger, \"x\"", .names = {"URI:spiffe://bank.example/ledger"}})});
    QVERIFY(good.connect());
    // What the client says of itself is not believed.
    QVERIFY(good.send("GET / HTTP/1.1\r\nHost: a\r\nX-Forwarded-Client-Cert: Hash=1\r\n\r\n"));
    QVERIFY(good.readUntil(10));
    QVERIFY(good.received().starts_with("HTTP/1.1 200"));
    const std::string forwarded = plain.requests().front().header("x-forwarded-client-cert");
    QCOMPARE(plain.requests().front().count("x-forwarded-client-cert"), std::size_t{1});
    QVERIFY2(forwarded.starts_with("Hash="), forwarded.c_str());
    QCOMPARE(forwarded.substr(5 + 64), std::string(";Subject=\"CN=ledger\\\\, \\\\\\\"x\\\\\\\",O=Postern "
                                                   "tests\";URI=spiffe://bank.example/ledger"));
    for (const IssuedCertificate& bad : {IssuedCertificate{}, m_authority.issue({}), selfSigned("ledger")}) {
        TlsPeer refused(connectTo(serve.port()), TlsPeer::Role::Client, {.certificate = bad});
        refused.connect(); // a TLS 1.3 client hears of it afterwards
        refused.send(request);
        QVERIFY(!refused.readUntil(1));
        QVERIFY2(QByteArray::fromStdString(refused.error()).contains("alert"), refused.error().c_str());
    }
    QCOMPARE(plain.requests().size(), std::size_t{1});
}

void TestTls::listenerRotates()
{
    RecordingUpstream plain;
    SecretFolder folder;
    mountPair(folder, "site", m_authority.issue({.commonName = "first"}));
    ServeProcess serve;
    serve.configure(secured(plain.port(), listener("{certificate: {secretRef: {name: site}}}")));
    QVERIFY(serve.start(secrets(folder)));
    const auto served = [&serve] {
        TlsPeer client(connectTo(serve.port()), TlsPeer::Role::Client, {});
        return client.connect() ? client.peerName() : std::string();
    };
    TlsPeer old(connectTo(serve.port()), TlsPeer::Role::Client, {});
    QVERIFY(old.connect());
    QCOMPARE(old.peerName(), std::string("first"));
    IssuedCertificate mixed = m_authority.issue({.commonName = "mixed"});
    mixed.key = m_authority.issue({}).key;
    mountPair(folder, "site", mixed);
    QCOMPARE(serve.waitForEvent(QStringLiteral("secrets")).value(QLatin1String("result")).toString(),
             QStringLiteral("rejected"));
    QCOMPARE(served(), std::string("first"));
    mountPair(folder, "site", m_authority.issue({.commonName = "second"}));
    QCOMPARE(serve.waitForEvent(QStringLiteral("secrets")).value(QLatin1String("result")).toString(),
             QStringLiteral("applied"));
    QCOMPARE(served(), std::string("second"));
    QVERIFY(old.send(request)); // a connection lives on through it
    QVERIFY(old.readUntil(10));
    QVERIFY(old.received().starts_with("HTTP/1.1 200"));
}

void TestTls::listenerNeverSpeaksPlain()
{
    RecordingUpstream plain;
    SecretFolder folder;
    mountPair(folder, "site", m_authority.issue({}));
    ServeProcess serve;
    serve.configure(secured(plain.port(), listener("{certificate: {secretRef: {name: site}}}")));
    QVERIFY(serve.start(secrets(folder)));
    RawClient client(serve.port());
    QVERIFY(client.send(request));
    const std::string said = client.receiveAll();
    QVERIFY(said.empty() || said.front() == 21); // an alert, or nothing
    QVERIFY(plain.bytes().empty());
    QCOMPARE(
        serve.metric(
            "postern_tls_handshakes_total{api=\"payments/accounts\",listener=\"main\",result=\"not-tls\"}"),
        1.0);
}

/// Handshakes that are under way end, too, and the requests behind them are answered.
void TestTls::listenerDrainsUnderLoad()
{
    RecordingUpstream plain;
    SecretFolder folder;
    mountPair(folder, "site", m_authority.issue({}));
    ServeProcess serve;
    auto files = secured(plain.port(), listener("{certificate: {secretRef: {name: site}}}"));
    files.first() += "  drain: {delay: 300ms, deadline: 30s}\n";
    serve.configure(files);
    QVERIFY(serve.start(secrets(folder)));
    SteadyLoad load(serve.port(), {.request = request, .kept = 3, .fresh = 3, .secured = true});
    QTRY_VERIFY(load.answered > 50);
    serve.signal(SIGTERM);
    QVERIFY(!serve.waitForEvent(QStringLiteral("draining")).isEmpty());
    QCOMPARE(serve.waitForEnd(), 0);
    load.waitForEnd();
    QCOMPARE(load.lost.load(), 0);
    QCOMPARE(plain.requests().size(), static_cast<std::size_t>(load.answered));
}

QTEST_GUILESS_MAIN(TestTls)
#include "tst_tls.moc"
