#include "app/words/effect_words.h"
#include "app/workspace/changed_lines.h"
#include "app/workspace/edit_judgement.h"
#include "app/workspace/policy_place.h"
#include "gateway/policies/catalogue.h"

#include <QFile>
#include <QTest>

using namespace postern;

namespace {

const QString document = QStringLiteral("apis/payments/accounts/gateway.yaml");
const QString baselineFile = QStringLiteral("baselines/payments.yaml");
const QDate today(2026, 11, 24);

QByteArray sample(const char* name)
{
    QFile file(QStringLiteral(POSTERN_TEST_DATA "/samples/") + QString::fromLatin1(name));
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

DocumentSnapshotPtr documents()
{
    return readDocuments(QStringLiteral("c0ffee"),
                         {{document, sample("core.yaml")},
                          {baselineFile, sample("core-baseline.yaml")},
                          {QStringLiteral("apis/payments/accounts/jwks.json"), sample("jwks.json")}},
                         policyCatalogue(), today)
        .snapshot;
}

EditJudgement judge(const QString& file, const QByteArray& from, const QByteArray& to)
{
    const DocumentSnapshotPtr before = documents();
    QByteArray after = before->texts.value(file);
    after.replace(from, to);
    return judgeEdit(*before, {file, before->texts.value(file), after}, policyCatalogue(), today);
}

} // namespace

class tst_EditJudgement : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void countsChangedLines_data();
    void countsChangedLines();
    void namesLackingFiles();
    void nothingChanges();
    void limitChanges();
    void baselineReachesItsApis();
    void errorElsewhereIsTold();
    void unmetIsCaused();
    void movedBranchIsNotTheEdits();
    void findsPoliciesInAFileOfTwoDocuments();
};

void tst_EditJudgement::countsChangedLines_data()
{
    QTest::addColumn<QByteArray>("before");
    QTest::addColumn<QByteArray>("after");
    QTest::addColumn<int>("lines");
    QTest::newRow("same") << QByteArray("a\nb\n") << QByteArray("a\nb\n") << 0;
    QTest::newRow("one changed") << QByteArray("a\nb\nc\n") << QByteArray("a\nx\nc\n") << 1;
    QTest::newRow("one added") << QByteArray("a\nc\n") << QByteArray("a\nb\nc\n") << 1;
    QTest::newRow("one removed") << QByteArray("a\nb\nc\n") << QByteArray("a\nc\n") << 1;
    QTest::newRow("two apart") << QByteArray("a\nb\nc\nd\ne\n") << QByteArray("a\nx\nc\ny\ne\n") << 2;
    QTest::newRow("all new") << QByteArray() << QByteArray("a\nb\n") << 2;
    QTest::newRow("same line again") << QByteArray("a\na\n") << QByteArray("a\na\na\n") << 1;
}

void tst_EditJudgement::countsChangedLines()
{
    QFETCH(QByteArray, before);
    QFETCH(QByteArray, after);
    QTEST(countChangedLines(before, after), "lines");
}

void tst_EditJudgement::namesLackingFiles()
{
    const DocumentReading reading =
        readDocuments({}, {{document, sample("core.yaml")}}, policyCatalogue(), today);
    QCOMPARE(reading.lacking, QStringList{QStringLiteral("apis/payments/accounts/jwks.json")});
    QVERIFY(!reading.snapshot->effectiveOf(QStringLiteral("payments/accounts")));
}

void tst_EditJudgement::nothingChanges()
{
    const EditJudgement judgement = judge(document, "# a transfer is dearer than a read", "# dearer");
    QVERIFY(judgement.isSound());
    QVERIFY(judgement.effects.empty());
    QCOMPARE(judgement.changedLines, 1);
}

void tst_EditJudgement::limitChanges()
{
    const EditJudgement judgement =
        judge(document, "limit: 100, per: 1s, burst: 200", "limit: 50, per: 1s, burst: 100");
    QVERIFY(judgement.isSound());
    QCOMPARE(judgement.effects.size(), std::size_t(1));
    const ApiEffect& effect = judgement.effects.front();
    QCOMPARE(effect.api, QStringLiteral("payments/accounts"));
    QCOMPARE(effect.newHash, judgement.after->effectiveOf(effect.api)->hash);
    QVERIFY(effect.newHash != effect.diff.oldHash);
    const QString message = proposedMessage(judgement, document);
    QVERIFY2(message.startsWith(QStringLiteral("accounts: fair-use")), qPrintable(message));
    QVERIFY(message.section(QLatin1Char('\n'), 0, 0).size() <= 72);
}

void tst_EditJudgement::baselineReachesItsApis()
{
    const EditJudgement judgement = judge(baselineFile, "maxBody: 1MiB", "maxBody: 2MiB");
    QVERIFY(judgement.isSound());
    QCOMPARE(judgement.effects.size(), std::size_t(1));
    QCOMPARE(judgement.effects.front().api, QStringLiteral("payments/accounts"));
}

void tst_EditJudgement::errorElsewhereIsTold()
{
    // The baseline locks a name that the document uses: the error lies at the document's line.
    const EditJudgement judgement = judge(baselineFile, "name: request-id", "name: callers");
    QVERIFY(!judgement.isSound());
    QVERIFY(std::ranges::any_of(judgement.findings,
                                [](const Finding& finding) { return finding.place.file == document; }));
}

void tst_EditJudgement::unmetIsCaused()
{
    const EditJudgement judgement =
        judge(document, "      type: jwt\n", "      type: jwt\n      mode: shadow\n");
    QVERIFY(!hasErrors(judgement.findings));
    QCOMPARE(judgement.causedUnmet.size(), std::size_t(1));
    QVERIFY(!judgement.isSound());
}

void tst_EditJudgement::movedBranchIsNotTheEdits()
{
    // Others raised the baseline's limit since the edit of the document began.
    const DocumentSnapshotPtr now = documents();
    QByteArray begun = now->texts.value(document);
    begun.replace("timeout: 5s", "timeout: 4s"); // the branch has 5s by now, the edit began from 4s
    QByteArray edited = begun;
    edited.replace("limit: 100", "limit: 90");
    const EditJudgement judgement = judgeEdit(*now, {document, begun, edited}, policyCatalogue(), today);
    QCOMPARE(judgement.effects.size(), std::size_t(1));
    for (const SemanticChange& change : judgement.effects.front().diff.changes)
        QVERIFY2(change.subject == QLatin1String("fair-use"), qPrintable(change.text()));
}

void tst_EditJudgement::findsPoliciesInAFileOfTwoDocuments()
{
    const QString file = QStringLiteral("all.yaml");
    const QByteArray text = sample("core-baseline.yaml") + "---\n" + sample("core.yaml");
    const DocumentSnapshotPtr both =
        readDocuments({}, {{file, text}, {QStringLiteral("jwks.json"), sample("jwks.json")}},
                      policyCatalogue(), today)
            .snapshot;
    const auto identity = identify(*both, file, QStringLiteral("spec.routes[1].policies[0]"));
    QVERIFY(identity.has_value());
    QCOMPARE(identity->route, QStringLiteral("transfer"));
    const auto place = locate(*both, *identity, policyCatalogue());
    QVERIFY(place.has_value());
    QCOMPARE(place->document, std::size_t(1));
    const QList<QByteArray> lines = text.split('\n');
    QVERIFY(lines[place->firstLine - 1].contains(
        "name: fair-use, type: rateLimit, config: {key: jwt.sub, limit: 20"));
    QCOMPARE(place->lastLine, place->firstLine);
}

QTEST_GUILESS_MAIN(tst_EditJudgement)
#include "tst_edit_judgement.moc"
