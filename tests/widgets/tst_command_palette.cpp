#include "widgets/frame/command_list.h"
#include "widgets/frame/command_palette.h"
#include "widgets/frame/fuzzy_match.h"

#include <QAbstractItemModelTester>
#include <QLineEdit>
#include <QListView>
#include <QSignalSpy>
#include <QTest>

using namespace postern;

namespace {

QList<CommandPalette::Command> commands()
{
    return {
        {QStringLiteral("refresh"), QStringLiteral("Refresh"), {}, QStringLiteral("F5"), Icon::Refresh},
        {QStringLiteral("cards"), QStringLiteral("Open cards"), QStringLiteral("payments"), {}, Icon::Fleet},
        {QStringLiteral("accounts"),
         QStringLiteral("Open accounts"),
         QStringLiteral("payments"),
         {},
         Icon::Fleet},
        {QStringLiteral("edit-cards"),
         QStringLiteral("Edit policies of cards"),
         QStringLiteral("payments"),
         {},
         Icon::Edit}};
}

QStringList idsOf(const QAbstractItemModel& model)
{
    QStringList ids;
    for (int row = 0; row < model.rowCount(); ++row)
        ids.append(model.index(row, 0).data(CommandList::IdRole).toString());
    return ids;
}

} // namespace

class TestCommandPalette : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void matches_data();
    void matches();
    void prefersWordsAndRuns_data();
    void prefersWordsAndRuns();
    void listIsAModel();
    void searchesDetailsToo();
    void keyboardChooses();
    void givesTheKeyboardBack();
};

void TestCommandPalette::matches_data()
{
    QTest::addColumn<QString>("typed");
    QTest::addColumn<QString>("text");
    QTest::addColumn<bool>("found");
    QTest::addColumn<QList<qsizetype>>("positions");
    const auto row = [](const char* typed, const char* text, bool found, QList<qsizetype> positions) {
        QTest::addRow("%s in %s", typed, text)
            << QString::fromLatin1(typed) << QString::fromLatin1(text) << found << positions;
    };
    row("", "anything", true, {});
    row("oc", "Open cards", true, {0, 5});
    row("CARDS", "Open cards", true, {5, 6, 7, 8, 9});
    row("card", "a c cards", true, {4, 5, 6, 7});
    row("cx", "Open cards", false, {});
    row("sdrac", "cards", false, {});
    row("longer than the text", "text", false, {});
}

void TestCommandPalette::matches()
{
    QFETCH(QString, typed);
    QFETCH(QString, text);
    const auto match = fuzzyMatch(typed, text);
    QTEST(match.has_value(), "found");
    if (match)
        QTEST(match->positions, "positions");
}

void TestCommandPalette::prefersWordsAndRuns_data()
{
    QTest::addColumn<QString>("typed");
    QTest::addColumn<QString>("better");
    QTest::addColumn<QString>("worse");
    QTest::newRow("a run") << QStringLiteral("acc") << QStringLiteral("accounts")
                           << QStringLiteral("a cold cat");
    QTest::newRow("words' beginnings")
        << QStringLiteral("fr") << QStringLiteral("fx-rates") << QStringLiteral("offer");
    QTest::newRow("the beginning") << QStringLiteral("ca") << QStringLiteral("cards")
                                   << QStringLiteral("vacation");
    QTest::newRow("the shorter") << QStringLiteral("cards") << QStringLiteral("cards")
                                 << QStringLiteral("cards of the other kind");
}

void TestCommandPalette::prefersWordsAndRuns()
{
    QFETCH(QString, typed);
    QFETCH(QString, better);
    QFETCH(QString, worse);
    QVERIFY(fuzzyMatch(typed, better)->score > fuzzyMatch(typed, worse)->score);
}

void TestCommandPalette::listIsAModel()
{
    CommandList list;
    QAbstractItemModelTester tester(&list, QAbstractItemModelTester::FailureReportingMode::QtTest);
    list.setCommands(commands());
    QCOMPARE(list.rowCount(), 4);
    list.search(QStringLiteral("cards"));
    QCOMPARE(idsOf(list), QStringList({QStringLiteral("cards"), QStringLiteral("edit-cards")}));
    list.search({});
    QCOMPARE(idsOf(list).front(), QStringLiteral("refresh")); // the given order
}

void TestCommandPalette::searchesDetailsToo()
{
    CommandList list;
    list.setCommands(commands());
    list.search(QStringLiteral("accounts pay"));
    QCOMPARE(idsOf(list), QStringList(QStringLiteral("accounts")));
}

void TestCommandPalette::keyboardChooses()
{
    QWidget window;
    window.resize(900, 600);
    CommandPalette palette(&window);
    palette.setCommands(commands());
    window.show();
    palette.open();
    QVERIFY(palette.isVisible());
    QSignalSpy chosen(&palette, &CommandPalette::chosen);
    auto* line = palette.findChild<QLineEdit*>();
    QTest::keyClicks(line, QStringLiteral("cards"));
    QTest::keyClick(line, Qt::Key_Down);
    QTest::keyClick(line, Qt::Key_Return);
    QCOMPARE(chosen.size(), 1);
    QCOMPARE(chosen.at(0).at(0).toString(), QStringLiteral("edit-cards"));
    QVERIFY(!palette.isVisible());
    palette.open();
    QCOMPARE(line->text(), QString());
    QTest::keyClick(line, Qt::Key_Up); // round to the last
    QCOMPARE(palette.findChild<QListView*>()->currentIndex().row(), 3);
    QTest::keyClicks(line, QStringLiteral("zzz"));
    QTest::keyClick(line, Qt::Key_Return);
    QCOMPARE(chosen.size(), 1);
    QTest::keyClick(line, Qt::Key_Escape);
    QVERIFY(!palette.isVisible());
}

void TestCommandPalette::givesTheKeyboardBack()
{
    QWidget window;
    auto* field = new QLineEdit(&window);
    CommandPalette palette(&window);
    palette.setCommands(commands());
    window.show();
    window.activateWindow();
    QVERIFY(QTest::qWaitForWindowActive(&window));
    field->setFocus();
    palette.open();
    QVERIFY(!field->hasFocus());
    palette.dismiss();
    QVERIFY(field->hasFocus());
}

QTEST_MAIN(TestCommandPalette)
#include "tst_command_palette.moc"
