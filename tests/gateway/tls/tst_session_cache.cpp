#include "gateway/tls/session_cache.h"
#include "gateway/tls/tls_client_context.h"
#include "tests/support/fake_clock.h"
#include "tests/support/tls_pair.h"

#include <QTest>

using namespace postern;
using namespace postern::test;
using namespace std::chrono_literals;

class TestSessionCache : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void init() { m_clock.advance(std::chrono::system_clock::now() - m_clock.wall()); }
    void endsWithTheVerdict_data();
    void endsWithTheVerdict();

private:
    FakeClock m_clock; ///< tells the time of OpenSSL, until the test moves it
};

void TestSessionCache::endsWithTheVerdict_data()
{
    QTest::addColumn<int>("version");
    QTest::addColumn<QString>("first"); // to end
    for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
        for (const char* first : {"leaf", "intermediate", "CRL", "CRL of the intermediate"})
            QTest::addRow("TLS 1.%d, %s", version - TLS1_VERSION, first)
                << version << QString::fromLatin1(first);
    }
}

/// One link of the chain is good for an hour, the others for a day; so is every session, and each that is
/// begun with one.
void TestSessionCache::endsWithTheVerdict()
{
    QFETCH(int, version);
    QFETCH(QString, first);
    const auto life = [&first](QLatin1String what) { return first == what ? 1h : 24h; };
    const CertificateAuthority root("Root");
    const CertificateAuthority intermediate("Between", &root, life(QLatin1String("intermediate")));
    TlsClientSettings settings;
    settings.authorities =
        TrustFiles{{QStringLiteral("ca.crt"), root.certificate() + intermediate.certificate()},
                   {QStringLiteral("ca.crl"), root.crl({}, life(QLatin1String("CRL of the intermediate"))) +
                                                  intermediate.crl({}, life(QLatin1String("CRL")))}};
    const auto context = TlsClientContext::create(settings);
    QVERIFY2(context, context ? "" : qPrintable(context.error().text()));
    const TlsPeerSettings server{
        .newest = version,
        .certificate = intermediate.issue({.names = {"DNS:localhost"}, .to = life(QLatin1String("leaf"))})};
    const auto shared = TlsPeer::makeContext(TlsPeer::Role::Server, server);
    const auto cache = std::make_shared<TlsSessionCache>(m_clock);
    const auto visit = [&] {
        TlsPair pair((*context)->connect("localhost", cache), TlsPeer::Role::Server, server, shared);
        const auto goodbye = qScopeGuard([&pair] { pair.near.close(); }); // or OpenSSL drops TLS 1.2's
        const bool done = pair.handshake() && pair.far->send("x") && pair.read() == "x";
        return !done ? QStringLiteral("failed")
                     : QString::fromLatin1(pair.far->isResumed() ? "resumed" : "whole");
    };
    QCOMPARE(visit(), QStringLiteral("whole"));
    m_clock.advance(50min);
    QCOMPARE(visit(), QStringLiteral("resumed"));
    QVERIFY(cache->size() > 0);
    m_clock.advance(11min); // OpenSSL's clock has not moved: what is tried again would be resumed
    QCOMPARE(visit(), QStringLiteral("whole"));
}

QTEST_GUILESS_MAIN(TestSessionCache)
#include "tst_session_cache.moc"
