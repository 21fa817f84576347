#include "app/settings/command_line.h"

#include <QTemporaryDir>
#include <QTest>

using namespace postern;

class tst_ConsoleCommandLine : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void refuses_data();
    void refuses();
    void takesAll();
    void defaults();
    void helps();
};

void tst_ConsoleCommandLine::refuses_data()
{
    QTest::addColumn<QStringList>("arguments");
    QTest::addColumn<QString>("names");
    const auto row = [](const char* name, const QStringList& arguments, const char* names) {
        QTest::newRow(name) << arguments << QString::fromLatin1(names);
    };
    row("unknown option", {QStringLiteral("--colour")}, "colour");
    row("a word too many", {QStringLiteral("fleet")}, "fleet");
    row("no address", {QStringLiteral("--prometheus"), QStringLiteral("here")}, "here");
    row("not http", {QStringLiteral("--prometheus"), QStringLiteral("ftp://host")}, "ftp://host");
    row("no such fleet", {QStringLiteral("--fleet"), QStringLiteral("/nowhere.yaml")}, "/nowhere.yaml");
    row("no such folder", {QStringLiteral("--repository"), QStringLiteral("/nowhere")}, "/nowhere");
    row("no such theme", {QStringLiteral("--theme"), QStringLiteral("pink")}, "pink");
    row("value missing", {QStringLiteral("--theme")}, "theme");
    row("kubeconfig", {QStringLiteral("--kubeconfig"), QStringLiteral("k")}, "not built yet");
    row("context", {QStringLiteral("--context"), QStringLiteral("c")}, "not built yet");
    row("empty folder", {QStringLiteral("--screenshots"), QString()}, "screenshots");
}

void tst_ConsoleCommandLine::refuses()
{
    QFETCH(QStringList, arguments);
    QFETCH(QString, names);
    const CommandLineAnswer answer =
        parseCommandLine(QStringList{QStringLiteral("postern-console")} + arguments);
    QVERIFY(!answer.options);
    QCOMPARE(answer.exitCode, 2);
    QVERIFY2(answer.words.contains(names), qPrintable(answer.words));
}

void tst_ConsoleCommandLine::takesAll()
{
    const QTemporaryDir folder;
    QFile fleet(folder.filePath(QStringLiteral("fleet.yaml")));
    QVERIFY(fleet.open(QIODevice::WriteOnly));
    const CommandLineAnswer answer = parseCommandLine(
        {QStringLiteral("postern-console"), QStringLiteral("--prometheus"),
         QStringLiteral("https://prom.example/x"), QStringLiteral("--fleet"), fleet.fileName(),
         QStringLiteral("--repository"), folder.path(), QStringLiteral("--theme"), QStringLiteral("dark"),
         QStringLiteral("--screenshots"), QStringLiteral("out")});
    QVERIFY2(answer.options.has_value(), qPrintable(answer.words));
    QCOMPARE(answer.options->prometheus, QUrl(QStringLiteral("https://prom.example/x")));
    QCOMPARE(answer.options->fleetFile, fleet.fileName());
    QCOMPARE(answer.options->repository, folder.path());
    QVERIFY(answer.options->theme == ThemeChoice::Dark);
    QCOMPARE(answer.options->screenshots, QStringLiteral("out"));
}

void tst_ConsoleCommandLine::defaults()
{
    const CommandLineAnswer answer = parseCommandLine({QStringLiteral("postern-console")});
    QVERIFY(answer.options.has_value());
    QCOMPARE(answer.options->prometheus, QUrl(QStringLiteral("http://127.0.0.1:9090")));
    QVERIFY(!answer.options->theme);
}

void tst_ConsoleCommandLine::helps()
{
    const CommandLineAnswer help =
        parseCommandLine({QStringLiteral("postern-console"), QStringLiteral("--help")});
    QVERIFY(!help.options);
    QCOMPARE(help.exitCode, 0);
    for (const char* option : {"--fleet", "--prometheus", "--repository", "--theme", "--screenshots"})
        QVERIFY2(help.words.contains(QLatin1String(option)), option);
}

QTEST_GUILESS_MAIN(tst_ConsoleCommandLine)
#include "tst_console_command_line.moc"
