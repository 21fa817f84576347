#include "gateway/server/program.h"

#include <QBuffer>
#include <QTest>

using namespace postern;

namespace {

/// A command that tells what it was given.
Command echo()
{
    return {.name = QStringLiteral("echo"),
            .summary = QStringLiteral("says it again"),
            .positional = {.usage = QStringLiteral("FIRST SECOND"), .minimum = 1, .maximum = 2},
            .options = {{.name = QStringLiteral("config"),
                         .value = QStringLiteral("PATH"),
                         .help = QStringLiteral("what to say"),
                         .required = true,
                         .choices = {}},
                        {.name = QStringLiteral("listen"),
                         .value = QStringLiteral("NAME=ADDRESS"),
                         .help = {},
                         .repeatable = true,
                         .choices = {}},
                        {.name = QStringLiteral("format"),
                         .value = QStringLiteral("text|json"),
                         .help = {},
                         .choices = {QStringLiteral("text"), QStringLiteral("json")}},
                        {.name = QStringLiteral("loud"), .value = {}, .help = {}, .choices = {}}},
            .run = [](const Arguments& arguments, const CommandStreams& streams) {
                streams.print(
                    QStringLiteral("%1|%2|%3|%4|%5")
                        .arg(arguments.positional().join(u','), arguments.value(QStringLiteral("config")),
                             arguments.values(QStringLiteral("listen")).join(u','),
                             arguments.value(QStringLiteral("format"), QStringLiteral("text")),
                             arguments.has(QStringLiteral("loud")) ? QStringLiteral("loud") : QString()));
                return ExitStatus::Findings;
            }};
}

struct Ran
{
    ExitStatus status;
    QString out;
    QString err;
};

Ran run(const QString& line)
{
    QBuffer out;
    QBuffer err;
    out.open(QIODevice::WriteOnly);
    err.open(QIODevice::WriteOnly);
    const ExitStatus status = runProgram(line.split(u' ', Qt::SkipEmptyParts), {echo()}, {out, err});
    return {status, QString::fromUtf8(out.data()), QString::fromUtf8(err.data())};
}

} // namespace

class TestCommandLine : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void understands_data();
    void understands();
    void refuses_data();
    void refuses();
    void helps();
};

void TestCommandLine::understands_data()
{
    QTest::addColumn<QString>("line");
    QTest::addColumn<QString>("out");
    QTest::newRow("least") << QStringLiteral("echo a --config c") << QStringLiteral("a|c||text|");
    QTest::newRow("equals") << QStringLiteral("echo --config=c=d a") << QStringLiteral("a|c=d||text|");
    QTest::newRow("all") << QStringLiteral(
                                "echo --loud a --listen x=1 --config c --format json b --listen y=2")
                         << QStringLiteral("a,b|c|x=1,y=2|json|loud");
    QTest::newRow("dashes") << QStringLiteral("echo --config c -- --loud -x")
                            << QStringLiteral("--loud,-x|c||text|");
    QTest::newRow("standard input") << QStringLiteral("echo - --config c") << QStringLiteral("-|c||text|");
    QTest::newRow("help as a name") << QStringLiteral("echo --config c -- --help")
                                    << QStringLiteral("--help|c||text|");
}

void TestCommandLine::understands()
{
    QFETCH(QString, line);
    QFETCH(QString, out);
    const Ran outcome = run(line);
    QCOMPARE(outcome.err, QString());
    QCOMPARE(outcome.out, out);
    QCOMPARE(outcome.status, ExitStatus::Findings);
}

void TestCommandLine::refuses_data()
{
    QTest::addColumn<QString>("line");
    QTest::addColumn<QString>("reason");
    QTest::newRow("nothing") << QString() << QStringLiteral("a command is missing");
    QTest::newRow("unknown command") << QStringLiteral("ecko") << QStringLiteral("unknown command ecko");
    QTest::newRow("unknown option") << QStringLiteral("echo a --confg c")
                                    << QStringLiteral("echo: unknown option --confg");
    QTest::newRow("short option") << QStringLiteral("echo a -c c")
                                  << QStringLiteral("echo: unknown option -c");
    QTest::newRow("missing option") << QStringLiteral("echo a")
                                    << QStringLiteral("echo: --config PATH is missing");
    QTest::newRow("missing value") << QStringLiteral("echo a --config")
                                   << QStringLiteral("echo: --config needs a value: --config PATH");
    QTest::newRow("empty value") << QStringLiteral("echo a --config=")
                                 << QStringLiteral("echo: --config has an empty value");
    QTest::newRow("twice") << QStringLiteral("echo a --config c --config d")
                           << QStringLiteral("echo: --config is given twice");
    QTest::newRow("flag with a value")
        << QStringLiteral("echo a --config c --loud=1") << QStringLiteral("echo: --loud takes no value");
    QTest::newRow("choice") << QStringLiteral("echo a --config c --format xml")
                            << QStringLiteral("echo: --format xml: expected text, json");
    QTest::newRow("missing positional")
        << QStringLiteral("echo --config c") << QStringLiteral("echo: FIRST SECOND is missing");
    QTest::newRow("one too many") << QStringLiteral("echo a b d --config c")
                                  << QStringLiteral("echo: unexpected argument d");
}

void TestCommandLine::refuses()
{
    QFETCH(QString, line);
    QFETCH(QString, reason);
    const Ran outcome = run(line);
    QCOMPARE(outcome.out, QString());
    QCOMPARE(outcome.err.section(u'\n', 0, 0), QStringLiteral("postern-gateway: ") + reason);
    QCOMPARE(outcome.status, ExitStatus::Unusable);
}

void TestCommandLine::helps()
{
    const Ran program = run(QStringLiteral("--help"));
    QCOMPARE(program.status, ExitStatus::Success);
    QVERIFY(program.out.contains(QStringLiteral("  echo         says it again\n")));
    const Ran command = run(QStringLiteral("echo --help"));
    QCOMPARE(command.status, ExitStatus::Success);
    QCOMPARE(command.out.section(u'\n', 0, 0),
             QStringLiteral("Usage: postern-gateway echo FIRST SECOND --config PATH [--listen NAME=ADDRESS]… "
                            "[--format text|json] [--loud]"));
    QVERIFY(command.out.contains(QStringLiteral("--config PATH          what to say\n")));
    for (const char* line : {"--version", "echo --version"})
        QCOMPARE(run(QString::fromLatin1(line)).out, QStringLiteral("postern-gateway " POSTERN_VERSION "\n"));
}

QTEST_GUILESS_MAIN(TestCommandLine)
#include "tst_command_line.moc"
