#include "tests/gateway/policies/policy_exchange.h"

using namespace postern;
using namespace postern::test;
using Outcome = PolicyRun::Outcome;

class RequestSizeTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void judgesADeclaredLengthAtTheHead_data()
    {
        QTest::addColumn<QByteArray>("length");
        QTest::addColumn<bool>("allowed");
        QTest::newRow("none") << QByteArray("0") << true;
        QTest::newRow("the bound") << QByteArray("1024") << true;
        QTest::newRow("one more") << QByteArray("1025") << false;
        QTest::newRow("absurd") << QByteArray("999999999999999") << false;
    }
    void judgesADeclaredLengthAtTheHead()
    {
        QFETCH(QByteArray, length);
        QFETCH(bool, allowed);
        PolicyExchange exchange(effectivePolicy(QStringLiteral("requestSize"), "maxBody: 1KiB"));
        const auto outcome =
            exchange.request("Content-Length: " + length + "\r\n", "POST /v1/transfers HTTP/1.1");
        QCOMPARE(outcome, allowed ? Outcome::Continue : Outcome::Refused);
        if (allowed)
            return;
        QCOMPARE(exchange.problem().status, 413);
        QCOMPARE(exchange.problem().reason, std::string_view("body-too-large"));
        QCOMPARE(exchange.problem().detail, std::string("The body is larger than 1024 bytes."));
    }

    void countsABodyOfUnknownLength()
    {
        PolicyExchange exchange(effectivePolicy(QStringLiteral("requestSize"), "maxBody: 1KiB"));
        QCOMPARE(exchange.request("Transfer-Encoding: chunked\r\n", "POST /v1/transfers HTTP/1.1"),
                 Outcome::Continue);
        QCOMPARE(exchange.body(QByteArray(1000, 'x'), false), Outcome::Continue);
        QCOMPARE(exchange.body(QByteArray(24, 'x'), false), Outcome::Continue);
        QCOMPARE(exchange.body(QByteArray(1, 'x'), false), Outcome::Refused);
        QCOMPARE(exchange.problem().status, 413);
    }
};

QTEST_GUILESS_MAIN(RequestSizeTest)
#include "tst_request_size.moc"
