#include "gateway/tls/tls_client_context.h"
#include "gateway/upstream/upstream_pool.h"
#include "models/document/upstream.h"
#include "tests/support/epoll_thread.h"
#include "tests/support/recording_upstream.h"
#include "tests/support/tls_front.h"

#include <QTest>

using namespace postern;
using namespace postern::test;
using namespace std::chrono_literals;

namespace {

const SystemClock kClock;

PemFile pem(const std::string& text) { return {QStringLiteral("test.pem"), text}; }

KeyPairFiles files(const IssuedCertificate& issued) { return {pem(issued.certificate), pem(issued.key)}; }

class User final : public UpstreamConnectionUser
{
public:
    explicit User(UpstreamPool& pool) : m_pool(pool)
    {
        const auto acquired = m_pool.acquire(*this, {});
        connection = acquired.connection;
        failure = acquired.failure;
    }
    ~User()
    {
        if (connection)
            m_pool.release(*connection, UpstreamPool::Reuse::No);
        else
            m_pool.cancel(*this);
    }
    void release() { m_pool.release(*std::exchange(connection, nullptr), UpstreamPool::Reuse::Yes); }
    bool ask()
    {
        return connection->socket().send("GET / HTTP/1.1\r\nHost: x\r\n\r\n") == StreamSocket::Write::Done;
    }
    void connectionReady(UpstreamConnection& ready) override { connection = &ready; }
    void connectionFailed(ConnectFailure why) override
    {
        failure = why;
        handshake = m_pool.handshakeFailure();
    }
    void connectionEvent() override
    {
        std::string room(128 * 1024, 0);
        while (connection->socket().mayRead()) {
            const auto received = connection->socket().receive(room);
            if (received.state != StreamSocket::Read::Data)
                break;
            answer.append(room, 0, received.size);
        }
    }

    UpstreamConnection* connection = nullptr;
    std::optional<ConnectFailure> failure;
    HandshakeFailure handshake = HandshakeFailure::None;
    std::string answer;

private:
    UpstreamPool& m_pool;
};

} // namespace

class TestUpstreamTls : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void verifies_data();
    void verifies();
    void showsItsCertificate();
    void resumesSessions();
    void protocol_data();
    void protocol();
    void silentServerTimesOut();
    void idleConnectionSurvivesTickets();
    void plainServerIsNoServer();

private:
    UpstreamPool pool(quint16 port, const TlsClientSettings& settings,
                      const std::string& name = "app.example", std::chrono::milliseconds connectTimeout = 10s)
    {
        Upstream upstream;
        upstream.name = QStringLiteral("app");
        upstream.endpoints.push_back({QStringLiteral("127.0.0.1:%1").arg(port), 1});
        upstream.connectTimeout = connectTimeout;
        auto used = UpstreamSettings::of(upstream, 1);
        auto context = TlsClientContext::create(settings);
        if (!used || !context)
            qFatal("settings");
        used->security = {true, *context, name};
        return {{epollDispatcher(), m_deadlines, kClock},
                std::move(*used),
                UpstreamDirectory::create(upstream, nullptr)};
    }
    DeadlineSweep m_deadlines{kClock};
    CertificateAuthority m_authority{"Upstream Root"};
    CertificateAuthority m_other{"Other Root"};
};

void TestUpstreamTls::verifies_data()
{
    QTest::addColumn<QString>("certificate");
    QTest::addColumn<QString>("name");
    QTest::addColumn<bool>("verify");
    QTest::addColumn<QString>("why"); // it fails; empty: it connects
    QTest::newRow("its name") << "good"
                              << "app.example" << true << "";
    QTest::newRow("another name") << "good"
                                  << "other.example" << true << "certificate-name";
    QTest::newRow("a wildcard") << "wildcard"
                                << "a.wild.example" << true << "";
    QTest::newRow("a wildcard is one label") << "wildcard"
                                             << "a.b.wild.example" << true << "certificate-name";
    QTest::newRow("its common name alone") << "common name"
                                           << "app.example" << true << "certificate-name";
    QTest::newRow("its address") << "address"
                                 << "" << true << "";
    QTest::newRow("no such address") << "good"
                                     << "" << true << "certificate-name";
    QTest::newRow("another authority") << "stranger"
                                       << "app.example" << true << "certificate-unknown";
    QTest::newRow("self-signed") << "self"
                                 << "app.example" << true << "certificate-unknown";
    QTest::newRow("expired") << "expired"
                             << "app.example" << true << "certificate-expired";
    QTest::newRow("not yet valid") << "future"
                                   << "app.example" << true << "certificate-expired";
    QTest::newRow("a client's") << "client"
                                << "app.example" << true << "certificate-purpose";
    QTest::newRow("self-signed, not verified") << "self"
                                               << "app.example" << false << "";
    QTest::newRow("another name, not verified") << "good"
                                                << "other.example" << false << "";
}

void TestUpstreamTls::verifies()
{
    QFETCH(QString, certificate);
    QFETCH(QString, name);
    QFETCH(bool, verify);
    QFETCH(QString, why);
    const bool connects = why.isEmpty();
    using Request = CertificateAuthority::Request;
    const std::vector<std::string> names{"DNS:app.example"};
    IssuedCertificate issued;
    if (certificate == u"good")
        issued = m_authority.issue({.names = names, .purpose = CertificateAuthority::Purpose::Server});
    else if (certificate == u"wildcard")
        issued = m_authority.issue({.names = {"DNS:*.wild.example"}});
    else if (certificate == u"address")
        issued = m_authority.issue({.names = {"IP:127.0.0.1"}});
    else if (certificate == u"common name")
        issued = m_authority.issue({.commonName = "app.example"});
    else if (certificate == u"stranger")
        issued = m_other.issue({.names = names});
    else if (certificate == u"self")
        issued = selfSigned("app.example");
    else if (certificate == u"expired")
        issued = m_authority.issue(Request{.names = names, .from = -48h, .to = -1h});
    else if (certificate == u"future")
        issued = m_authority.issue(Request{.names = names, .from = 1h, .to = 48h});
    else
        issued = m_authority.issue({.names = names, .purpose = CertificateAuthority::Purpose::Client});
    RecordingUpstream plain;
    const TlsFront front({.certificate = issued}, plain.port());
    UpstreamPool p = pool(front.port(),
                          {.authorities = TrustFiles{pem(m_authority.certificate()), {}},
                           .certificate = {},
                           .verify = verify ? TlsClientSettings::Verify::Yes : TlsClientSettings::Verify::No},
                          name.toStdString());
    User user(p);
    QTRY_VERIFY(user.connection || user.failure);
    QCOMPARE(user.connection != nullptr, connects);
    if (!connects) {
        QVERIFY(user.failure == ConnectFailure::Handshake);
        QCOMPARE(std::string(tokenOf(user.handshake)), why.toStdString());
        QVERIFY(plain.bytes().empty());
        return;
    }
    QVERIFY(user.ask());
    QTRY_VERIFY(user.answer.ends_with("ok"));
    QCOMPARE(front.seen().front().serverName, name.toStdString());
}

void TestUpstreamTls::showsItsCertificate()
{
    RecordingUpstream plain;
    const TlsFront front({.authorities = m_other.certificate(),
                          .certificate = m_authority.issue({.names = {"DNS:app.example"}}),
                          .wantsClientCertificate = true},
                         plain.port());
    UpstreamPool p = pool(front.port(), {.authorities = TrustFiles{pem(m_authority.certificate()), {}},
                                         .certificate = files(m_other.issue({.commonName = "gateway"}))});
    User user(p);
    QTRY_VERIFY(user.connection);
    QVERIFY(user.ask());
    QTRY_VERIFY(user.answer.ends_with("ok"));
    QCOMPARE(front.seen().front().clientName, std::string("gateway"));
}

void TestUpstreamTls::resumesSessions()
{
    RecordingUpstream plain;
    const TlsFront front({.certificate = m_authority.issue({.names = {"DNS:app.example"}})}, plain.port());
    UpstreamPool p = pool(front.port(),
                          {.authorities = TrustFiles{pem(m_authority.certificate()), {}}, .certificate = {}});
    for (int i = 0; i < 3; ++i) {
        User user(p);
        QTRY_VERIFY(user.connection);
        QVERIFY(user.ask());
        QTRY_VERIFY(user.answer.ends_with("ok"));
    }
    const auto seen = front.seen();
    QCOMPARE(seen.size(), std::size_t{3});
    QVERIFY(!seen[0].resumed && seen[1].resumed && seen[2].resumed);
}

void TestUpstreamTls::protocol_data()
{
    QTest::addColumn<QString>("asked");
    QTest::addColumn<QString>("served");
    QTest::addColumn<bool>("connects");
    QTest::newRow("h2") << "h2"
                        << "h2" << true;
    QTest::newRow("h2 unknown") << "h2"
                                << "" << false;
    QTest::newRow("h2 refused") << "h2"
                                << "http/1.1" << false;
    QTest::newRow("http1") << "http/1.1"
                           << "http/1.1" << true;
    QTest::newRow("http1 unknown") << "http/1.1"
                                   << "" << true;
}

void TestUpstreamTls::protocol()
{
    QFETCH(QString, asked);
    QFETCH(QString, served);
    QFETCH(bool, connects);
    RecordingUpstream plain;
    TlsPeerSettings server{.certificate = m_authority.issue({.names = {"DNS:app.example"}})};
    if (!served.isEmpty())
        server.protocols.push_back(served.toStdString());
    const TlsFront front(server, plain.port());
    UpstreamPool p = pool(front.port(), {.authorities = TrustFiles{pem(m_authority.certificate()), {}},
                                         .certificate = {},
                                         .protocol = asked.toStdString()});
    User user(p);
    QTRY_VERIFY(user.connection || user.failure);
    QCOMPARE(user.connection != nullptr, connects);
    if (connects && !served.isEmpty())
        QCOMPARE(std::string(user.connection->socket().channel()->applicationProtocol()),
                 served.toStdString());
}

void TestUpstreamTls::silentServerTimesOut()
{
    RecordingUpstream silent([](UpstreamPeer& peer) {
        while (!peer.receive().empty()) {
        }
    });
    UpstreamPool p = pool(silent.port(),
                          {.authorities = TrustFiles{pem(m_authority.certificate()), {}}, .certificate = {}},
                          "app.example", 50ms);
    User user(p);
    QTRY_VERIFY(user.failure);
    QVERIFY(user.failure == ConnectFailure::TimedOut);
    QVERIFY(user.handshake == HandshakeFailure::TimedOut);
}

void TestUpstreamTls::idleConnectionSurvivesTickets()
{
    RecordingUpstream plain;
    const TlsFront front({.certificate = m_authority.issue({.names = {"DNS:app.example"}})}, plain.port());
    UpstreamPool p = pool(front.port(),
                          {.authorities = TrustFiles{pem(m_authority.certificate()), {}}, .certificate = {}});
    {
        User user(p);
        QTRY_VERIFY(user.connection);
        user.release(); // at once: the server's tickets are still on their way
    }
    QTRY_COMPARE(front.seen().size(), std::size_t{1});
    QTest::qWait(0);
    QCOMPARE(p.idle(), std::size_t{1});
    User user(p);
    QVERIFY(user.connection);
    QVERIFY(user.ask());
    QTRY_VERIFY(user.answer.ends_with("ok"));
    QCOMPARE(front.seen().size(), std::size_t{1});
}

void TestUpstreamTls::plainServerIsNoServer()
{
    RecordingUpstream plain([](UpstreamPeer& peer) {
        peer.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
        while (!peer.receive().empty()) {
        }
    });
    UpstreamPool p =
        pool(plain.port(), {.authorities = {}, .certificate = {}, .verify = TlsClientSettings::Verify::No});
    User user(p);
    QTRY_VERIFY(user.failure);
    QVERIFY(user.failure == ConnectFailure::Handshake);
    QVERIFY(user.handshake == HandshakeFailure::NotTls);
    QVERIFY(plain.bytes().find("GET") == std::string::npos);
}

int main(int argc, char** argv) { return runUnderEpoll<TestUpstreamTls>(argc, argv); }
#include "tst_upstream_tls.moc"
