#include "gateway/net/client_certificate.h"

#include <QTest>

using namespace postern;

class TestClientCertificate : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void spiffeIds_data();
    void spiffeIds();
    void pem();
};

void TestClientCertificate::spiffeIds_data()
{
    QTest::addColumn<QByteArray>("uri");
    QTest::addColumn<bool>("valid");
    const auto row = [](const char* name, const QByteArray& uri, bool valid) {
        QTest::newRow(name) << uri << valid;
    };
    row("path", "spiffe://bank.example/ns/payments/sa/ledger", true);
    row("domain alone", "spiffe://bank.example", true);
    row("all characters", "spiffe://b-a_n.k1/A-z.0_9/..x", true);
    row("longest", "spiffe://d/" + QByteArray(2048 - 11, 'x'), true);
    row("too long", "spiffe://d/" + QByteArray(2048 - 10, 'x'), false);
    row("domain too long", "spiffe://" + QByteArray(256, 'd') + "/x", false);
    row("another scheme", "https://bank.example/x", false);
    row("scheme in capitals", "SPIFFE://bank.example/x", false);
    row("domain in capitals", "spiffe://Bank.example/x", false);
    row("no domain", "spiffe:///x", false);
    row("port", "spiffe://bank.example:443/x", false);
    row("user", "spiffe://me@bank.example/x", false);
    row("query", "spiffe://bank.example/x?y", false);
    row("fragment", "spiffe://bank.example/x#y", false);
    row("slash at the end", "spiffe://bank.example/x/", false);
    row("slash alone", "spiffe://bank.example/", false);
    row("empty segment", "spiffe://bank.example/x//y", false);
    row("dot", "spiffe://bank.example/./x", false);
    row("dots", "spiffe://bank.example/x/..", false);
    row("encoded", "spiffe://bank.example/%78", false);
    row("space", "spiffe://bank.example/x y", false);
    row("NUL", QByteArray("spiffe://bank.example/x\0y", 25), false);
    row("nothing", "", false);
}

void TestClientCertificate::spiffeIds()
{
    QFETCH(QByteArray, uri);
    QFETCH(bool, valid);
    QCOMPARE(isSpiffeId(uri.toStdString()), valid);
}

void TestClientCertificate::pem()
{
    ClientCertificate certificate;
    for (int size = 0; size < 200; ++size) {
        QByteArray expected = "-----BEGIN CERTIFICATE-----\n";
        const QByteArray text = QByteArray::fromStdString(certificate.der).toBase64();
        for (qsizetype i = 0; i < text.size(); i += 64)
            expected += text.mid(i, 64) + '\n';
        QCOMPARE(QByteArray::fromStdString(certificate.pem()), expected + "-----END CERTIFICATE-----\n");
        certificate.der += static_cast<char>(size * 7);
    }
}

QTEST_GUILESS_MAIN(TestClientCertificate)
#include "tst_client_certificate.moc"
