#include "gateway/tls/tls_server_context.h"
#include "tests/support/fake_clock.h"
#include "tests/support/tls_pair.h"

#include <QTest>

using namespace postern;
using namespace postern::test;
using namespace std::chrono_literals;

namespace {

using Clients = TlsServerSettings::ClientCertificates;
using Purpose = CertificateAuthority::Purpose;

PemFile pem(const std::string& text) { return {QStringLiteral("test.pem"), text}; }

KeyPairFiles files(const IssuedCertificate& issued) { return {pem(issued.certificate), pem(issued.key)}; }

} // namespace

class TestTlsServerContext : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void versions_data();
    void versions();
    void suites_data();
    void suites();
    void protocols_data();
    void protocols();
    void names_data();
    void names();
    void kindOfKeyGoesByTheClient();
    void firstOfAKindOfKeyStays();
    void chainIsSent();
    void clientCertificates_data();
    void clientCertificates();
    void intermediatesNeedNoCrl();
    void crlOfARenewedAuthority();
    void clientCertificateIsDescribed();
    void anchorsWithoutARoot();
    void resumes_data();
    void resumes();
    void resumesElsewhere();
    void sessionsEnd_data();
    void sessionsEnd();
    void sessionEndsWithTheClientsCertificate();
    void sessionEndsWithTheCrl();
    void renewalsEndWithTheFirstHandshake();
    void handedOverKeysOpenNoOthersSessions();
    void resumedSessionKeepsTheClientsCertificate();
    void ticketsAreTheOnlyWay();
    void refusesFiles_data();
    void refusesFiles();
    void tellsTheEarliestExpiry();

private:
    /// How far the test's clock is before the kernel's, from now on at least not behind.
    std::chrono::seconds ahead()
    {
        const auto distance = [this] {
            return std::chrono::ceil<std::chrono::seconds>(m_clock.wall() - std::chrono::system_clock::now());
        };
        if (distance() < 0s)
            m_clock.advance(-distance());
        return distance();
    }
    TlsServerSettings settings(const std::vector<IssuedCertificate>& certificates) const
    {
        TlsServerSettings result;
        for (const IssuedCertificate& issued : certificates)
            result.certificates.push_back(files(issued));
        return result;
    }
    std::shared_ptr<const TlsServerContext> context(const TlsServerSettings& wanted)
    {
        auto made = TlsServerContext::create(wanted, m_tickets, m_clock);
        if (!made)
            qFatal("%s", qPrintable(made.error().text()));
        return *made;
    }
    IssuedCertificate server(const std::string& name) const
    {
        return m_authority.issue({.commonName = name, .names = {"DNS:" + name}});
    }
    /// A whole connection, with a byte each way so that tickets arrive. The client's session, for the next.
    std::shared_ptr<SSL_SESSION> visit(const std::shared_ptr<const TlsServerContext>& with,
                                       const TlsPeerSettings& client,
                                       const std::shared_ptr<SSL_SESSION>& session = {})
    {
        TlsPair pair(with->accept(), TlsPeer::Role::Client, client);
        if (session)
            pair.far->resume(session);
        m_connected = pair.handshake();
        m_failure = pair.near.channel()->failure();
        if (!m_connected)
            return {};
        m_resumed = pair.far->isResumed();
        m_certificate = pair.near.channel()->clientCertificate();
        pair.near.send("x");
        if (!pair.far->readUntil(1))
            qFatal("no byte");
        pair.far->sendCloseNotify();
        return pair.far->session();
    }

    FakeClock m_clock;
    std::shared_ptr<TicketKeys> m_tickets = std::make_shared<TicketKeys>(m_clock);
    CertificateAuthority m_authority{"Server Root"};
    CertificateAuthority m_clients{"Client Root"};
    CertificateAuthority m_stranger{"Client Root"}; ///< of the same name, with another key
    IssuedCertificate m_default = server("default.example");
    std::shared_ptr<const ClientCertificate> m_certificate;
    HandshakeFailure m_failure = HandshakeFailure::None;
    bool m_connected = false;
    bool m_resumed = false;
};

void TestTlsServerContext::versions_data()
{
    QTest::addColumn<int>("oldestServed");
    QTest::addColumn<int>("client");
    QTest::addColumn<bool>("connects");
    const int v12 = static_cast<int>(OldestTls::V1_2);
    const int v13 = static_cast<int>(OldestTls::V1_3);
    QTest::newRow("1.0") << v12 << TLS1_VERSION << false;
    QTest::newRow("1.1") << v12 << TLS1_1_VERSION << false;
    QTest::newRow("1.2") << v12 << TLS1_2_VERSION << true;
    QTest::newRow("1.3") << v12 << TLS1_3_VERSION << true;
    QTest::newRow("1.2 where 1.3 is the oldest") << v13 << TLS1_2_VERSION << false;
    QTest::newRow("1.3 where 1.3 is the oldest") << v13 << TLS1_3_VERSION << true;
}

void TestTlsServerContext::versions()
{
    QFETCH(int, oldestServed);
    QFETCH(int, client);
    QFETCH(bool, connects);
    TlsServerSettings wanted = settings({m_default});
    wanted.oldest = static_cast<OldestTls>(oldestServed);
    visit(context(wanted), {.oldest = client, .newest = client});
    QCOMPARE(m_connected, connects);
    if (!connects)
        QCOMPARE(tokenOf(m_failure), std::string_view("version"));
}

void TestTlsServerContext::suites_data()
{
    QTest::addColumn<QString>("suite");
    QTest::addColumn<bool>("connects");
    QTest::newRow("ECDHE AES 128 GCM") << "ECDHE-ECDSA-AES128-GCM-SHA256" << true;
    QTest::newRow("ECDHE AES 256 GCM") << "ECDHE-ECDSA-AES256-GCM-SHA384" << true;
    QTest::newRow("ECDHE ChaCha20") << "ECDHE-ECDSA-CHACHA20-POLY1305" << true;
    QTest::newRow("CBC") << "ECDHE-ECDSA-AES128-SHA256" << false;
    QTest::newRow("CBC SHA-1") << "ECDHE-ECDSA-AES128-SHA" << false;
    QTest::newRow("CCM 8") << "ECDHE-ECDSA-AES128-CCM8" << false;
    QTest::newRow("no forward secrecy") << "AES128-GCM-SHA256" << false;
    QTest::newRow("finite field") << "DHE-RSA-AES128-GCM-SHA256" << false;
    QTest::newRow("no encryption") << "NULL-SHA256" << false;
    QTest::newRow("no authentication") << "aNULL" << false;
}

void TestTlsServerContext::suites()
{
    QFETCH(QString, suite);
    QFETCH(bool, connects);
    visit(context(settings({m_default})),
          {.newest = TLS1_2_VERSION, .suites12 = suite.toStdString() + ":@SECLEVEL=0"});
    QCOMPARE(m_connected, connects);
    if (!connects)
        QCOMPARE(tokenOf(m_failure), std::string_view("cipher"));
}

void TestTlsServerContext::protocols_data()
{
    QTest::addColumn<QByteArrayList>("served");
    QTest::addColumn<QByteArrayList>("offered");
    QTest::addColumn<QString>("chosen");
    QTest::addColumn<bool>("connects");
    QTest::newRow("the server's order")
        << QByteArrayList{"h2", "http/1.1"} << QByteArrayList{"http/1.1", "h2"} << "h2" << true;
    QTest::newRow("the other order") << QByteArrayList{"http/1.1", "h2"} << QByteArrayList{"h2", "http/1.1"}
                                     << "http/1.1" << true;
    QTest::newRow("what is common") << QByteArrayList{"h2", "http/1.1"} << QByteArrayList{"spdy", "http/1.1"}
                                    << "http/1.1" << true;
    QTest::newRow("none offered") << QByteArrayList{"h2", "http/1.1"} << QByteArrayList{} << "" << true;
    QTest::newRow("none in common") << QByteArrayList{"http/1.1"} << QByteArrayList{"h2"} << "" << false;
}

void TestTlsServerContext::protocols()
{
    QFETCH(QByteArrayList, served);
    QFETCH(QByteArrayList, offered);
    QFETCH(QString, chosen);
    QFETCH(bool, connects);
    TlsServerSettings wanted = settings({m_default});
    for (const QByteArray& protocol : served)
        wanted.protocols.push_back(protocol.toStdString());
    TlsPeerSettings client;
    for (const QByteArray& protocol : offered)
        client.protocols.push_back(protocol.toStdString());
    TlsPair pair(context(wanted)->accept(), TlsPeer::Role::Client, client);
    QCOMPARE(pair.handshake(), connects);
    QCOMPARE(pair.far->protocol(), chosen.toStdString());
    if (connects)
        QCOMPARE(std::string(pair.near.channel()->applicationProtocol()), chosen.toStdString());
    else
        QVERIFY(QByteArray::fromStdString(pair.far->error()).contains("no application protocol"));
}

void TestTlsServerContext::names_data()
{
    QTest::addColumn<QString>("asked");
    QTest::addColumn<QString>("got");
    QTest::newRow("exact") << "one.example"
                           << "one";
    QTest::newRow("another") << "two.example"
                             << "two";
    QTest::newRow("without case") << "TWO.Example"
                                  << "two";
    QTest::newRow("a second name") << "zwei.example"
                                   << "two";
    QTest::newRow("wildcard") << "a.wild.example"
                              << "wild";
    QTest::newRow("exact before wildcard") << "exact.wild.example"
                                           << "two";
    QTest::newRow("a wildcard is one label") << "a.b.wild.example"
                                             << "default.example";
    QTest::newRow("a wildcard is not its domain") << "wild.example"
                                                  << "default.example";
    QTest::newRow("unknown") << "nobody.example"
                             << "default.example";
    QTest::newRow("none") << ""
                          << "default.example";
}

void TestTlsServerContext::names()
{
    QFETCH(QString, asked);
    QFETCH(QString, got);
    const auto with = context(settings(
        {m_default, m_authority.issue({.commonName = "one", .names = {"DNS:one.example"}}),
         m_authority.issue({.commonName = "two",
                            .names = {"DNS:two.example", "DNS:Zwei.example", "DNS:exact.wild.example"}}),
         m_authority.issue({.commonName = "wild", .names = {"DNS:*.wild.example"}})}));
    for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
        TlsPair pair(with->accept(), TlsPeer::Role::Client,
                     {.newest = version, .serverName = asked.toStdString()});
        QVERIFY(pair.handshake());
        QCOMPARE(pair.far->peerName(), got.toStdString());
        QCOMPARE(std::string(pair.near.channel()->serverName()), asked.toStdString());
    }
}

void TestTlsServerContext::kindOfKeyGoesByTheClient()
{
    const std::vector<std::string> names{"DNS:both.example"};
    const auto with = context(settings(
        {m_authority.issue({.commonName = "ecdsa", .names = names}),
         m_authority.issue({.commonName = "rsa", .names = names, .key = CertificateAuthority::Key::Rsa})}));
    TlsPair modern(with->accept(), TlsPeer::Role::Client, {.serverName = "both.example"});
    QVERIFY(modern.handshake());
    QCOMPARE(modern.far->peerName(), std::string("ecdsa"));
    TlsPair old(
        with->accept(), TlsPeer::Role::Client,
        {.newest = TLS1_2_VERSION, .serverName = "both.example", .suites12 = "ECDHE-RSA-AES128-GCM-SHA256"});
    QVERIFY(old.handshake());
    QCOMPARE(old.far->peerName(), std::string("rsa"));
}

void TestTlsServerContext::firstOfAKindOfKeyStays()
{
    const std::vector<std::string> names{"DNS:both.example"};
    const auto with = context(settings(
        {m_authority.issue({.commonName = "rsa", .names = names, .key = CertificateAuthority::Key::Rsa}),
         m_authority.issue({.commonName = "ecdsa", .names = names}),
         m_authority.issue(
             {.commonName = "second rsa", .names = names, .key = CertificateAuthority::Key::Rsa})}));
    TlsPair old(
        with->accept(), TlsPeer::Role::Client,
        {.newest = TLS1_2_VERSION, .serverName = "both.example", .suites12 = "ECDHE-RSA-AES128-GCM-SHA256"});
    QVERIFY(old.handshake());
    QCOMPARE(old.far->peerName(), std::string("rsa"));
}

void TestTlsServerContext::chainIsSent()
{
    const CertificateAuthority intermediate("Intermediate", &m_authority);
    IssuedCertificate issued = intermediate.issue({.commonName = "leaf", .names = {"DNS:leaf.example"}});
    issued.certificate += intermediate.certificate();
    TlsPair pair(context(settings({issued}))->accept(), TlsPeer::Role::Client,
                 {.serverName = "leaf.example", .authorities = m_authority.certificate()});
    QVERIFY(pair.handshake());
}

void TestTlsServerContext::clientCertificates_data()
{
    QTest::addColumn<int>("mode");
    QTest::addColumn<QString>("certificate");
    QTest::addColumn<QString>("failure");
    const int optional = static_cast<int>(Clients::Optional);
    const int required = static_cast<int>(Clients::Required);
    QTest::newRow("optional, none") << optional << ""
                                    << "";
    QTest::newRow("optional, good") << optional << "good"
                                    << "";
    QTest::newRow("optional, wrong authority") << optional << "stranger"
                                               << "certificate-unknown";
    QTest::newRow("required, none") << required << ""
                                    << "certificate-missing";
    QTest::newRow("required, good") << required << "good"
                                    << "";
    QTest::newRow("required, of an intermediate") << required << "deep"
                                                  << "";
    QTest::newRow("required, its intermediate missing") << required << "shallow"
                                                        << "certificate-unknown";
    QTest::newRow("required, expired") << required << "expired"
                                       << "certificate-expired";
    QTest::newRow("required, not yet valid") << required << "future"
                                             << "certificate-expired";
    QTest::newRow("required, revoked") << required << "revoked"
                                       << "certificate-revoked";
    QTest::newRow("required, a server's") << required << "server"
                                          << "certificate-purpose";
    QTest::newRow("required, wrong authority") << required << "stranger"
                                               << "certificate-unknown";
    QTest::newRow("required, self-signed") << required << "self"
                                           << "certificate-unknown";
    QTest::newRow("required, the server's authority") << required << "other"
                                                      << "certificate-unknown";
}

void TestTlsServerContext::clientCertificates()
{
    QFETCH(int, mode);
    QFETCH(QString, certificate);
    QFETCH(QString, failure);
    const CertificateAuthority intermediate("Client Intermediate", &m_clients);
    const IssuedCertificate revoked = m_clients.issue({.commonName = "revoked"});
    IssuedCertificate deep = intermediate.issue({.commonName = "deep"});
    const IssuedCertificate shallow = deep;
    deep.certificate += intermediate.certificate();
    const std::map<QString, IssuedCertificate> all{
        {QString(), {}},
        {QStringLiteral("good"), m_clients.issue({.commonName = "good", .purpose = Purpose::Client})},
        {QStringLiteral("deep"), deep},
        {QStringLiteral("shallow"), shallow},
        {QStringLiteral("expired"), m_clients.issue({.commonName = "expired", .from = -48h, .to = -1h})},
        {QStringLiteral("future"), m_clients.issue({.commonName = "future", .from = 1h, .to = 2h})},
        {QStringLiteral("revoked"), revoked},
        {QStringLiteral("server"), m_clients.issue({.commonName = "server", .purpose = Purpose::Server})},
        {QStringLiteral("stranger"), m_stranger.issue({.commonName = "stranger"})},
        {QStringLiteral("self"), selfSigned("self")},
        {QStringLiteral("other"), m_authority.issue({.commonName = "other"})}};
    TlsServerSettings wanted = settings({m_default});
    wanted.clientCertificates = static_cast<Clients>(mode);
    wanted.clientAuthorities =
        TrustFiles{pem(m_clients.certificate()), pem(m_clients.crl({revoked.certificate}))};
    const auto with = context(wanted);
    for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
        visit(with, {.newest = version, .certificate = all.at(certificate)});
        QCOMPARE(m_connected, failure.isEmpty());
        if (!failure.isEmpty())
            QCOMPARE(QString::fromLatin1(tokenOf(m_failure).data()), failure);
        else
            QCOMPARE(m_certificate != nullptr, !certificate.isEmpty());
    }
}

void TestTlsServerContext::intermediatesNeedNoCrl()
{
    // The root has a CRL, the intermediate none: its certificates can not be revoked, the intermediate can.
    const CertificateAuthority intermediate("Client Intermediate", &m_clients);
    IssuedCertificate issued = intermediate.issue({.commonName = "deep"});
    issued.certificate += intermediate.certificate();
    TlsServerSettings wanted = settings({m_default});
    wanted.clientCertificates = Clients::Required;
    wanted.clientAuthorities = TrustFiles{pem(m_clients.certificate()), pem(m_clients.crl({}))};
    visit(context(wanted), {.certificate = issued});
    QVERIFY(m_connected);
    wanted.clientAuthorities->crls = pem(m_clients.crl({intermediate.certificate()}));
    visit(context(wanted), {.certificate = issued});
    QVERIFY(!m_connected);
    QCOMPARE(tokenOf(m_failure), std::string_view("certificate-revoked"));
    wanted.clientAuthorities->crls = pem(m_clients.crl({}, -1h)); // who knows what it would list today
    visit(context(wanted), {.certificate = issued});
    QVERIFY(!m_connected);
}

void TestTlsServerContext::crlOfARenewedAuthority()
{
    // Two certificates of one name; the CRL is signed with the key of the second.
    TlsServerSettings wanted = settings({m_default});
    wanted.clientCertificates = Clients::Required;
    const IssuedCertificate revoked = m_stranger.issue({.commonName = "revoked"});
    wanted.clientAuthorities = TrustFiles{pem(m_clients.certificate() + m_stranger.certificate()),
                                          pem(m_stranger.crl({revoked.certificate}))};
    const auto with = context(wanted);
    visit(with, {.certificate = m_stranger.issue({.commonName = "good"})});
    QVERIFY(m_connected);
    visit(with, {.certificate = revoked});
    QVERIFY(!m_connected);
    QCOMPARE(QString::fromLatin1(tokenOf(m_failure).data()), QStringLiteral("certificate-revoked"));
}

void TestTlsServerContext::clientCertificateIsDescribed()
{
    const IssuedCertificate issued =
        m_clients.issue({.commonName = "ledger \"x\"",
                         .names = {"URI:spiffe://bank.example/ns/payments/sa/ledger", "DNS:ledger.example",
                                   "IP:10.0.0.1", "email:a@bank.example"}});
    TlsServerSettings wanted = settings({m_default});
    wanted.clientCertificates = Clients::Required;
    wanted.clientAuthorities = TrustFiles{pem(m_clients.certificate()), {}};
    visit(context(wanted), {.certificate = issued});
    QVERIFY(m_certificate);
    QCOMPARE(m_certificate->subject, std::string("CN=ledger \\\"x\\\",O=Postern tests"));
    QCOMPARE(m_certificate->issuer, std::string("CN=Client Root,O=Postern tests"));
    QCOMPARE(m_certificate->spiffeId, std::string("spiffe://bank.example/ns/payments/sa/ledger"));
    QCOMPARE(m_certificate->dnsNames, std::vector<std::string>{"ledger.example"});
    QCOMPARE(m_certificate->addresses, std::vector<std::string>{"10.0.0.1"});
    QCOMPARE(m_certificate->emails, std::vector<std::string>{"a@bank.example"});
    QCOMPARE(m_certificate->fingerprint.size(), std::size_t{64});
    QVERIFY(!m_certificate->serial.empty());
    QCOMPARE(m_certificate->pem(), issued.certificate);
}

void TestTlsServerContext::anchorsWithoutARoot()
{
    const CertificateAuthority intermediate("Client Intermediate", &m_clients);
    TlsServerSettings wanted = settings({m_default});
    wanted.clientCertificates = Clients::Required;
    wanted.clientAuthorities = TrustFiles{pem(intermediate.certificate()), {}};
    visit(context(wanted), {.certificate = intermediate.issue({.commonName = "good"})});
    QVERIFY(m_connected);
    visit(context(wanted), {.certificate = m_clients.issue({.commonName = "above"})});
    QVERIFY(!m_connected);
}

void TestTlsServerContext::resumes_data()
{
    QTest::addColumn<int>("version");
    QTest::newRow("1.2") << TLS1_2_VERSION;
    QTest::newRow("1.3") << TLS1_3_VERSION;
}

void TestTlsServerContext::resumes()
{
    QFETCH(int, version);
    const auto with = context(settings({m_default, server("other.example")}));
    for (const std::string name : {"default.example", "other.example"}) {
        const TlsPeerSettings client{.newest = version, .serverName = name};
        auto session = visit(with, client);
        QVERIFY(session && !m_resumed);
        for (int i = 0; i < 3; ++i) {
            const auto next = visit(with, client, session);
            QVERIFY(m_connected && m_resumed);
            if (version == TLS1_3_VERSION) {
                QVERIFY(next); // each connection is worth another ticket
                session = next;
            }
        }
    }
}

void TestTlsServerContext::resumesElsewhere()
{
    // Another context of the same settings, with keys that were handed over: a successor process.
    const TlsServerSettings wanted = settings({m_default});
    const auto session = visit(context(wanted), {});
    auto keys = std::make_shared<TicketKeys>(m_clock);
    QVERIFY(keys->adopt(m_tickets->serialised()));
    const auto successor = TlsServerContext::create(wanted, keys, m_clock);
    visit(*successor, {}, session);
    QVERIFY(m_resumed);
    const auto stranger = TlsServerContext::create(wanted, std::make_shared<TicketKeys>(m_clock), m_clock);
    visit(*stranger, {}, session);
    QVERIFY(m_connected && !m_resumed);
}

void TestTlsServerContext::sessionsEnd_data()
{
    QTest::addColumn<QString>("change");
    QTest::addColumn<bool>("resumes");
    QTest::newRow("nothing") << "" << true;
    QTest::newRow("an hour and a half") << "90min" << true;
    QTest::newRow("four hours") << "4h" << false;
    QTest::newRow("the keys were turned") << "turn" << false;
    QTest::newRow("another authority") << "ca" << false;
    QTest::newRow("a CRL") << "crl" << false;
    QTest::newRow("another mode") << "mode" << false;
    QTest::newRow("another certificate") << "certificate" << false;
}

void TestTlsServerContext::sessionsEnd()
{
    QFETCH(QString, change);
    QFETCH(bool, resumes);
    TlsServerSettings wanted = settings({m_default});
    wanted.clientCertificates = Clients::Required;
    wanted.clientAuthorities = TrustFiles{pem(m_clients.certificate()), {}};
    const TlsPeerSettings client{.certificate = m_clients.issue({.commonName = "good"})};
    const auto session = visit(context(wanted), client);
    QVERIFY(session);
    if (change == u"90min")
        m_clock.advance(90min);
    else if (change == u"4h")
        m_clock.advance(4h);
    else if (change == u"turn")
        m_tickets->turn();
    else if (change == u"ca")
        wanted.clientAuthorities->authorities.text.append(m_stranger.certificate());
    else if (change == u"crl")
        wanted.clientAuthorities->crls = pem(m_clients.crl({}));
    else if (change == u"mode")
        wanted.clientCertificates = Clients::Optional;
    else if (change == u"certificate")
        wanted.certificates.front() = files(server("default.example"));
    visit(context(wanted), client, session);
    QVERIFY(m_connected);
    QCOMPARE(m_resumed, resumes);
}

void TestTlsServerContext::sessionEndsWithTheClientsCertificate()
{
    TlsServerSettings wanted = settings({m_default});
    wanted.clientCertificates = Clients::Required;
    wanted.clientAuthorities = TrustFiles{pem(m_clients.certificate()), {}};
    const auto with = context(wanted);
    for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
        const TlsPeerSettings client{.newest = version,
                                     .certificate =
                                         m_clients.issue({.commonName = "short", .to = ahead() + 30min})};
        auto session = visit(with, client);
        if (const auto next = visit(with, client, session))
            session = next;
        QVERIFY(m_resumed);
        m_clock.advance(31min); // OpenSSL itself goes by the kernel's clock, for which it is still good
        visit(with, client, session);
        QVERIFY(m_connected && !m_resumed);
    }
}

void TestTlsServerContext::sessionEndsWithTheCrl()
{
    TlsServerSettings wanted = settings({m_default});
    wanted.clientCertificates = Clients::Required;
    wanted.clientAuthorities =
        TrustFiles{pem(m_clients.certificate()), pem(m_clients.crl({}, ahead() + 30min))};
    const auto with = context(wanted);
    const TlsPeerSettings client{.certificate = m_clients.issue({.commonName = "good"})};
    const auto session = visit(with, client);
    const auto next = visit(with, client, session);
    QVERIFY(m_resumed);
    m_clock.advance(31min); // the kernel's clock, by which a whole handshake goes, has not moved
    visit(with, client, next);
    QVERIFY(m_connected && !m_resumed);
}

void TestTlsServerContext::renewalsEndWithTheFirstHandshake()
{
    TlsServerSettings wanted = settings({m_default});
    wanted.clientCertificates = Clients::Required;
    wanted.clientAuthorities = TrustFiles{pem(m_clients.certificate()), {}};
    const auto with = context(wanted);
    for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
        const TlsPeerSettings client{.newest = version,
                                     .certificate = m_clients.issue({.commonName = "good", .to = 240h})};
        const auto first = visit(with, client);
        m_clock.advance(TicketKeys::kLifetime - 10min);
        const auto renewed = visit(with, client, first); // OpenSSL tells a client of TLS 1.3's alone
        QVERIFY(m_resumed);
        QCOMPARE(renewed != nullptr, version == TLS1_3_VERSION);
        m_clock.advance(11min);
        visit(with, client, renewed ? renewed : first);
        QVERIFY(m_connected && !m_resumed);
    }
}

void TestTlsServerContext::handedOverKeysOpenNoOthersSessions()
{
    // A successor whose secrets have changed meanwhile: its keys open the ticket, what it says is not
    // believed.
    TlsServerSettings wanted = settings({m_default});
    wanted.clientCertificates = Clients::Required;
    wanted.clientAuthorities = TrustFiles{pem(m_clients.certificate()), {}};
    const TlsPeerSettings client{.certificate = m_clients.issue({.commonName = "good"})};
    const auto session = visit(context(wanted), client);
    auto keys = std::make_shared<TicketKeys>(m_clock);
    QVERIFY(keys->adopt(m_tickets->serialised()));
    TlsServerSettings withCrl = wanted;
    withCrl.clientAuthorities->crls = pem(m_clients.crl({}));
    TlsServerSettings withOther = wanted;
    withOther.clientAuthorities->authorities.text.append(m_stranger.certificate());
    for (const TlsServerSettings& other : {withCrl, withOther}) {
        visit(*TlsServerContext::create(other, keys, m_clock), client, session);
        QVERIFY(m_connected && !m_resumed);
    }
    visit(*TlsServerContext::create(wanted, keys, m_clock), client, session);
    QVERIFY(m_resumed);
}

void TestTlsServerContext::resumedSessionKeepsTheClientsCertificate()
{
    TlsServerSettings wanted = settings({m_default});
    wanted.clientCertificates = Clients::Optional;
    wanted.clientAuthorities = TrustFiles{pem(m_clients.certificate()), {}};
    const auto with = context(wanted);
    const TlsPeerSettings client{.certificate = m_clients.issue({.commonName = "good"})};
    const auto session = visit(with, client);
    const auto first = m_certificate;
    visit(with, client, session);
    QVERIFY(m_resumed && m_certificate);
    QCOMPARE(m_certificate->fingerprint, first->fingerprint);
    const auto anonymous = visit(with, {});
    visit(with, {}, anonymous);
    QVERIFY(m_resumed && !m_certificate);
}

void TestTlsServerContext::ticketsAreTheOnlyWay()
{
    TlsPair pair(context(settings({m_default}))->accept(), TlsPeer::Role::Client, {.newest = TLS1_2_VERSION});
    SSL_set_options(pair.far->ssl(), SSL_OP_NO_TICKET);
    QVERIFY(pair.handshake());
    unsigned int size = 1;
    SSL_SESSION_get_id(SSL_get0_session(pair.far->ssl()), &size);
    QCOMPARE(size, 0U);
}

void TestTlsServerContext::refusesFiles_data()
{
    QTest::addColumn<QString>("fault");
    QTest::addColumn<QString>("found");
    QTest::newRow("mismatch") << "mismatch"
                              << "does not belong";
    QTest::newRow("passphrase") << "passphrase"
                                << "passphrase";
    QTest::newRow("no certificate") << "empty"
                                    << "no certificate";
    QTest::newRow("key for a certificate") << "swapped"
                                           << "no certificate";
    QTest::newRow("broken second certificate") << "broken"
                                               << "broken certificate after the first 1";
    QTest::newRow("no key") << "no key"
                            << "no private key";
    QTest::newRow("no authorities") << "no ca"
                                    << "no certificate";
    QTest::newRow("no CRL") << "no crl"
                            << "no CRL";
    QTest::newRow("forged CRL") << "forged crl"
                                << "not signed";
}

void TestTlsServerContext::refusesFiles()
{
    QFETCH(QString, fault);
    QFETCH(QString, found);
    TlsServerSettings wanted = settings({m_default});
    KeyPairFiles& pair = wanted.certificates.front();
    wanted.clientCertificates = Clients::Required;
    wanted.clientAuthorities = TrustFiles{pem(m_clients.certificate()), pem("")};
    if (fault == u"mismatch")
        pair.key.text = server("other.example").key;
    else if (fault == u"passphrase")
        pair.key.text = withPassphrase(std::string(pair.key.text));
    else if (fault == u"empty")
        pair.certificate.text.clear();
    else if (fault == u"swapped")
        std::swap(pair.certificate, pair.key);
    else if (fault == u"broken")
        pair.certificate.text.append("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
    else if (fault == u"no key")
        pair.key.text = "nothing";
    else if (fault == u"no ca")
        wanted.clientAuthorities->authorities.text = "nothing";
    else if (fault == u"no crl")
        wanted.clientAuthorities->crls.text = "nothing";
    else
        wanted.clientAuthorities->crls.text = m_stranger.crl({}); // its issuer has the same name
    const auto made = TlsServerContext::create(wanted, m_tickets, m_clock);
    QVERIFY(!made);
    QVERIFY2(made.error().message.contains(found), qPrintable(made.error().message));
    QVERIFY(made.error().message.contains(QStringLiteral("test.pem")));
    QVERIFY(!made.error().message.contains(QStringLiteral("BEGIN")));
}

void TestTlsServerContext::tellsTheEarliestExpiry()
{
    const auto with =
        context(settings({m_default, m_authority.issue({.names = {"DNS:b.example"}, .to = 600s})}));
    const auto left = with->earliestExpiry() - std::chrono::system_clock::now();
    QVERIFY(left > 500s && left <= 600s);
}

QTEST_GUILESS_MAIN(TestTlsServerContext)
#include "tst_tls_server_context.moc"
