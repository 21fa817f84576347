#include "gateway/server/commands/commands.h"
#include "gateway/server/program.h"

#include <QBuffer>
#include <QDir>
#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTemporaryDir>
#include <QTest>

namespace postern {

using namespace Qt::StringLiterals;

namespace {

struct Outcome
{
    ExitStatus status;
    QByteArray out;
    QByteArray err;

    [[nodiscard]] QJsonObject json() const { return QJsonDocument::fromJson(out).object(); }
};

Outcome run(const QStringList& words)
{
    QBuffer out;
    QBuffer err;
    out.open(QIODevice::WriteOnly);
    err.open(QIODevice::WriteOnly);
    const ExitStatus status = runProgram(words, commands(), CommandStreams{out, err});
    return {status, out.data(), err.data()};
}

bool write(const QString& path, const QByteArray& text)
{
    QFile file(path);
    return QDir().mkpath(QFileInfo(path).path()) && file.open(QIODevice::WriteOnly) &&
           file.write(text) == text.size();
}

QByteArray read(const QString& path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

QByteArray sample(const QString& name) { return read(QStringLiteral(POSTERN_TEST_DATA "/samples/") + name); }

/// A repository as teams have one: two APIs, a baseline, files, and what is none of ours.
class Repository
{
public:
    Repository()
    {
        const QByteArray other = sample(u"core.yaml"_s).replace("name: accounts", "name: cards");
        m_whole = write(u"apis/payments/accounts/gateway.yaml"_s, sample(u"core.yaml"_s)) &&
                  write(u"apis/payments/accounts/jwks.json"_s, sample(u"jwks.json"_s)) &&
                  write(u"apis/payments/cards/gateway.yaml"_s, other) &&
                  write(u"apis/payments/cards/jwks.json"_s, "{\"keys\":[]}") &&
                  write(u"baselines/payments.yaml"_s, sample(u"core-baseline.yaml"_s)) &&
                  write(u"chart/templates/x.yaml"_s, "{{ not yaml\n") &&
                  write(u".git/config.yaml"_s, "kind: ApiGateway\n[");
    }
    [[nodiscard]] bool isWhole() const { return m_whole; }
    [[nodiscard]] QString path(const QString& name = {}) const { return m_folder.filePath(name); }
    bool write(const QString& name, const QByteArray& text) const { return postern::write(path(name), text); }
    bool replace(const QString& name, const QByteArray& find, const QByteArray& by) const
    {
        QByteArray text = read(path(name));
        return text.contains(find) && write(name, text.replace(find, by));
    }

private:
    QTemporaryDir m_folder;
    bool m_whole = false;
};

const QString accounts = QStringLiteral("apis/payments/accounts/gateway.yaml");

} // namespace

class TestCommandsDocuments : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void checkSaysNothingOfGoodDocuments();
    void checkTellsFindings();
    void checkTellsJson();
    void checkJudgesAtADate();
    void unusableArguments_data();
    void unusableArguments();
    void bundleKeepsTheHash();
    void bundleFlattensNames();
    void bundleTakesOneDocumentOfMany();
    void bundleRefuses();
    void effectiveTellsOrigins();
    void diffTellsEffects();
    void diffTellsApis();
    void diffNeedsGoodDocuments();
    void schemaIsWhole();
};

void TestCommandsDocuments::checkSaysNothingOfGoodDocuments()
{
    const Repository repository;
    QVERIFY(repository.isWhole());
    const Outcome outcome = run({u"check"_s, repository.path()});
    QCOMPARE(outcome.out, QByteArray("Checked 2 APIs and 1 baseline: nothing to say.\n"));
    QCOMPARE(outcome.err, QByteArray());
    QCOMPARE(outcome.status, ExitStatus::Success);
}

void TestCommandsDocuments::checkTellsFindings()
{
    const Repository repository;
    QVERIFY(repository.replace(accounts, "connectTimeout: 250ms", "conectTimeout: 250ms"));
    QVERIFY(repository.replace(u"apis/payments/cards/gateway.yaml"_s, "name: cards", "name: accounts"));
    const Outcome outcome = run({u"check"_s, repository.path()});
    QCOMPARE(outcome.status, ExitStatus::Findings);
    const QString file = repository.path(accounts);
    QVERIFY(QString::fromUtf8(outcome.out)
                .startsWith(file + u":18:7: error: spec.upstreams[0].conectTimeout: found \"conectTimeout\", "
                                   u"expected connectTimeout (the "
                                   "nearest known field) [unknown-field]\n"_s));
    QVERIFY(outcome.out.contains("[duplicate-api]\n"));
    QVERIFY(outcome.out.endsWith("Checked 2 APIs and 1 baseline: 2 errors, 0 warnings.\n"));
}

void TestCommandsDocuments::checkTellsJson()
{
    const Repository repository;
    QVERIFY(repository.replace(accounts, "limit: 100", "limit: none"));
    const Outcome outcome = run({u"check"_s, repository.path(accounts), u"--format"_s, u"json"_s});
    QCOMPARE(outcome.status, ExitStatus::Findings);
    const QJsonArray findings = outcome.json()[u"findings"].toArray();
    QCOMPARE(findings.size(), 1);
    QCOMPARE(findings[0].toObject(),
             (QJsonObject{{u"severity"_s, u"error"_s},
                          {u"rule"_s, u"wrong-type"_s},
                          {u"file"_s, repository.path(accounts)},
                          {u"line"_s, 48},
                          {u"column"_s, 37},
                          {u"path"_s, u"spec.policies[1].config.limit"_s},
                          {u"found"_s, u"none"_s},
                          {u"expected"_s, u"a whole number, from 1 to 1000000000"_s}}));
}

void TestCommandsDocuments::checkJudgesAtADate()
{
    const Repository repository;
    QVERIFY(repository.replace(
        u"baselines/payments.yaml"_s, "atLeast: 99.99}}",
        "atLeast: 99.999}}\n  exemptions:\n    - {api: payments/accounts, requirement: objective, "
        "reason: r, until: 2027-03-31}\n    - {api: payments/cards, requirement: objective, "
        "reason: r, until: 2027-03-31}"));
    const auto at = [&](const QString& date) {
        return run({u"check"_s, repository.path(), u"--at"_s, date});
    };
    QCOMPARE(at(u"2027-01-01"_s).status, ExitStatus::Success);
    QVERIFY(!at(u"2027-01-01"_s).out.contains("warning:"));
    QCOMPARE(at(u"2027-03-31"_s).status, ExitStatus::Success);
    QVERIFY(at(u"2027-03-31"_s).out.contains("[exemption-ends]"));
    QCOMPARE(at(u"2027-04-01"_s).status, ExitStatus::Findings);
    QVERIFY(at(u"2027-04-01"_s).out.contains("its exemption ended on 2027-03-31"));
}

void TestCommandsDocuments::unusableArguments_data()
{
    QTest::addColumn<QStringList>("words");
    QTest::addColumn<QByteArray>("complaint");
    const QString samples = QStringLiteral(POSTERN_TEST_DATA "/samples");
    const QString core = samples + u"/core.yaml"_s;
    const QString data = QStringLiteral(POSTERN_TEST_DATA "/http1-requests");
    const auto row = [](const char* name, const QStringList& words, const char* complaint) {
        QTest::newRow(name) << words << QByteArray(complaint);
    };
    row("check without path", {u"check"_s}, "PATH… is missing");
    row("check of nothing", {u"check"_s, u"/no/such/path"_s}, "/no/such/path does not exist");
    row("check of other things", {u"check"_s, data}, "no document of kind ApiGateway or GatewayBaseline");
    row("sarif", {u"check"_s, core, u"--format"_s, u"sarif"_s}, "sarif is not built yet");
    row("format", {u"check"_s, core, u"--format"_s, u"xml"_s}, "--format xml");
    row("date", {u"check"_s, core, u"--at"_s, u"tomorrow"_s}, "expected a date");
    row("date with time", {u"check"_s, core, u"--at"_s, u"2027-03-31T00:00:00"_s}, "expected a date");
    row("bundle without api", {u"bundle"_s, core, u"--out"_s, u"/tmp/x"_s},
        "--api NAMESPACE/NAME is missing");
    row("effective of another API", {u"effective"_s, core, u"--api"_s, u"payments/nobody"_s},
        "no ApiGateway payments/nobody");
    row("diff of one", {u"diff"_s, core}, "NEW is missing");
    row("diff with nothing", {u"diff"_s, core, u"/no/such/path"_s}, "/no/such/path does not exist");
    row("crd", {u"schema"_s, u"--crd"_s}, "--crd is not built yet");
    row("manual", {u"schema"_s, u"--manual"_s}, "--manual is not built yet");
}

void TestCommandsDocuments::unusableArguments()
{
    QFETCH(QStringList, words);
    QFETCH(QByteArray, complaint);
    const Outcome outcome = run(words);
    QVERIFY2(outcome.err.contains(complaint), outcome.err.constData());
    QCOMPARE(outcome.status, ExitStatus::Unusable);
    QCOMPARE(outcome.out, QByteArray());
}

void TestCommandsDocuments::bundleKeepsTheHash()
{
    const Repository repository;
    const QTemporaryDir out;
    const auto hash = [](const QString& path) {
        return run({u"effective"_s, path, u"--api"_s, u"payments/accounts"_s, u"--format"_s, u"json"_s})
            .json()[u"hash"]
            .toString();
    };
    const Outcome outcome =
        run({u"bundle"_s, repository.path(), u"--api"_s, u"payments/accounts"_s, u"--out"_s, out.path()});
    QCOMPARE(outcome.status, ExitStatus::Success);
    QCOMPARE(QDir(out.path()).entryList(QDir::Files),
             (QStringList{u"baseline-payments.yaml"_s, u"gateway.yaml"_s, u"jwks.json"_s}));
    QCOMPARE(read(out.filePath(u"gateway.yaml"_s)), sample(u"core.yaml"_s));
    QCOMPARE(hash(out.path()).size(), 64);
    QCOMPARE(hash(out.path()), hash(repository.path()));
    QVERIFY(outcome.out.contains(hash(repository.path()).toLatin1()));
}

void TestCommandsDocuments::bundleFlattensNames()
{
    const Repository repository;
    const QTemporaryDir out;
    QVERIFY(repository.replace(accounts, "jwks: {file: jwks.json}",
                               "jwks: {file: keys/a/jwks.json}   # the issuer's"));
    QVERIFY(repository.write(u"apis/payments/accounts/keys/a/jwks.json"_s, "{\"keys\":[]}"));
    // The baseline names a file of the same flat name, with other contents.
    QVERIFY(repository.replace(
        u"baselines/payments.yaml"_s, "  requirements:",
        "    - {name: partners, type: jwt, config: {issuer: p, audiences: [a], algorithms: [ES256], "
        "jwks: {file: keys-a-jwks.json}}}\n  requirements:"));
    QVERIFY(repository.write(u"baselines/keys-a-jwks.json"_s, "{\"keys\": []}"));
    const Outcome outcome =
        run({u"bundle"_s, repository.path(), u"--api"_s, u"payments/accounts"_s, u"--out"_s, out.path()});
    QVERIFY2(outcome.status == ExitStatus::Success, outcome.err.constData());
    const QStringList names = QDir(out.path()).entryList(QDir::Files);
    QCOMPARE(names.size(), 4);
    QVERIFY(names.contains(u"keys-a-jwks.json"_s));
    QVERIFY(
        read(out.filePath(u"gateway.yaml"_s)).contains("jwks: {file: keys-a-jwks.json}   # the issuer's\n"));
    QCOMPARE(run({u"diff"_s, repository.path(accounts), out.filePath(u"gateway.yaml"_s)}).status,
             ExitStatus::Success);
}

void TestCommandsDocuments::bundleTakesOneDocumentOfMany()
{
    const Repository repository;
    const QTemporaryDir out;
    const QByteArray second = read(repository.path(accounts)).replace("name: accounts", "name: limits");
    QVERIFY(repository.write(accounts, "# head\n" + read(repository.path(accounts)) + "---\n# second\n" +
                                           second + "---\nkind: ConfigMap\n"));
    const Outcome outcome =
        run({u"bundle"_s, repository.path(), u"--api"_s, u"payments/limits"_s, u"--out"_s, out.path()});
    QVERIFY2(outcome.status == ExitStatus::Success, outcome.err.constData());
    QVERIFY(!read(out.filePath(u"gateway.yaml"_s)).contains("name: accounts"));
    QCOMPARE(run({u"check"_s, out.path()}).status, ExitStatus::Success);
}

void TestCommandsDocuments::bundleRefuses()
{
    const Repository repository;
    const QTemporaryDir out;
    const auto bundle = [&] {
        return run(
            {u"bundle"_s, repository.path(), u"--api"_s, u"payments/accounts"_s, u"--out"_s, out.path()});
    };
    QVERIFY(write(out.filePath(u"left.yaml"_s), "x"));
    QCOMPARE(bundle().status, ExitStatus::Unusable);
    QVERIFY(QFile::remove(out.filePath(u"left.yaml"_s)));
    // Another API's fault is no reason; a baseline that can not be read is.
    QVERIFY(repository.replace(u"apis/payments/cards/gateway.yaml"_s, "limit: 100", "limit: x"));
    QCOMPARE(bundle().status, ExitStatus::Success);
    QVERIFY(QDir(out.path()).removeRecursively());
    QVERIFY(repository.write(u"baselines/broken.yaml"_s, "kind: GatewayBaseline\nspec: [\n"));
    const Outcome outcome = bundle();
    QCOMPARE(outcome.status, ExitStatus::Findings);
    QVERIFY(outcome.err.contains("a file that may hold a baseline, with errors"));
    QVERIFY(!QDir(out.path()).exists());
}

void TestCommandsDocuments::effectiveTellsOrigins()
{
    const Repository repository;
    const QStringList words{u"effective"_s, repository.path(), u"--api"_s, u"payments/accounts"_s};
    const QJsonObject json = run(words + QStringList{u"--format"_s, u"json"_s}).json();
    QCOMPARE(json[u"api"].toString(), u"payments/accounts"_s);
    QCOMPARE(json[u"baselines"].toArray(), QJsonArray{u"payments"_s});
    const QJsonObject origin = json[u"origins"][u"routes[1].policies[3]"].toObject();
    QCOMPARE(json[u"spec"][u"routes"][1][u"policies"][3][u"name"].toString(), u"fair-use"_s);
    QCOMPARE(origin[u"layer"].toString(), u"route"_s);
    QCOMPARE(origin[u"file"].toString(), repository.path(accounts));
    QCOMPARE(origin[u"line"].toInt(), 32);
    const Outcome yaml = run(words);
    QCOMPARE(yaml.status, ExitStatus::Success);
    QVERIFY(
        yaml.out.startsWith("api: payments/accounts\nhash: " + json[u"hash"].toString().toLatin1() + '\n'));
    QVERIFY(yaml.out.contains("      timeout: 2s\n"));
    QVERIFY(yaml.out.contains("        layer: baseline\n"));
}

void TestCommandsDocuments::diffTellsEffects()
{
    const Repository before;
    const Repository after;
    QCOMPARE(run({u"diff"_s, before.path(), after.path()}).status, ExitStatus::Success);
    QVERIFY(after.replace(accounts, "limit: 100, per: 1s", "limit: 50, per: 1s"));
    const Outcome outcome = run({u"diff"_s, before.path(), after.path()});
    QCOMPARE(outcome.status, ExitStatus::Findings);
    QCOMPARE(QString::fromUtf8(outcome.out),
             u"payments/accounts\n  fair-use: limit 100/s → 50/s, on 2 routes\n"_s);
    const QJsonArray apis =
        run({u"diff"_s, before.path(), after.path(), u"--format"_s, u"json"_s}).json()[u"apis"].toArray();
    QCOMPARE(apis.size(), 1);
    QCOMPARE(apis[0][u"changes"][0][u"after"].toString(), u"50/s"_s);
    QVERIFY(apis[0][u"oldHash"].toString() != apis[0][u"newHash"].toString());
}

void TestCommandsDocuments::diffTellsApis()
{
    const Repository before;
    const Repository after;
    QVERIFY(after.replace(u"apis/payments/cards/gateway.yaml"_s, "name: cards", "name: limits"));
    const Outcome outcome = run({u"diff"_s, before.path(), after.path()});
    QCOMPARE(outcome.status, ExitStatus::Findings);
    QCOMPARE(outcome.out, QByteArray("payments/cards: removed\npayments/limits: added\n"));
}

void TestCommandsDocuments::diffNeedsGoodDocuments()
{
    const Repository before;
    const Repository after;
    QVERIFY(after.replace(accounts, "limit: 100", "limit: x"));
    const Outcome outcome = run({u"diff"_s, before.path(), after.path()});
    QCOMPARE(outcome.status, ExitStatus::Unusable);
    QVERIFY(outcome.err.contains("[wrong-type]"));
}

void TestCommandsDocuments::schemaIsWhole()
{
    const Outcome outcome = run({u"schema"_s, u"--json-schema"_s});
    QCOMPARE(outcome.status, ExitStatus::Success);
    const QJsonObject schema = outcome.json();
    QCOMPARE(schema[u"$schema"].toString(), u"https://json-schema.org/draft/2020-12/schema"_s);
    const QJsonObject definitions = schema[u"$defs"].toObject();
    // Every reference leads somewhere.
    qsizetype references = 0;
    const QByteArray key = "\"$ref\": \"#/$defs/";
    for (qsizetype at = outcome.out.indexOf(key); at >= 0;
         at = outcome.out.indexOf(key, at + 1), ++references) {
        const qsizetype start = at + key.size();
        const QString name =
            QString::fromUtf8(outcome.out.mid(start, outcome.out.indexOf('"', start) - start));
        QVERIFY2(definitions.contains(name), qPrintable(name));
    }
    QVERIFY(references > 20);
    const QJsonObject timeout = definitions[u"route"][u"properties"][u"timeout"].toObject();
    QCOMPARE(timeout[u"default"].toString(), u"30s"_s);
    QVERIFY(definitions[u"listener"][u"properties"].toObject().contains(u"tls"_s));
    QVERIFY(definitions[u"spec"][u"properties"].toObject().contains(u"listeners"_s));
    QVERIFY(!definitions[u"spec"][u"properties"].toObject().contains(u"tracing"_s)); // not built yet
    QCOMPARE(definitions[u"policy"][u"properties"][u"type"][u"enum"].toArray().size(), 5);
    QCOMPARE(definitions[u"policy"][u"allOf"].toArray().size(), 5);
}

} // namespace postern

QTEST_GUILESS_MAIN(postern::TestCommandsDocuments)
#include "tst_commands_documents.moc"
