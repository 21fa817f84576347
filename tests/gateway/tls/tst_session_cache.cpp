#include "gateway/tls/session_cache.h"
#include "gateway/tls/tls_client_context.h"
#include "tests/support/tls_pair.h"

#include <QTest>

using namespace postern;
using namespace postern::test;
using namespace std::chrono_literals;

class TestSessionCache : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void givesBackWhatIsStillBelieved_data();
    void givesBackWhatIsStillBelieved();
};

void TestSessionCache::givesBackWhatIsStillBelieved_data()
{
    QTest::addColumn<int>("version");
    QTest::addColumn<bool>("expired");
    QTest::newRow("TLS 1.2, good") << TLS1_2_VERSION << false;
    QTest::newRow("TLS 1.2, expired") << TLS1_2_VERSION << true;
    QTest::newRow("TLS 1.3, good") << TLS1_3_VERSION << false;
    QTest::newRow("TLS 1.3, expired") << TLS1_3_VERSION << true;
}

void TestSessionCache::givesBackWhatIsStillBelieved()
{
    QFETCH(int, version);
    QFETCH(bool, expired);
    const CertificateAuthority authority("Root");
    TlsClientSettings settings;
    settings.verify = TlsClientSettings::Verify::No; // or no session would begin with an expired one
    const auto context = TlsClientContext::create(settings);
    QVERIFY(context);
    const auto cache = std::make_shared<TlsSessionCache>();
    TlsPair pair((*context)->connect("localhost", cache), TlsPeer::Role::Server,
                 {.newest = version,
                  .certificate = authority.issue({.names = {"DNS:localhost"}, .to = expired ? -10s : 24h})});
    QVERIFY(pair.handshake());
    QVERIFY(pair.far->send("x"));
    QCOMPARE(pair.read(), std::string("x"));
    QVERIFY(cache->size() > 0);
    QCOMPARE(cache->take() != nullptr, !expired);
    if (expired)
        QCOMPARE(cache->size(), std::size_t{0});
}

QTEST_GUILESS_MAIN(TestSessionCache)
#include "tst_session_cache.moc"
