#include "gateway/upstream/dns_answers.h"
#include "models/document/upstream.h"

#include <QTest>

using namespace postern;

namespace {

EndpointSettings endpoint(const QString& text, int weight = 1, int priority = 0)
{
    const auto address = SocketAddress::parse(text);
    return {*address, weight, address->text().toStdString(), priority};
}

DnsAnswers::Endpoints many(std::size_t count)
{
    DnsAnswers::Endpoints endpoints;
    for (std::size_t i = 0; i < count; ++i)
        endpoints.push_back(
            endpoint(QStringLiteral("[2001:db8:1111:2222:3333:4444:5555:%1]:65535").arg(i + 0x1000, 0, 16),
                     65535, 65535));
    return endpoints;
}

const DnsAnswers::Question kAddresses{QStringLiteral("app.example"), DnsRecordType::A, 9000};
const DnsAnswers::Question kServices{QStringLiteral("app.example"), DnsRecordType::Srv, 0};

} // namespace

class TestDnsAnswers : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void travel();
    void fromBeforePriorities();
    void largestFitIntoMessages();
    void haveBounds();
    void refusesWhatMakesNoSense_data();
    void refusesWhatMakesNoSense();
};

void TestDnsAnswers::travel()
{
    DnsAnswers answers;
    const DnsAnswers::Endpoints addresses{endpoint(QStringLiteral("10.0.0.1:9000")),
                                          endpoint(QStringLiteral("[::2]:9000"))};
    const DnsAnswers::Endpoints services{endpoint(QStringLiteral("10.0.0.3:9001"), 7),
                                         endpoint(QStringLiteral("10.0.0.4:9001"), 1, 2)};
    answers.add(kAddresses, addresses);
    answers.add(kServices, services);
    DnsAnswers arrived;
    for (const QByteArray& part : answers.parts())
        QVERIFY(arrived.addPart(part));
    QCOMPARE(arrived.all().size(), std::size_t{2});
    QVERIFY(arrived.find(kAddresses) && *arrived.find(kAddresses) == addresses);
    QVERIFY(arrived.find(kServices) && *arrived.find(kServices) == services);
    QVERIFY(!arrived.find({QStringLiteral("app.example"), DnsRecordType::A, 9001})); // another question
}

void TestDnsAnswers::fromBeforePriorities()
{
    DnsAnswers answers;
    QVERIFY(
        answers.addPart(R"({"name":"app.example","type":"SRV","port":0,"endpoints":[["10.0.0.1:80",3]]})"));
    QVERIFY(answers.find(kServices));
    QVERIFY(*answers.find(kServices) == DnsAnswers::Endpoints{endpoint(QStringLiteral("10.0.0.1:80"), 3)});
}

void TestDnsAnswers::largestFitIntoMessages()
{
    DnsAnswers answers;
    answers.add({QString(253, QLatin1Char('n')), DnsRecordType::Srv, 0}, many(DnsResolver::kMostEndpoints));
    DnsAnswers arrived;
    for (const QByteArray& part : answers.parts()) {
        QVERIFY(part.toBase64().size() < 60 * 1024);
        QVERIFY(arrived.addPart(part));
    }
    QCOMPARE(arrived.all().size(), std::size_t{1});
    QVERIFY(arrived.all()[0].endpoints == answers.all()[0].endpoints);
}

void TestDnsAnswers::haveBounds()
{
    DnsAnswers answers;
    for (int i = 0; i < 3; ++i)
        answers.add(kAddresses, many(DnsResolver::kMostEndpoints / 2 + 1));
    QCOMPARE(answers.find(kAddresses)->size(), DnsResolver::kMostEndpoints);
    for (std::size_t i = 0; i < 2 * DnsAnswers::kMostQuestions; ++i)
        answers.add({QStringLiteral("app-%1.example").arg(i), DnsRecordType::A, 80}, many(1));
    QCOMPARE(answers.all().size(), DnsAnswers::kMostQuestions);
}

void TestDnsAnswers::refusesWhatMakesNoSense_data()
{
    QTest::addColumn<QByteArray>("part");
    const QByteArray good = R"({"name":"app.example","type":"A","port":80,"endpoints":[["10.0.0.1:80",1]]})";
    const auto but = [&good](const char* what, const char* instead) {
        return QByteArray(good).replace(what, instead);
    };
    QTest::addRow("empty") << QByteArray();
    QTest::addRow("no JSON") << good.chopped(1);
    QTest::addRow("an array") << QByteArray("[]");
    QTest::addRow("no name") << but("app.example", "");
    QTest::addRow("long name") << but("app.example", QByteArray(256, 'n').constData());
    QTest::addRow("type") << but("\"A\"", "\"MX\"");
    QTest::addRow("port") << but(":80,", ":65536,");
    QTest::addRow("half a port") << but(":80,", ":80.5,");
    QTest::addRow("no endpoint") << but("[\"10.0.0.1:80\",1]", "");
    QTest::addRow("address") << but("10.0.0.1:80", "10.0.0.256:80");
    QTest::addRow("without a port") << but("10.0.0.1:80", "10.0.0.1:0");
    QTest::addRow("a path") << but("10.0.0.1:80", "unix:/run/app.sock");
    QTest::addRow("weight 0") << but(",1]", ",0]");
    QTest::addRow("heavy") << but(",1]", ",1e300]");
    QTest::addRow("priority below 0") << but(",1]", ",1,-1]");
    QTest::addRow("half a priority") << but(",1]", ",1,0.5]");
    QTest::addRow("one good, one bad") << but("]]", "],[\"\",1]]");
}

void TestDnsAnswers::refusesWhatMakesNoSense()
{
    QFETCH(QByteArray, part);
    DnsAnswers answers;
    QVERIFY(!answers.addPart(part));
    QVERIFY(answers.all().empty());
}

QTEST_GUILESS_MAIN(TestDnsAnswers)

#include "tst_dns_answers.moc"
