#include "tests/gateway/policies/policy_exchange.h"

#include <QDirIterator>
#include <QFile>
#include <QRegularExpression>

using namespace postern;
using namespace postern::test;

namespace {

QByteArray contents(const QString& path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

/// What came of the exchange's last request, as the golden files write it.
QByteArray outcomeText(PolicyExchange& exchange, PolicyRun::Outcome outcome)
{
    QByteArray text;
    if (outcome == PolicyRun::Outcome::Continue) {
        text = "allow\n";
        for (const Header& field : exchange.head.headers)
            text.append(field.name.data(), qsizetype(field.name.size()))
                .append(": ")
                .append(field.value.data(), qsizetype(field.value.size()))
                .append('\n');
    } else {
        const Problem& problem = exchange.problem();
        text = "deny " + QByteArray::number(problem.status) + ' ';
        text.append(problem.reason.data(), qsizetype(problem.reason.size())).append('\n');
        text.append(problem.detail.data(), qsizetype(problem.detail.size())).append('\n');
        for (const auto& [name, value] : problem.headers)
            text.append((name + ": " + value + '\n').c_str());
    }
    static const QRegularExpression uuid(
        QStringLiteral("[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f-]{17}"));
    return QString::fromUtf8(text).replace(uuid, QStringLiteral("{uuid}")).toUtf8();
}

} // namespace

class PolicyGoldenTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void givesWhatIsWritten_data()
    {
        QTest::addColumn<QString>("type");
        QTest::addColumn<QString>("path");
        const QDir root(QStringLiteral(POSTERN_TEST_DATA "/policies"));
        QDirIterator files(root.path(), {QStringLiteral("*.request")}, QDir::Files,
                           QDirIterator::Subdirectories);
        int cases = 0;
        while (files.hasNext()) {
            const QString path = files.next().chopped(8);
            const QString name = root.relativeFilePath(path);
            QTest::newRow(qPrintable(name)) << name.section(u'/', 0, 0) << path;
            ++cases;
        }
        QVERIFY(cases >= 5);
    }
    void givesWhatIsWritten()
    {
        QFETCH(QString, type);
        QFETCH(QString, path);
        const NamedFile keys{QStringLiteral("jwks.json"),
                             {},
                             contents(QStringLiteral(POSTERN_TEST_DATA "/samples/jwks.json")),
                             {}};
        PolicyExchange exchange(effectivePolicy(type, contents(path + QStringLiteral(".yaml")), {keys}));
        QByteArray outcomes;
        for (const QString& request :
             QString::fromUtf8(contents(path + QStringLiteral(".request"))).split(QStringLiteral("---\n"))) {
            QStringList lines = request.trimmed().split(u'\n');
            const QByteArray line = lines.takeFirst().toUtf8();
            QVERIFY2(lines.takeFirst() == u"Host: accounts", "the second line of each request");
            QByteArray fields;
            for (const QString& field : lines)
                fields += field.toUtf8() + "\r\n";
            const auto outcome = exchange.request(fields, line);
            outcomes += (outcomes.isEmpty() ? "" : "---\n") + outcomeText(exchange, outcome);
        }
        QCOMPARE(QString::fromUtf8(outcomes),
                 QString::fromUtf8(contents(path + QStringLiteral(".expected"))));
    }
};

QTEST_GUILESS_MAIN(PolicyGoldenTest)
#include "tst_policy_golden.moc"
