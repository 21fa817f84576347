#include "tests/models/document/document_fixture.h"

#include <QDir>
#include <QElapsedTimer>
#include <QTemporaryDir>

#include <sys/stat.h>

namespace postern {

using namespace Qt::StringLiterals;
using namespace test;

class TestLoadDocuments : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void goldenFindings_data();
    void goldenFindings();
    void samplesOfTheFirstRelease();
    void samplesOfAllReleases();
    void otherFilesAreNotOurs();
    void hostileFiles_data();
    void hostileFiles();
    void filesStayInTheirFolder();
    void aConfigMapsLinksAreFollowed();
    void searchesFolders();
    void namedFilesAreKept();
};

void TestLoadDocuments::goldenFindings_data()
{
    QTest::addColumn<QString>("name");
    const QDir folder(dataFile(u"documents/findings"_s));
    for (const QString& name : folder.entryList({u"*.yaml"_s}, QDir::Files))
        QTest::newRow(qPrintable(name)) << name;
    QVERIFY(folder.entryList({u"*.yaml"_s}).size() > 10);
}

/// Beside each document, the findings it must give, one a line. POSTERN_WRITE_GOLDEN=1 writes what is found,
/// to be read by whoever changed it.
void TestLoadDocuments::goldenFindings()
{
    QFETCH(QString, name);
    const QString folder = u"documents/findings/"_s;
    const QByteArray text = readData(folder + name);
    const QByteArray jwks = readData(folder + u"jwks.json"_s);
    const LoadedDocuments documents = load({{name, text}, {u"jwks.json"_s, jwks}});
    QDate today(2026, 6, 1);
    if (text.startsWith("# at: "))
        today = QDate::fromString(QString::fromLatin1(text.mid(6, 10)), Qt::ISODate);
    QVERIFY(today.isValid());
    const QByteArray found =
        (texts(checkDocuments(documents, policyCatalogue(), today)).join(u'\n') + u'\n').toUtf8();
    const QString goldenName = folder + name.chopped(5) + u".findings"_s;
    if (qEnvironmentVariableIsSet("POSTERN_WRITE_GOLDEN")) {
        QFile golden(dataFile(goldenName));
        QVERIFY(golden.open(QIODevice::WriteOnly));
        golden.write(found);
    }
    QCOMPARE(QString::fromUtf8(found), QString::fromUtf8(readData(goldenName)));
}

void TestLoadDocuments::samplesOfTheFirstRelease()
{
    const auto files = findDocumentFiles(
        {dataFile(u"samples/core.yaml"_s), dataFile(u"samples/core-baseline.yaml"_s)}, Search::Flat);
    QVERIFY(files);
    const LoadedDocuments documents = loadDocuments(*files, DiskSource(), policyCatalogue());
    QCOMPARE(texts(checkDocuments(documents, policyCatalogue(), QDate(2026, 6, 1))), QStringList());
    QCOMPARE(documents.apis.size(), 1u);
    const ApiGateway& api = documents.apis[0].document;
    QCOMPARE(api.id(), u"payments/accounts"_s);
    QCOMPARE(api.spec.routes.size(), 3u);
    QCOMPARE(api.spec.routes[1].match.headers, (TextMap{{u"content-type"_s, u"application/json"_s}}));
    QCOMPARE(api.spec.upstreams[0].connectTimeout, std::chrono::milliseconds(250));
    QCOMPARE(api.spec.objectives[1].threshold, std::optional(std::chrono::milliseconds(250)));
    QCOMPARE(documents.baselines.at(0).document.spec.requirements.size(), 2u);
}

/// These use everything, so until everything is built they are refused, each part at its line.
void TestLoadDocuments::samplesOfAllReleases()
{
    for (const QString& name : {u"samples/accounts.yaml"_s, u"samples/payments-baseline.yaml"_s}) {
        const LoadedDocuments documents = loadDocuments({dataFile(name)}, DiskSource(), policyCatalogue());
        for (const Finding& finding : documents.findings)
            QVERIFY2(finding.rule == "not-yet-built"_L1, qPrintable(finding.text()));
        QCOMPARE(hasErrors(documents.findings), name.contains(u"accounts"_s));
    }
}

void TestLoadDocuments::otherFilesAreNotOurs()
{
    const LoadedDocuments documents = load({{u"template.yaml"_s, "{{ if .Values }}\n  - broken: [\n"},
                                            {u"big.yaml"_s, QByteArray(3 * 1024 * 1024, 'x')},
                                            {u"empty.yaml"_s, ""},
                                            {u"binary.yaml"_s, QByteArray("\xff\x00\xfe", 3)}});
    QCOMPARE(texts(documents.findings), QStringList());
    QVERIFY(documents.apis.empty());
}

void TestLoadDocuments::hostileFiles_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<QString>("rule");
    const QByteArray head =
        "apiVersion: postern.dev/v1alpha1\nkind: ApiGateway\nmetadata: {name: a, namespace: b}\n";
    QTest::newRow("50 MB") << head + QByteArray(50 * 1024 * 1024, '#') << "too-large";
    QTest::newRow("100 MB") << head + QByteArray(100 * 1024 * 1024, '#') << "unreadable-file";
    QTest::newRow("deep") << head + "spec: " + QByteArray(100'000, '[') << "yaml-limit";
    QTest::newRow("invalid UTF-8") << head + "spec: \xff\n"
                                   << "invalid-utf8";
    QByteArray bomb = head + "a0: &a0 [x]\n";
    for (int i = 1; i < 60; ++i)
        bomb += "a" + QByteArray::number(i) + ": &a" + QByteArray::number(i) + " [" +
                ("*a" + QByteArray::number(i - 1) + ", ").repeated(9) + "]\n";
    QTest::newRow("alias bomb") << bomb << "yaml-anchor";
    QByteArray routes = head + "spec:\n  listeners: [{name: m, address: 127.0.0.1:1}]\n  routes:\n";
    for (int i = 0; i < 11'000; ++i)
        routes += "    - {name: r, match: {path: /**}}\n";
    QTest::newRow("many routes alike") << routes << "wrong-length";
}

void TestLoadDocuments::hostileFiles()
{
    QFETCH(QByteArray, text);
    QFETCH(QString, rule);
    QElapsedTimer timer;
    timer.start();
    const LoadedDocuments documents = load({{u"a.yaml"_s, text}});
    const auto findings = checkDocuments(documents, policyCatalogue(), QDate(2026, 6, 1));
    QVERIFY2(timer.elapsed() < 20'000, qPrintable(QString::number(timer.elapsed())));
    QStringList rules;
    for (const Finding& finding : findings)
        rules << finding.rule;
    QVERIFY2(rules.contains(rule), qPrintable(texts(findings).mid(0, 5).join(u'\n')));
    QVERIFY(findings.size() <= Findings::Maximum + 1);
    QVERIFY(documents.apis.empty() || !documents.apis[0].usable);
}

void TestLoadDocuments::filesStayInTheirFolder()
{
    QTemporaryDir outside;
    QTemporaryDir folder;
    const auto write = [](const QString& path, const QByteArray& text) {
        QFile file(path);
        return file.open(QIODevice::WriteOnly) && file.write(text) == text.size();
    };
    QVERIFY(write(outside.filePath(u"secret.json"_s), "{}"));
    QVERIFY(QFile::link(outside.filePath(u"secret.json"_s), folder.filePath(u"link.json"_s)));
    QCOMPARE(::mkfifo(QFile::encodeName(folder.filePath(u"pipe.json"_s)).constData(), 0600), 0);
    QVERIFY(write(folder.filePath(u"large.json"_s), QByteArray(5 * 1024 * 1024, ' ')));
    for (const QString& name : {u"link.json"_s, u"pipe.json"_s, u"large.json"_s}) {
        QVERIFY(write(
            folder.filePath(u"a.yaml"_s),
            gatewayText("    - {name: t, type: jwt, config: {issuer: i, audiences: [a], algorithms: [ES256], "
                        "jwks: {file: " +
                        name.toLatin1() + "}}}\n")));
        const LoadedDocuments documents =
            loadDocuments({folder.filePath(u"a.yaml"_s)}, DiskSource(), policyCatalogue());
        QCOMPARE(documents.findings.size(), 1u);
        QCOMPARE(documents.findings[0].rule, u"unreadable-file"_s);
        QCOMPARE(documents.findings[0].place.path, u"spec.policies[0].config.jwks.file"_s);
        QVERIFY(!documents.apis.at(0).usable);
    }
}

void TestLoadDocuments::aConfigMapsLinksAreFollowed()
{
    QTemporaryDir folder;
    QVERIFY(QDir(folder.path()).mkdir(u"..2026_06_01"_s));
    QVERIFY(QFile::copy(dataFile(u"samples/core.yaml"_s), folder.filePath(u"..2026_06_01/gateway.yaml"_s)));
    QVERIFY(QFile::copy(dataFile(u"samples/jwks.json"_s), folder.filePath(u"..2026_06_01/jwks.json"_s)));
    QVERIFY(QFile::link(u"..2026_06_01"_s, folder.filePath(u"..data"_s)));
    QVERIFY(QFile::link(u"..data/gateway.yaml"_s, folder.filePath(u"gateway.yaml"_s)));
    QVERIFY(QFile::link(u"..data/jwks.json"_s, folder.filePath(u"jwks.json"_s)));
    const auto files = findDocumentFiles({folder.path()}, Search::Flat);
    QVERIFY(files);
    QCOMPARE(*files, QStringList{folder.filePath(u"gateway.yaml"_s)});
    const LoadedDocuments documents = loadDocuments(*files, DiskSource(), policyCatalogue());
    QCOMPARE(texts(documents.findings), QStringList());
    QCOMPARE(documents.apis.at(0).files.at(0).contents, readData(u"samples/jwks.json"_s));
}

void TestLoadDocuments::searchesFolders()
{
    QTemporaryDir folder;
    const QDir root(folder.path());
    QVERIFY(root.mkpath(u"apis/a"_s) && root.mkpath(u".git/x"_s));
    for (const QString& name : {u"b.yaml"_s, u"a.yml"_s, u".hidden.yaml"_s, u"notes.txt"_s,
                                u"apis/a/gateway.yaml"_s, u".git/x/c.yaml"_s}) {
        QFile file(root.filePath(name));
        QVERIFY(file.open(QIODevice::WriteOnly));
    }
    QVERIFY(QFile::link(folder.path(), root.filePath(u"apis/round"_s)));
    const auto names = [&](Search search) {
        QStringList result;
        const auto files = findDocumentFiles({folder.path()}, search);
        for (const QString& file : files.value_or(QStringList()))
            result << root.relativeFilePath(file);
        return result;
    };
    QCOMPARE(names(Search::Flat), (QStringList{u"a.yml"_s, u"b.yaml"_s}));
    QCOMPARE(names(Search::Recursive), (QStringList{u"a.yml"_s, u"apis/a/gateway.yaml"_s, u"b.yaml"_s}));
    QVERIFY(!findDocumentFiles({root.filePath(u"none"_s)}, Search::Flat));
    QCOMPARE(findDocumentFiles({root.filePath(u"notes.txt"_s)}, Search::Flat)->size(), 1);
}

void TestLoadDocuments::namedFilesAreKept()
{
    const QByteArray policy =
        "{issuer: i, audiences: [a], algorithms: [ES256], jwks: {file: keys/jwks.json}}}\n";
    const LoadedDocuments documents =
        load({{u"d/a.yaml"_s, gatewayText("    - {name: t, type: jwt, config: " + policy +
                                          "    - {name: u, type: jwt, config: " + policy)},
              {u"d/keys/jwks.json"_s, "abc"}});
    QCOMPARE(texts(documents.findings), QStringList());
    const auto& files = documents.apis.at(0).files;
    QCOMPARE(files.size(), 1u);
    QCOMPARE(files[0].path, u"keys/jwks.json"_s);
    QCOMPARE(files[0].file, u"d/keys/jwks.json"_s);
    QCOMPARE(files[0].contents, "abc");
    // printf abc | sha256sum
    QCOMPARE(files[0].digest, u"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"_s);
    QCOMPARE(effective(documents).policies.at(0)->files, files);
}

} // namespace postern

QTEST_APPLESS_MAIN(postern::TestLoadDocuments)
#include "tst_load_documents.moc"
