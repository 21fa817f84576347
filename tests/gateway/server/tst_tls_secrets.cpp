#include "gateway/server/tls_secrets.h"
#include "gateway/tls/tls_server_context.h"
#include "tests/support/certificate_authority.h"
#include "tests/support/fake_clock.h"

#include <QDir>
#include <QFile>
#include <QTemporaryDir>
#include <QTest>

using namespace postern;
using namespace postern::test;
using namespace std::chrono_literals;

class TestTlsSecrets : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void init();
    void keepsWhatHasNotChanged();
    void rotates_data();
    void rotates();
    void keepsServingOnFaults_data();
    void keepsServingOnFaults();
    void refusesWhatNeverWorked_data();
    void refusesWhatNeverWorked();
    void anotherSecretIsNoRotation();
    void revocationEndsWithARestartOnly();
    void whatIsNotCommittedChangesNothing();
    void rotationTurnsTheKeys();
    void namesItsFiles();
    void warnsOfExpiry();
    void tellsExpiry();

private:
    void write(const QString& file, const std::string& text) const
    {
        const QString path = m_folder->filePath(file);
        QVERIFY(QDir().mkpath(QFileInfo(path).path()));
        QFile output(path);
        QVERIFY(output.open(QIODevice::WriteOnly));
        QCOMPARE(output.write(text.data(), qint64(text.size())), qint64(text.size()));
    }
    void write(const IssuedCertificate& issued) const
    {
        write(QStringLiteral("tls/tls.crt"), issued.certificate);
        write(QStringLiteral("tls/tls.key"), issued.key);
    }
    IssuedCertificate issue(std::chrono::seconds to = 24h) const
    {
        return m_authority.issue({.names = {"DNS:localhost"}, .to = to});
    }
    /// As the control does with a document that is taken.
    Result<TlsSecrets::Loaded> take(TlsSecrets& all) const
    {
        auto loaded = all.load(m_document);
        if (loaded)
            all.commit(*loaded);
        return loaded;
    }
    TlsSecrets secrets() const { return {m_folder->path(), m_clock}; }

    std::unique_ptr<QTemporaryDir> m_folder;
    EffectiveDocument m_document;
    CertificateAuthority m_authority{"Root"};
    FakeClock m_clock;
};

void TestTlsSecrets::init()
{
    m_folder = std::make_unique<QTemporaryDir>();
    write(issue());
    write(QStringLiteral("partners/ca.crt"), m_authority.certificate());
    Listener plain;
    plain.name = QStringLiteral("plain");
    Listener listener;
    listener.name = QStringLiteral("public");
    listener.tls.emplace();
    listener.tls->certificate.name = QStringLiteral("tls");
    listener.tls->clientCertificates =
        ClientCertificates{ClientCertificateMode::Required, {QStringLiteral("partners"), {}}};
    Upstream upstream;
    upstream.name = QStringLiteral("app");
    upstream.tls.emplace();
    upstream.tls->ca = SecretReference{QStringLiteral("partners"), {}};
    m_document = {};
    m_document.api.spec.listeners = {plain, listener};
    m_document.api.spec.upstreams = {upstream};
}

void TestTlsSecrets::keepsWhatHasNotChanged()
{
    TlsSecrets all = secrets();
    const auto first = take(all);
    QVERIFY(first);
    QCOMPARE(first->contexts.listeners.size(), std::size_t{1});
    QVERIFY(first->contexts.listener(QStringLiteral("public")));
    QVERIFY(!first->contexts.listener(QStringLiteral("plain")));
    QVERIFY(first->contexts.upstream(QStringLiteral("app")));
    const auto second = take(all);
    QVERIFY(second);
    QVERIFY(second->contexts == first->contexts);
    QVERIFY(second->rotated.isEmpty() && second->rejected.empty());
}

void TestTlsSecrets::rotates_data()
{
    QTest::addColumn<QString>("change");
    QTest::addColumn<QByteArrayList>("rotated");
    QTest::newRow("certificate") << "certificate" << QByteArrayList{"listener public"};
    QTest::newRow("authorities") << "ca" << QByteArrayList{"listener public", "upstream app"};
    QTest::newRow("a CRL appears") << "crl" << QByteArrayList{"listener public", "upstream app"};
}

void TestTlsSecrets::rotates()
{
    QFETCH(QString, change);
    QFETCH(QByteArrayList, rotated);
    TlsSecrets all = secrets();
    const auto before = take(all);
    QVERIFY(before);
    if (change == u"certificate")
        write(issue());
    else if (change == u"ca")
        write(QStringLiteral("partners/ca.crt"),
              m_authority.certificate() + CertificateAuthority("Next").certificate());
    else
        write(QStringLiteral("partners/ca.crl"), m_authority.crl({}));
    const auto after = take(all);
    QVERIFY(after);
    QByteArrayList names;
    for (const QString& name : after->rotated)
        names << name.toLatin1();
    QCOMPARE(names, rotated);
    QVERIFY(after->contexts.listener(QStringLiteral("public")) !=
            before->contexts.listener(QStringLiteral("public")));
}

void TestTlsSecrets::keepsServingOnFaults_data()
{
    QTest::addColumn<QString>("fault");
    QTest::addColumn<QString>("found");
    QTest::newRow("mismatch") << "mismatch"
                              << "does not belong to the certificate";
    QTest::newRow("certificate gone") << "gone"
                                      << "tls/tls.crt: found nothing";
    QTest::newRow("half written") << "half"
                                  << "tls/tls.crt";
    QTest::newRow("passphrase") << "passphrase"
                                << "passphrase";
    QTest::newRow("folder gone") << "folder"
                                 << "found nothing";
    QTest::newRow("authorities gone") << "ca"
                                      << "partners/ca.crt: found nothing";
    QTest::newRow("huge") << "huge"
                          << "more than 1 MiB";
    QTest::newRow("CRL gone") << "crl gone"
                              << "ca.crl is gone; what it revoked stays revoked";
    QTest::newRow("CRL emptied") << "crl emptied"
                                 << "partners/ca.crl: found an empty file";
    QTest::newRow("CRL a link to nothing") << "crl dangling"
                                           << "partners/ca.crl: found";
    QTest::newRow("an empty CRL appears") << "empty crl"
                                          << "partners/ca.crl: found an empty file";
}

void TestTlsSecrets::keepsServingOnFaults()
{
    QFETCH(QString, fault);
    QFETCH(QString, found);
    const QString crls = QStringLiteral("partners/ca.crl");
    if (fault.startsWith(u"crl"))
        write(crls, m_authority.crl({}));
    TlsSecrets all = secrets();
    const auto before = take(all);
    QVERIFY(before);
    const IssuedCertificate next = issue();
    if (fault == u"mismatch")
        write(QStringLiteral("tls/tls.crt"), next.certificate);
    else if (fault == u"gone")
        QVERIFY(QFile::remove(m_folder->filePath(QStringLiteral("tls/tls.crt"))));
    else if (fault == u"half")
        write(QStringLiteral("tls/tls.crt"), next.certificate.substr(0, next.certificate.size() / 2));
    else if (fault == u"passphrase")
        write({next.certificate, withPassphrase(next.key)});
    else if (fault == u"folder")
        QVERIFY(QDir(m_folder->filePath(QStringLiteral("tls"))).removeRecursively());
    else if (fault == u"ca")
        QVERIFY(QFile::remove(m_folder->filePath(QStringLiteral("partners/ca.crt"))));
    else if (fault == u"crl gone" || fault == u"crl dangling")
        QVERIFY(QFile::remove(m_folder->filePath(crls)));
    else if (fault == u"crl emptied" || fault == u"empty crl")
        write(crls, {});
    else
        write(QStringLiteral("tls/tls.key"), std::string(2 << 20, 'x'));
    if (fault == u"crl dangling")
        QVERIFY(QFile::link(QStringLiteral("..data/ca.crl"), m_folder->filePath(crls)));
    const auto during = take(all);
    QVERIFY(during);
    QVERIFY(during->contexts == before->contexts);
    QVERIFY(!during->rejected.empty());
    QVERIFY2(during->rejected.front().found.contains(found), qPrintable(during->rejected.front().found));
    QVERIFY(!during->rejected.front().found.contains(QStringLiteral("BEGIN")));
    init(); // another folder: what follows is a repair
    TlsSecrets repaired = secrets();
    QVERIFY(take(repaired));
}

void TestTlsSecrets::refusesWhatNeverWorked_data()
{
    QTest::addColumn<QString>("fault");
    QTest::addColumn<QString>("found");
    QTest::newRow("mismatch") << "mismatch"
                              << "does not belong";
    QTest::newRow("nothing") << "nothing"
                             << "tls.crt: found nothing";
    QTest::newRow("no folder") << "no folder"
                               << "there is no --secrets folder";
}

void TestTlsSecrets::refusesWhatNeverWorked()
{
    QFETCH(QString, fault);
    QFETCH(QString, found);
    if (fault == u"mismatch")
        write(QStringLiteral("tls/tls.key"), issue().key);
    else
        QVERIFY(QDir(m_folder->filePath(QStringLiteral("tls"))).removeRecursively());
    TlsSecrets all(fault == u"no folder" ? QString() : m_folder->path(), m_clock);
    const auto loaded = take(all);
    QVERIFY(!loaded);
    QVERIFY2(loaded.error().text().contains(found), qPrintable(loaded.error().text()));
    QVERIFY(loaded.error().text().contains(QStringLiteral("listener public")));
}

void TestTlsSecrets::anotherSecretIsNoRotation()
{
    TlsSecrets all = secrets();
    QVERIFY(take(all));
    m_document.api.spec.listeners[1].tls->certificate.name = QStringLiteral("elsewhere");
    QVERIFY(!take(all)); // what the document says now can not be served with what it said before
}

void TestTlsSecrets::revocationEndsWithARestartOnly()
{
    const QString crls = QStringLiteral("partners/ca.crl");
    write(crls, m_authority.crl({}));
    TlsSecrets all = secrets();
    QVERIFY(take(all));
    QVERIFY(QFile::remove(m_folder->filePath(crls)));
    QVERIFY(!take(all)->rejected.empty());
    QVERIFY(!take(all)->rejected.empty()); // what was kept still has one
    // Another document over the same authorities is not a way round.
    m_document.api.spec.listeners[1].protocols = {Protocol::Http2};
    const auto refused = take(all);
    QVERIFY(!refused);
    QVERIFY(refused.error().text().contains(QStringLiteral("ca.crl is gone")));
    write(crls, m_authority.crl({}));
    QVERIFY(take(all));
    QVERIFY(QFile::remove(m_folder->filePath(crls)));
    TlsSecrets restarted = secrets();
    QVERIFY(take(restarted)->rejected.empty());
}

void TestTlsSecrets::whatIsNotCommittedChangesNothing()
{
    TlsSecrets all = secrets();
    const auto before = take(all);
    QVERIFY(before);
    const auto key = all.tickets().sealing();
    const std::string name(reinterpret_cast<const char*>(key->name.data()), key->name.size());
    const EffectiveDocument running = m_document;
    m_document.api.spec.listeners[1].protocols = {Protocol::Http2};
    QVERIFY(all.load(m_document)); // and then something else of the document is refused
    QVERIFY(all.tickets().opening(name));
    m_document = running;
    const auto after = take(all);
    QVERIFY(after && after->rotated.isEmpty());
    QVERIFY(after->contexts == before->contexts);
    QVERIFY(all.tickets().opening(name));
}

void TestTlsSecrets::rotationTurnsTheKeys()
{
    TlsSecrets all = secrets();
    QVERIFY(take(all));
    const auto key = all.tickets().sealing();
    const std::string name(reinterpret_cast<const char*>(key->name.data()), key->name.size());
    QVERIFY(take(all));
    QVERIFY(all.tickets().opening(name));
    write(QStringLiteral("partners/ca.crl"), m_authority.crl({}));
    QVERIFY(take(all));
    QVERIFY(!all.tickets().opening(name));
}

void TestTlsSecrets::namesItsFiles()
{
    QByteArrayList names;
    for (const QString& file : secrets().filesOf(m_document))
        names << QDir(m_folder->path()).relativeFilePath(file).toLatin1();
    QCOMPARE(names, (QByteArrayList{"tls/tls.crt", "tls/tls.key", "partners/ca.crt", "partners/ca.crl"}));
}

void TestTlsSecrets::warnsOfExpiry()
{
    write(issue(-10s)); // by the kernel's clock
    m_clock.advance(24h * 365 * 30);
    TlsSecrets all = secrets();
    const auto loaded = take(all);
    QVERIFY(loaded); // it serves all the same: an expired certificate is worse for some clients, and no worse
                     // for others
    QCOMPARE(loaded->warnings.size(), std::size_t{1});
    QCOMPARE(loaded->warnings.front().rule, QStringLiteral("expired-certificate"));
}

void TestTlsSecrets::tellsExpiry()
{
    TlsSecrets all = secrets();
    const auto loaded = take(all);
    QVERIFY(loaded);
    const auto left = loaded->expiry.at("public") - std::chrono::system_clock::now();
    QVERIFY(left > 23h && left <= 24h);
}

QTEST_GUILESS_MAIN(TestTlsSecrets)
#include "tst_tls_secrets.moc"
