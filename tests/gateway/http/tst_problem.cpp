#include "gateway/http/problem.h"
#include "gateway/http/response_head.h"
#include "tests/support/bytes.h"

#include <QFile>
#include <QJsonDocument>
#include <QJsonObject>
#include <QRegularExpression>
#include <QSet>
#include <QTest>

using namespace postern;
using namespace postern::test;

/// Refusals and how they read.
class TestProblem : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void rendersWhatIsKnown();
    void rendersTheLeast();
    void hostileTextStaysText();
    void everyRefusalIsWellFormed();
    void theManualListsEveryRefusal();
};

void TestProblem::rendersWhatIsKnown()
{
    Problem problem = Problem::of(Refusal::TooManyHeaders);
    problem.policy = "size";
    std::string text = "x";
    appendProblem(text, problem, "req-1");
    QCOMPARE(bytes(text), "x{\"type\":\"urn:postern:problem:too-many-headers\","
                          "\"title\":\"Request Header Fields Too Large\",\"status\":431,"
                          "\"detail\":\"The request has more header fields than limits.headers allows.\","
                          "\"instance\":\"req-1\",\"policy\":\"size\"}");
}

void TestProblem::rendersTheLeast()
{
    Problem problem;
    problem.status = 499;
    problem.reason = "odd";
    std::string text;
    appendProblem(text, problem, {});
    QCOMPARE(bytes(text), "{\"type\":\"urn:postern:problem:odd\",\"title\":\"odd\",\"status\":499}");
}

void TestProblem::hostileTextStaysText()
{
    Problem problem;
    problem.reason = "odd";
    problem.detail = std::string("a\"b\\c\n\x01\x7f\xff</script>", 19);
    std::string text;
    appendProblem(text, problem, "\r\n");
    QJsonParseError error;
    const QJsonObject object = QJsonDocument::fromJson(bytes(text), &error).object();
    QCOMPARE(error.error, QJsonParseError::NoError);
    QCOMPARE(object.value(QLatin1String("instance")).toString(), QStringLiteral("\r\n"));
    QVERIFY(object.value(QLatin1String("detail")).toString().startsWith(QStringLiteral("a\"b\\c\n\u0001")));
}

void TestProblem::everyRefusalIsWellFormed()
{
    const QRegularExpression kebab(QStringLiteral("^[a-z0-9]+(-[a-z0-9]+)*$"));
    QSet<QByteArray> tokens;
    for (int i = 1; i < int(Refusal::Count); ++i) {
        const auto refusal = static_cast<Refusal>(i);
        const QByteArray token = bytes(refusalToken(refusal));
        QVERIFY2(kebab.match(QString::fromLatin1(token)).hasMatch(), token.constData());
        QVERIFY2(!tokens.contains(token), token.constData());
        tokens.insert(token);
        QVERIFY2(!reasonPhrase(refusalStatus(refusal)).empty(), token.constData());
        QVERIFY2(refusalStatus(refusal) >= 400, token.constData());
        QVERIFY2(refusalDetail(refusal).ends_with('.'), token.constData());
    }
}

void TestProblem::theManualListsEveryRefusal()
{
    QFile manual(QStringLiteral(POSTERN_SOURCE_DIR "/resources/manual/refusals.md"));
    QVERIFY(manual.open(QIODevice::ReadOnly));
    QByteArrayList listed;
    for (const QByteArray& line : manual.readAll().split('\n')) {
        if (line.startsWith("| `") && !line.startsWith("| `limits."))
            listed += line;
    }
    QByteArrayList expected;
    for (int i = 1; i < int(Refusal::Count); ++i) {
        const auto refusal = static_cast<Refusal>(i);
        expected += "| `" + bytes(refusalToken(refusal)) + "` | " +
                    QByteArray::number(refusalStatus(refusal)) + " | " + bytes(refusalDetail(refusal)) + " |";
    }
    QCOMPARE(listed, expected);
}

QTEST_GUILESS_MAIN(TestProblem)
#include "tst_problem.moc"
