#include "models/fleet/fleet_file.h"
#include "tests/support/fake_clock.h"

#include <QDir>
#include <QFile>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

using namespace postern;
using namespace postern::test;
using State = SourceState::State;

namespace {

constexpr const char* kOne = "gateways:\n"
                             "  - {api: payments/accounts, instance: \"127.0.0.1:9911\", url: "
                             "\"http://127.0.0.1:9911\", labels: {zone: eu-1a}}\n";
constexpr const char* kTwo = "gateways:\n"
                             "  - {api: payments/accounts, instance: \"127.0.0.1:9911\", url: "
                             "\"http://127.0.0.1:9911\"}\n"
                             "  - {api: payments/cards, instance: \"127.0.0.1:9912\", url: "
                             "\"http://127.0.0.1:9912\"}\n";

void write(const QString& path, const QByteArray& text)
{
    QFile file(path);
    QVERIFY(file.open(QIODevice::WriteOnly | QIODevice::Truncate));
    file.write(text);
}

} // namespace

class tst_FleetFile : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void reads();
    void findings_data();
    void findings();
    void thousands();
    void followsChanges();
    void followsReplacement();
    void badFileKeepsTheGoodList();
    void missingFile();

private:
    FakeClock m_clock;
};

void tst_FleetFile::reads()
{
    Findings findings;
    const auto instances = parseFleet(kOne, findings);
    QVERIFY(findings.all().empty());
    QCOMPARE(instances.size(), std::size_t(1));
    QCOMPARE(instances[0].api, QStringLiteral("payments/accounts"));
    QCOMPARE(instances[0].instance, QStringLiteral("127.0.0.1:9911"));
    QCOMPARE(instances[0].url, QUrl(QStringLiteral("http://127.0.0.1:9911")));
    QCOMPARE(instances[0].labels.value(QStringLiteral("zone")), QStringLiteral("eu-1a"));
}

void tst_FleetFile::findings_data()
{
    QTest::addColumn<QByteArray>("yaml");
    QTest::addColumn<QString>("rule");
    QTest::addColumn<QString>("path");
    QTest::newRow("nothing") << QByteArray() << QStringLiteral("wrong-type") << QString();
    QTest::newRow("no gateways") << QByteArray("{}") << QStringLiteral("missing-field")
                                 << QStringLiteral("gateways");
    QTest::newRow("unknown field") << QByteArray(
                                          "gateways: [{api: a/b, instance: i, url: \"http://i\", zone: x}]")
                                   << QStringLiteral("unknown-field") << QStringLiteral("gateways[0].zone");
    QTest::newRow("no api's name") << QByteArray(
                                          "gateways: [{api: accounts, instance: i, url: \"http://i\"}]")
                                   << QString() << QStringLiteral("gateways[0].api");
    QTest::newRow("no URL") << QByteArray("gateways: [{api: a/b, instance: i, url: \"ftp://i\"}]")
                            << QString() << QStringLiteral("gateways[0].url");
    QTest::newRow("the same instance twice")
        << QByteArray("gateways: [{api: a/b, instance: i, url: \"http://i\"}, {api: a/c, instance: i, url: "
                      "\"http://i\"}]")
        << QStringLiteral("duplicate-name") << QStringLiteral("gateways[1].instance");
    QTest::newRow("no YAML") << QByteArray("gateways: [") << QString() << QString();
    QTest::newRow("invalid UTF-8") << QByteArray("gateways: \xFF") << QString() << QString();
}

void tst_FleetFile::findings()
{
    QFETCH(QByteArray, yaml);
    QFETCH(QString, rule);
    QFETCH(QString, path);
    Findings findings(QStringLiteral("fleet.yaml"));
    QVERIFY(parseFleet(yaml, findings).size() <= 2);
    QVERIFY(findings.hasErrors());
    const Finding& first = findings.all().front();
    QCOMPARE(first.place.file, QStringLiteral("fleet.yaml"));
    if (!rule.isEmpty())
        QCOMPARE(first.rule, rule);
    if (!path.isEmpty())
        QCOMPARE(first.place.path, path);
}

void tst_FleetFile::thousands()
{
    QByteArray yaml = "gateways:\n";
    for (int i = 0; i < 3000; ++i)
        yaml += "  - {api: team-" + QByteArray::number(i / 3) +
                "/api, instance: \"10.0.0.1:" + QByteArray::number(i) +
                "\", url: \"http://10.0.0.1:9909\", labels: {zone: eu-1a, pod: p" + QByteArray::number(i) +
                "}}\n";
    Findings findings;
    QCOMPARE(parseFleet(yaml, findings).size(), std::size_t(3000));
    QVERIFY(findings.all().empty());
}

void tst_FleetFile::followsChanges()
{
    QTemporaryDir folder;
    const QString path = folder.filePath(QStringLiteral("fleet.yaml"));
    write(path, kOne);
    FleetFile fleet(path, m_clock);
    QCOMPARE(fleet.instances().size(), std::size_t(1));
    QCOMPARE(fleet.state().state, State::Live);
    QCOMPARE(fleet.state().source, QStringLiteral("fleet"));
    QSignalSpy changed(&fleet, &FleetSource::changed);
    write(path, kTwo);
    QTRY_COMPARE(fleet.instances().size(), std::size_t(2));
    QVERIFY(!changed.isEmpty());
}

/// As editors and ConfigMaps do: another file takes the name, again and again.
void tst_FleetFile::followsReplacement()
{
    QTemporaryDir folder;
    const QString path = folder.filePath(QStringLiteral("fleet.yaml"));
    write(path, kOne);
    FleetFile fleet(path, m_clock);
    for (const auto& [text, count] : {std::pair(kTwo, 2), std::pair(kOne, 1), std::pair(kTwo, 2)}) {
        const QString other = folder.filePath(QStringLiteral("fleet.tmp"));
        write(other, text);
        QVERIFY(std::rename(other.toUtf8().constData(), path.toUtf8().constData()) == 0);
        QTRY_COMPARE(int(fleet.instances().size()), count);
    }
}

void tst_FleetFile::badFileKeepsTheGoodList()
{
    QTemporaryDir folder;
    const QString path = folder.filePath(QStringLiteral("fleet.yaml"));
    write(path, kOne);
    FleetFile fleet(path, m_clock);
    m_clock.advance(std::chrono::minutes(5));
    write(path, "gateways: [{api: payments/accounts}]");
    QTRY_COMPARE(fleet.state().state, State::Partial);
    QCOMPARE(fleet.instances().size(), std::size_t(1));
    QVERIFY(!fleet.findings().empty());
    QVERIFY(fleet.state().error->message.contains(QLatin1String("fleet.yaml:1")));
    QVERIFY(*fleet.state().since - *fleet.state().asOf == std::chrono::minutes(5));
    write(path, kTwo);
    QTRY_COMPARE(fleet.state().state, State::Live);
    QVERIFY(!fleet.state().error);
    QVERIFY(fleet.findings().empty());
}

void tst_FleetFile::missingFile()
{
    QTemporaryDir folder;
    const QString path = folder.filePath(QStringLiteral("fleet.yaml"));
    FleetFile fleet(path, m_clock);
    QCOMPARE(fleet.state().state, State::Away);
    QVERIFY(fleet.instances().empty());
    QVERIFY(fleet.state().error);
    write(path, kOne);
    QTRY_COMPARE(fleet.state().state, State::Live);
    QVERIFY(QFile::remove(path));
    QTRY_COMPARE(fleet.state().state, State::Partial);
    QCOMPARE(fleet.instances().size(), std::size_t(1));
}

QTEST_GUILESS_MAIN(tst_FleetFile)
#include "tst_fleet_file.moc"
