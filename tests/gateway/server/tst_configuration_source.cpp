#include "gateway/policies/catalogue.h"
#include "gateway/server/file_configuration_source.h"
#include "gateway/server/file_stamps.h"
#include "tests/support/fake_clock.h"

#include <QDir>
#include <QFile>
#include <QTemporaryDir>
#include <QTest>

using namespace postern;
using namespace std::chrono_literals;

namespace {

QByteArray gateway(const QByteArray& route)
{
    return "apiVersion: postern.dev/v1alpha1\n"
           "kind: ApiGateway\n"
           "metadata: {name: accounts, namespace: payments}\n"
           "spec:\n"
           "  listeners: [{name: main, address: \"127.0.0.1:0\"}]\n"
           "  upstreams: [{name: app, endpoints: [{address: \"127.0.0.1:9000\"}]}]\n"
           "  routes:\n"
           "    - {name: " +
           route + ", match: {path: /**}, upstream: app}\n";
}

const char* const baseline = "apiVersion: postern.dev/v1alpha1\n"
                             "kind: GatewayBaseline\n"
                             "metadata: {name: payments}\n"
                             "spec:\n"
                             "  appliesTo: {namespaces: [payments]}\n"
                             "  policies:\n"
                             "    - {name: request-id, type: requestId, override: locked, config: {}}\n";

void write(const QString& path, const QByteArray& contents)
{
    QFile file(path);
    QVERIFY2(file.open(QIODevice::WriteOnly | QIODevice::Truncate), qPrintable(path));
    QCOMPARE(file.write(contents), contents.size());
}

/// As editors and deployers do: beside it, then over it.
void replace(const QString& path, const QByteArray& contents)
{
    write(path + QStringLiteral(".new"), contents);
    QCOMPARE(::rename(QFile::encodeName(path + QStringLiteral(".new")).constData(),
                      QFile::encodeName(path).constData()),
             0);
}

/// A folder as the kubelet keeps it: files are links into `..data`, which is a link to a dated folder.
class ConfigMap
{
public:
    explicit ConfigMap(const QString& folder) : m_folder(folder) {}

    void put(const QMap<QString, QByteArray>& files)
    {
        const QString dated = QStringLiteral("..2026_%1").arg(++m_version);
        QDir(m_folder).mkdir(dated);
        for (auto file = files.begin(); file != files.end(); ++file)
            write(path(dated + u'/' + file.key()), file.value());
        QFile::remove(path(QStringLiteral("..data_tmp")));
        QVERIFY(QFile::link(dated, path(QStringLiteral("..data_tmp"))));
        QCOMPARE(::rename(QFile::encodeName(path(QStringLiteral("..data_tmp"))).constData(),
                          QFile::encodeName(path(QStringLiteral("..data"))).constData()),
                 0);
        for (auto file = files.begin(); file != files.end(); ++file)
            if (!QFileInfo(path(file.key())).isSymLink())
                QVERIFY(QFile::link(QStringLiteral("..data/") + file.key(), path(file.key())));
        if (!m_last.isEmpty())
            QDir(path(m_last)).removeRecursively();
        m_last = dated;
    }

private:
    [[nodiscard]] QString path(const QString& name) const { return m_folder + u'/' + name; }

    QString m_folder;
    QString m_last;
    int m_version = 0;
};

/// A source under watch, and what it said.
struct Watched
{
    explicit Watched(const QString& path,
                     FileConfigurationSource::Timing timing = {.quiet = 20ms, .poll = 1h})
        : source(path, policyCatalogue(), clock, timing)
    {
        first = source.load();
        source.watch([this](LoadedConfiguration loaded) { seen.push_back(std::move(loaded)); });
    }

    [[nodiscard]] QString route() const
    {
        if (seen.empty() || !seen.back().document)
            return {};
        return seen.back().document->routes.front().route.name;
    }

    test::FakeClock clock;
    FileConfigurationSource source;
    LoadedConfiguration first;
    std::vector<LoadedConfiguration> seen;
};

} // namespace

class TestConfigurationSource : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init()
    {
        m_dir = std::make_unique<QTemporaryDir>();
        m_folder = m_dir->filePath(QStringLiteral("config"));
        QVERIFY(QDir().mkdir(m_folder));
        m_file = m_folder + QStringLiteral("/gateway.yaml");
    }

    void loadsADocument();
    void loadsAFolderWithItsBaseline();
    void refuses_data();
    void refuses();
    void followsWritingInPlace();
    void followsRenaming();
    void followsAConfigMap();
    void followsALinkAboveTheFolder();
    void followsNamedFiles();
    void waitsForTheWriterToEnd();
    void waitsForAFileThatIsOpenForWriting();
    void aWriterThatNeverEndsIsNotWaitedForForEver();
    void seesWriters();
    void tellsABadDocumentOnce();
    void survivesVanishingAndRestoring();
    void noticesAnAddedBaseline();
    void noticesAnEmptiedBaseline();
    void looksNowAndThen();
    void looksAgainOnANewDay();
    void saysNothingWithoutAChange();

private:
    std::unique_ptr<QTemporaryDir> m_dir;
    QString m_folder;
    QString m_file;
};

void TestConfigurationSource::loadsADocument()
{
    write(m_file, gateway("one"));
    const LoadedConfiguration loaded = loadConfiguration(m_file, policyCatalogue(), QDate(2026, 1, 1));
    QVERIFY(loaded.document);
    QCOMPARE(loaded.document->id, QStringLiteral("payments/accounts"));
    QCOMPARE(loaded.files, QStringList{m_file});
}

void TestConfigurationSource::loadsAFolderWithItsBaseline()
{
    write(m_file, gateway("one"));
    write(m_folder + QStringLiteral("/payments.yaml"), baseline);
    write(m_folder + QStringLiteral("/.hidden.yaml"), "kind: ApiGateway\n");
    write(m_folder + QStringLiteral("/service.yaml"), "apiVersion: v1\nkind: Service\nmetadata: {name: x}\n");
    const LoadedConfiguration loaded = loadConfiguration(m_folder, policyCatalogue(), QDate(2026, 1, 1));
    QVERIFY(loaded.document);
    QCOMPARE(loaded.document->baselines, QStringList{QStringLiteral("payments")});
}

void TestConfigurationSource::refuses_data()
{
    QTest::addColumn<QByteArray>("first");
    QTest::addColumn<QByteArray>("second");
    QTest::addColumn<QString>("rule");
    QTest::newRow("nothing") << QByteArray("# nothing here\n") << QByteArray(baseline)
                             << QStringLiteral("one-api");
    QTest::newRow("two") << gateway("one") << gateway("one").replace("name: accounts", "name: cards")
                         << QStringLiteral("one-api");
    QTest::newRow("broken") << gateway("one").replace("path:", "paht:") << QByteArray(baseline)
                            << QStringLiteral("unknown-field");
    QTest::newRow("broken baseline") << gateway("one")
                                     << QByteArray(baseline).replace("override: locked", "override: bolted")
                                     << QString();
    QTest::newRow("empty baseline") << gateway("one") << QByteArray() << QStringLiteral("empty-file");
}

void TestConfigurationSource::refuses()
{
    QFETCH(QByteArray, first);
    QFETCH(QByteArray, second);
    QFETCH(QString, rule);
    write(m_file, first);
    write(m_folder + QStringLiteral("/second.yaml"), second);
    const LoadedConfiguration loaded = loadConfiguration(m_folder, policyCatalogue(), QDate(2026, 1, 1));
    QVERIFY(!loaded.document);
    QVERIFY(hasErrors(loaded.findings));
    QVERIFY(rule.isEmpty() || std::ranges::any_of(loaded.findings, [&](const Finding& finding) {
                return finding.rule == rule;
            }));
}

void TestConfigurationSource::followsWritingInPlace()
{
    write(m_file, gateway("one"));
    Watched watched(m_file);
    QVERIFY(watched.first.document);
    for (const char* name : {"two", "three"}) {
        write(m_file, gateway(name));
        QTRY_COMPARE(watched.route(), QString::fromLatin1(name));
    }
}

void TestConfigurationSource::followsRenaming()
{
    write(m_file, gateway("one"));
    Watched watched(m_file);
    for (const char* name : {"two", "three", "four"}) {
        replace(m_file, gateway(name));
        QTRY_COMPARE(watched.route(), QString::fromLatin1(name));
    }
}

void TestConfigurationSource::followsAConfigMap()
{
    ConfigMap map(m_folder);
    map.put({{QStringLiteral("gateway.yaml"), gateway("one")}, {QStringLiteral("payments.yaml"), baseline}});
    Watched watched(m_folder);
    QVERIFY(watched.first.document);
    QCOMPARE(watched.first.document->routes.front().policies.size(), 1U);
    for (const char* name : {"two", "three", "four", "five"}) {
        map.put(
            {{QStringLiteral("gateway.yaml"), gateway(name)}, {QStringLiteral("payments.yaml"), baseline}});
        QTRY_COMPARE(watched.route(), QString::fromLatin1(name));
    }
    for (const LoadedConfiguration& loaded : watched.seen)
        QVERIFY(loaded.document); // never half a swap
}

void TestConfigurationSource::followsALinkAboveTheFolder()
{
    const QString link = m_dir->filePath(QStringLiteral("current"));
    const QString other = m_dir->filePath(QStringLiteral("other"));
    QVERIFY(QDir().mkdir(other));
    write(m_file, gateway("one"));
    write(other + QStringLiteral("/gateway.yaml"), gateway("two"));
    QVERIFY(QFile::link(m_folder, link));
    Watched watched(link);
    QVERIFY(watched.first.document);
    QVERIFY(QFile::link(other, link + QStringLiteral("2")));
    QCOMPARE(::rename(QFile::encodeName(link + QStringLiteral("2")).constData(),
                      QFile::encodeName(link).constData()),
             0);
    QTRY_COMPARE(watched.route(), QStringLiteral("two"));
}

void TestConfigurationSource::followsNamedFiles()
{
    const QString keys = m_folder + QStringLiteral("/jwks.json");
    QFile sample(QStringLiteral(POSTERN_TEST_DATA "/samples/jwks.json"));
    QVERIFY(sample.open(QIODevice::ReadOnly));
    const QByteArray jwks = sample.readAll();
    write(keys, jwks);
    write(m_file, gateway("one") + "  policies:\n"
                                   "    - {name: callers, type: jwt, config: {issuer: https://id.example, "
                                   "audiences: [a], algorithms: [ES256], jwks: {file: jwks.json}}}\n");
    Watched watched(m_file);
    QVERIFY(watched.first.document);
    QVERIFY(watched.first.files.contains(keys));
    write(keys, jwks + '\n');
    QTRY_COMPARE(watched.seen.size(), 1U);
    QVERIFY(watched.seen.front().document);
    QVERIFY(watched.seen.front().document->hash != watched.first.document->hash);
}

void TestConfigurationSource::waitsForTheWriterToEnd()
{
    // The first half is a whole document: only waiting tells it from what was meant.
    write(m_file, gateway("one"));
    Watched watched(m_file, {150ms, 1h});
    QFile file(m_file);
    QVERIFY(file.open(QIODevice::WriteOnly | QIODevice::Truncate));
    file.write(gateway("half"));
    QVERIFY(file.flush());
    QTest::qWait(50); // a slow writer, well inside the quiet time
    file.write("  policies:\n    - {name: request-id, type: requestId, config: {}}\n");
    file.close();
    QTRY_COMPARE(watched.route(), QStringLiteral("half"));
    QCOMPARE(watched.seen.size(), 1U);
    QCOMPARE(watched.seen.front().document->routes.front().policies.size(), 1U);
}

void TestConfigurationSource::waitsForAFileThatIsOpenForWriting()
{
    write(m_file, gateway("one"));
    Watched watched(m_file);
    QFile file(m_file);
    QVERIFY(file.open(QIODevice::WriteOnly | QIODevice::Truncate));
    file.write(gateway("half")); // a whole document by itself
    QVERIFY(file.flush());
    // Ten times the quiet time: nothing moves, but the writer is not done.
    QVERIFY(!QTest::qWaitFor([&watched] { return !watched.seen.empty(); }, 200));
    file.write("  policies:\n    - {name: request-id, type: requestId, config: {}}\n");
    QVERIFY(file.flush());
    QVERIFY(!QTest::qWaitFor([&watched] { return !watched.seen.empty(); }, 200));
    file.close();
    QTRY_COMPARE(watched.seen.size(), 1U);
    QCOMPARE(watched.route(), QStringLiteral("half"));
    QCOMPARE(watched.seen.front().document->routes.front().policies.size(), 1U);
}

void TestConfigurationSource::aWriterThatNeverEndsIsNotWaitedForForEver()
{
    write(m_file, gateway("one"));
    Watched watched(m_file, {.quiet = 20ms, .poll = 1h, .patience = 100ms});
    QFile file(m_file);
    QVERIFY(file.open(QIODevice::WriteOnly | QIODevice::Truncate));
    file.write(gateway("two"));
    QVERIFY(file.flush());
    QTRY_COMPARE(watched.route(), QStringLiteral("two"));
    QVERIFY(file.isOpen());
}

void TestConfigurationSource::seesWriters()
{
    write(m_file, gateway("one"));
    const QString other = m_folder + QStringLiteral("/keys.json");
    const auto writers = [&] { return writersOf(m_folder, {other}); };
    QVERIFY(writers() == Writers::None);
    QFile reading(m_file);
    QVERIFY(reading.open(QIODevice::ReadOnly));
    QVERIFY(writers() == Writers::None);
    for (const QString& name : {m_file, other}) {
        QFile file(name);
        QVERIFY(file.open(QIODevice::Append));
        QVERIFY(writers() == Writers::Some);
        file.close();
        QVERIFY(writers() == Writers::None);
    }
}

void TestConfigurationSource::tellsABadDocumentOnce()
{
    write(m_file, gateway("one"));
    Watched watched(m_file);
    write(m_file, gateway("two").replace("upstream: app", "upstream: nobody"));
    QTRY_COMPARE(watched.seen.size(), 1U);
    QVERIFY(!watched.seen.front().document);
    QVERIFY(hasErrors(watched.seen.front().findings));
    for (int i = 0; i < 5; ++i)
        watched.source.check();
    QTest::qWait(100); // nothing to wait for: that is the point
    QCOMPARE(watched.seen.size(), 1U);
    write(m_file, gateway("three"));
    QTRY_COMPARE(watched.route(), QStringLiteral("three"));
}

void TestConfigurationSource::survivesVanishingAndRestoring()
{
    write(m_file, gateway("one"));
    Watched watched(m_folder);
    QVERIFY(QDir(m_folder).removeRecursively());
    QTRY_COMPARE(watched.seen.size(), 1U);
    QVERIFY(!watched.seen.front().document);
    QVERIFY(QDir().mkdir(m_folder));
    write(m_file, gateway("two"));
    QTRY_COMPARE(watched.route(), QStringLiteral("two"));
}

void TestConfigurationSource::noticesAnAddedBaseline()
{
    write(m_file, gateway("one"));
    Watched watched(m_folder);
    write(m_folder + QStringLiteral("/payments.yaml"), baseline);
    QTRY_COMPARE(watched.seen.size(), 1U);
    QVERIFY(watched.seen.front().document);
    QCOMPARE(watched.seen.front().document->routes.front().policies.size(), 1U);
}

void TestConfigurationSource::noticesAnEmptiedBaseline()
{
    write(m_file, gateway("one"));
    write(m_folder + QStringLiteral("/payments.yaml"), baseline);
    Watched watched(m_folder);
    write(m_folder + QStringLiteral("/payments.yaml"), {});
    QTRY_COMPARE(watched.seen.size(), 1U);
    QVERIFY(!watched.seen.front().document); // an API without its baseline must not run by accident
}

void TestConfigurationSource::looksNowAndThen()
{
    write(m_file, gateway("one"));
    Watched watched(m_file, {1ms, 10ms});
    // As on a file system that tells nothing.
    const auto watcher = watched.source.findChild<QFileSystemWatcher*>();
    QVERIFY(watcher);
    watcher->blockSignals(true);
    write(m_file, gateway("two"));
    QTRY_COMPARE(watched.route(), QStringLiteral("two"));
}

void TestConfigurationSource::looksAgainOnANewDay()
{
    write(m_file, gateway("one"));
    Watched watched(m_file, {1ms, 10ms});
    watched.clock.advance(24h);
    QTRY_COMPARE(watched.seen.size(), 1U);
    QVERIFY(watched.seen.front().document);
}

void TestConfigurationSource::saysNothingWithoutAChange()
{
    write(m_file, gateway("one"));
    Watched watched(m_file, {1ms, 5ms});
    write(m_folder + QStringLiteral("/notes.txt"), "unrelated\n");
    QTest::qWait(100);
    QCOMPARE(watched.seen.size(), 0U);
}

QTEST_GUILESS_MAIN(TestConfigurationSource)
#include "tst_configuration_source.moc"
