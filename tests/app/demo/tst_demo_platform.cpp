#include "app/demo/platform/arguments.h"
#include "app/demo/platform/platform.h"
#include "app/demo/platform/wait_until.h"
#include "tests/support/child_of_test.h"

#include <QDir>
#include <QFile>
#include <QJsonDocument>
#include <QProcess>
#include <QSignalSpy>
#include <QStandardPaths>
#include <QTest>

#include <csignal>

using namespace postern;
using namespace postern::demo;
using namespace Qt::StringLiterals;

namespace {

const QString kPrograms = QStringLiteral(POSTERN_BINARY_DIR "/bin");

// Whether a process with this id runs, and is no zombie.
bool runs(qint64 id)
{
    QFile file(u"/proc/%1/stat"_s.arg(id));
    if (!file.open(QIODevice::ReadOnly))
        return false;
    const QByteArray text = file.readAll();
    return text.mid(text.lastIndexOf(')') + 2, 1) != "Z";
}

// Everything that names the folder on its command line, but us.
QList<qint64> processesNaming(const QString& directory)
{
    QList<qint64> found;
    for (const QString& name : QDir(u"/proc"_s).entryList(QDir::Dirs)) {
        QFile file(u"/proc/%1/cmdline"_s.arg(name));
        if (file.open(QIODevice::ReadOnly) && file.readAll().contains(directory.toUtf8()))
            found << name.toLongLong();
    }
    return found;
}

} // namespace

class TestDemoPlatform : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase()
    {
        for (const QString& program : {u"postern-gateway"_s, u"postern-demo-part"_s})
            QVERIFY2(QFile::exists(kPrograms + u'/' + program), qPrintable(program + u" is not built"_s));
        QVERIFY2(!QStandardPaths::findExecutable(u"prometheus"_s).isEmpty(),
                 "Debian's package prometheus is missing");
    }

    void arguments_data()
    {
        QTest::addColumn<QStringList>("arguments");
        QTest::addColumn<bool>("good");
        QTest::newRow("none") << QStringList() << true;
        QTest::newRow("headless") << QStringList{u"--headless"_s, u"60"_s} << true;
        QTest::newRow("all") << QStringList{u"--headless"_s, u"60"_s,      u"--screenshots"_s,
                                            u"x"_s,          u"--theme"_s, u"dark"_s}
                             << true;
        QTest::newRow("no seconds") << QStringList{u"--headless"_s} << false;
        QTest::newRow("too few seconds") << QStringList{u"--headless"_s, u"1"_s} << false;
        QTest::newRow("unknown") << QStringList{u"--wat"_s, u"1"_s} << false;
    }

    void arguments()
    {
        QFETCH(QStringList, arguments);
        QFETCH(bool, good);
        QCOMPARE(DemoArguments::parse(arguments).has_value(), good);
    }

    void documentsNameTheOriginsPorts()
    {
        QHash<QString, quint16> ports;
        for (const DemoApi& api : demoApis())
            ports.insert(api.name, static_cast<quint16>(40000 + ports.size()));
        const std::vector<TokenKey> keys{*TokenKey::generate(TokenKey::Algorithm::ES256, u"k"_s)};
        const auto files = renderDocuments(ports, keys);
        QVERIFY2(files.has_value(), files ? "" : qPrintable(files.error().text()));
        QCOMPARE(files->size(), 2 * 6 + 2);
        for (const DemoApi& api : demoApis()) {
            const QByteArray text = files->value(api.documentFile());
            QCOMPARE(text.count("127.0.0.1:" + QByteArray::number(ports.value(api.name))), 1);
            QVERIFY(!text.contains(api.originAddress));
            QVERIFY(!files->value(api.keysFile()).contains("\"d\""));
        }
        ports.remove(u"cards"_s);
        QVERIFY(!renderDocuments(ports, keys));
    }

    void findsPrometheusPort()
    {
        QCOMPARE(
            PrometheusProcess::portIn(
                "ts=2026 caller=tls_config.go:232 level=info msg=\"Listening on\" address=127.0.0.1:45251"),
            45251);
        QCOMPARE(PrometheusProcess::portIn("msg=\"Start listening for connections\" address=127.0.0.1:0"), 0);
    }

    void thePartsNeedNoDisplay()
    {
        QProcess ldd;
        ldd.start(u"ldd"_s, {kPrograms + u"/postern-demo-part"_s});
        QVERIFY(ldd.waitForFinished());
        const QByteArray libraries = ldd.readAllStandardOutput();
        QVERIFY2(libraries.contains("libQt6Network"), libraries.constData());
        QVERIFY(!libraries.contains("libQt6Gui") && !libraries.contains("libQt6Widgets"));
    }

    void comesUpAndGoesWithoutATrace()
    {
        QString directory;
        QList<qint64> ids;
        {
            Platform platform({.programs = kPrograms, .weather = false});
            QSignalSpy died(&platform, &Platform::partDied);
            const Result<void> started = platform.start();
            QVERIFY2(started.has_value(), started ? "" : qPrintable(started.error().text()));
            directory = platform.directory();
            QCOMPARE(platform.gateways().size(), size_t(12));
            for (const auto& gateway : platform.gateways()) {
                ids << gateway->process().processId();
                const QByteArray config = platform.get(QUrl(u"http://%1/config"_s.arg(gateway->admin())));
                const QJsonObject object = QJsonDocument::fromJson(config).object();
                QCOMPARE(object.value("api"_L1).toString(), gateway->api().id());
                QCOMPARE(object.value("revision"_L1).toString(), platform.repository().revision);
            }
            aSpellIsFelt(platform);
            aBurstMeetsTheLimit(platform);
            platform.stop();
            QCOMPARE(died.size(), 0);
        }
        for (const qint64 id : std::as_const(ids))
            QVERIFY(!runs(id));
        QVERIFY(processesNaming(directory).isEmpty());
        QVERIFY(!QDir(directory).exists());
    }

    void aKilledDemoTakesItsPartsAlong()
    {
        QProcess victim;
        test::endsWithTest(victim);
        victim.start(QCoreApplication::applicationFilePath(), {u"--platform"_s});
        QTRY_VERIFY_WITH_TIMEOUT(victim.canReadLine(), 90000);
        const QString directory = QString::fromUtf8(victim.readLine()).trimmed();
        QVERIFY2(QDir(directory).exists(), qPrintable(directory));
        QVERIFY(processesNaming(directory).size() >= 13);
        ::kill(static_cast<pid_t>(victim.processId()), SIGKILL);
        QVERIFY(victim.waitForFinished());
        QTRY_VERIFY_WITH_TIMEOUT(processesNaming(directory).isEmpty(), 10000);
        QVERIFY(QDir(directory).removeRecursively());
    }

private:
    static void aSpellIsFelt(Platform& platform)
    {
        QMap<int, qint64> cards;
        connect(&platform, &Platform::counted, &platform,
                [&cards](const QMap<QString, QMap<int, qint64>>& counts) {
                    const QMap<int, qint64> now = counts.value(u"cards"_s);
                    for (auto it = now.cbegin(); it != now.cend(); ++it)
                        cards[it.key()] += it.value();
                });
        QVERIFY(waitUntil([&] { return cards[200] > 20; }, std::chrono::seconds(60)));
        QCOMPARE(cards[500] + cards[503], 0);
        QCOMPARE(cards[401], 0);
        platform.setSpell(u"cards"_s, {.errors = 1, .slowness = 1});
        QVERIFY(waitUntil([&] { return cards[500] + cards[503] > 20; }, std::chrono::seconds(60)));
        platform.setSpell(u"cards"_s, {});
        platform.disconnect(&platform);
    }

    static void aBurstMeetsTheLimit(Platform& platform)
    {
        QSignalSpy ended(&platform, &Platform::burstEnded);
        platform.burst(u"accounts"_s, u"mobile-app"_s, 600);
        QVERIFY(waitUntil([&] { return !ended.isEmpty(); }, std::chrono::seconds(30)));
        const auto counts = ended[0][1].value<QMap<int, qint64>>();
        QVERIFY2(counts.value(200) >= 200, qPrintable(QString::number(counts.value(200))));
        QVERIFY2(counts.value(429) > 0, qPrintable(QString::number(counts.value(429))));
    }
};

int main(int argc, char** argv)
{
    QCoreApplication application(argc, argv);
    if (QCoreApplication::arguments().value(1) != u"--platform"_s) {
        TestDemoPlatform test;
        return QTest::qExec(&test, argc, argv);
    }
    // The demo that a test kills.
    Platform platform({.programs = kPrograms});
    if (const Result<void> started = platform.start(); !started) {
        std::fprintf(stderr, "%s\n", qPrintable(started.error().text()));
        return 1;
    }
    std::printf("%s\n", qPrintable(platform.directory()));
    std::fflush(stdout);
    return application.exec();
}
#include "tst_demo_platform.moc"
