#include "widgets/editor/diff_lines.h"
#include "widgets/editor/diff_view.h"
#include "widgets/editor/line_diff.h"
#include "widgets/editor/scintilla.h"
#include "widgets/editor/semantic_diff_view.h"
#include "widgets/editor/yaml_dress.h"
#include "widgets/editor/yaml_editor.h"

#include <QGuiApplication>
#include <QImage>
#include <QLineEdit>
#include <QRandomGenerator>
#include <QSignalSpy>
#include <QTest>

using namespace postern;

namespace {

const QString yaml =
    QStringLiteral("policies:\n  - name: fair-use\n    config:\n      limit: 100\n      per: 1s\n");

QString with(const char* limit) { return QString(yaml).replace(QLatin1String("100"), QLatin1String(limit)); }

QsciScintilla& inner(const YamlEditor& editor) { return *editor.findChild<QsciScintilla*>(); }

bool hasMark(const YamlEditor& editor, int line, int mark)
{
    return (inner(editor).markersAtLine(line - 1) & (1U << mark)) != 0;
}

} // namespace

class TestYamlEditor : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void typingIsToldSettingIsNot();
    void settingKeepsCursorAndUndo();
    void settingScrollsToWhatChanged();
    void settingNonAsciiText();
    void changedLinesAreTinted();
    void findingsAreMarked();
    void currentObjectIsTinted();
    void readOnlyStillShowsNewText();
    void findFinds();
    void followsTheTheme();
    void diffIsShortest_data();
    void diffIsShortest();
    void diffRebuildsBothSides();
    void hugeDifferenceIsBounded();
    void unifiedFoldsAndMarksParts();
    void diffViewSaysItInText();
    void semanticDiffInWords();
};

void TestYamlEditor::typingIsToldSettingIsNot()
{
    YamlEditor editor;
    QSignalSpy edited(&editor, &YamlEditor::textEdited);
    editor.openText(yaml);
    editor.setText(with("50"));
    QCOMPARE(edited.size(), 0);
    QCOMPARE(editor.text(), with("50"));
    inner(editor).setCursorPosition(0, 0);
    QTest::keyClicks(&inner(editor), QStringLiteral("#"));
    QCOMPARE(edited.size(), 1);
    QCOMPARE(edited.at(0).at(0).toString(), u'#' + with("50"));
}

void TestYamlEditor::settingKeepsCursorAndUndo()
{
    YamlEditor editor;
    editor.openText(yaml);
    inner(editor).setCursorPosition(4, 3);
    editor.setText(with("5000"));
    int line = 0;
    int column = 0;
    inner(editor).getCursorPosition(&line, &column);
    QCOMPARE(line, 4);
    QCOMPARE(column, 3);
    editor.undo();
    QCOMPARE(editor.text(), yaml);
    editor.undo(); // openText() is no step to undo
    QCOMPARE(editor.text(), yaml);
    editor.redo();
    QCOMPARE(editor.text(), with("5000"));
}

void TestYamlEditor::settingNonAsciiText()
{
    YamlEditor editor;
    editor.openText(QStringLiteral("a: é\nb: ü\n"));
    // The two share their first byte in UTF-8; a splice between bytes would break both.
    for (const QString& next : {QStringLiteral("a: è\nb: ü\n"), QStringLiteral("a: €\nb: ü€\n"),
                                QStringLiteral("b: ü€\n"), QString()}) {
        editor.setText(next);
        QCOMPARE(editor.text(), next);
    }
}

void TestYamlEditor::changedLinesAreTinted()
{
    YamlEditor editor;
    editor.openText(yaml);
    QCOMPARE(editor.changedLines(), QList<int>());
    editor.setText(with("50"));
    QCOMPARE(editor.changedLines(), QList<int>{4});
    QVERIFY(hasMark(editor, 4, yaml_marks::changedLine));
    QVERIFY(!hasMark(editor, 5, yaml_marks::changedLine));
    editor.setOriginal(with("50"));
    QCOMPARE(editor.changedLines(), QList<int>());
    QVERIFY(!hasMark(editor, 4, yaml_marks::changedLine));
}

void TestYamlEditor::findingsAreMarked()
{
    YamlEditor editor;
    editor.openText(yaml);
    editor.setFindings({{State::Bad, 4, 14, QStringLiteral("found 100")},
                        {State::Watch, 2, 0, QStringLiteral("shadow")},
                        {State::Bad, 999, 1, QStringLiteral("past the end")}});
    QVERIFY(hasMark(editor, 4, yaml_marks::errorIcon));
    QVERIFY(hasMark(editor, 2, yaml_marks::warningIcon));
    auto& scintilla = inner(editor);
    const auto underlined = [&](int line, int column, int indicator) {
        const auto position =
            static_cast<unsigned long>(scintilla.positionFromLineIndex(line - 1, column - 1));
        return scintilla.SendScintilla(QsciScintilla::SCI_INDICATORVALUEAT,
                                       static_cast<unsigned long>(indicator),
                                       static_cast<long>(position)) != 0;
    };
    QVERIFY(underlined(4, 14, yaml_marks::errorUnderline));
    QVERIFY(!underlined(4, 7, yaml_marks::errorUnderline));
    QVERIFY(underlined(2, 5, yaml_marks::warningUnderline));
    QVERIFY(scintilla.accessibleDescription().contains(QStringLiteral("line 4: found 100")));
    editor.setFindings({});
    QVERIFY(!hasMark(editor, 4, yaml_marks::errorIcon));
    QVERIFY(!underlined(4, 14, yaml_marks::errorUnderline));
}

void TestYamlEditor::currentObjectIsTinted()
{
    YamlEditor editor;
    editor.openText(yaml);
    editor.setCurrentObject(2, 4);
    QVERIFY(!hasMark(editor, 1, yaml_marks::currentObject));
    QVERIFY(hasMark(editor, 2, yaml_marks::currentObject) && hasMark(editor, 4, yaml_marks::currentObject));
    editor.setCurrentObject(0, 0);
    QVERIFY(!hasMark(editor, 3, yaml_marks::currentObject));
}

void TestYamlEditor::readOnlyStillShowsNewText()
{
    YamlEditor editor;
    editor.openText(yaml);
    editor.setReadOnly(true);
    QTest::keyClicks(&inner(editor), QStringLiteral("x"));
    QCOMPARE(editor.text(), yaml);
    editor.setText(with("7"));
    QCOMPARE(editor.text(), with("7"));
    QVERIFY(editor.isReadOnly());
}

void TestYamlEditor::findFinds()
{
    YamlEditor editor;
    editor.resize(600, 300);
    editor.openText(yaml);
    editor.show();
    QTest::keyClick(&inner(editor), Qt::Key_F, Qt::ControlModifier);
    auto* line = editor.findChild<QLineEdit*>();
    QVERIFY(line->isVisible());
    QTest::keyClicks(line, QStringLiteral("LIMIT"));
    QCOMPARE(inner(editor).selectedText(), QStringLiteral("limit"));
    QTest::keyClick(line, Qt::Key_Escape);
    QVERIFY(!line->isVisible());
}

void TestYamlEditor::followsTheTheme()
{
    YamlEditor editor;
    editor.openText(yaml);
    for (const Appearance appearance : {Appearance::Dark, Appearance::Light}) {
        editor.setPalette(paletteFor(appearance));
        QCOMPARE(inner(editor).lexer()->color(QsciLexerYAML::Identifier), colours(appearance).accent);
        QCOMPARE(inner(editor).lexer()->paper(QsciLexerYAML::Default), colours(appearance).card);
    }
}

void TestYamlEditor::settingScrollsToWhatChanged()
{
    YamlEditor editor;
    editor.resize(400, 300);
    const QString before = QStringLiteral("line: 1\n").repeated(400);
    const auto changedAt = [&before](int line) {
        QStringList lines = before.split(u'\n');
        lines[line] = QStringLiteral("line: 2");
        return lines.join(u'\n');
    };
    editor.openText(before);
    editor.show();
    const auto inView = [&editor](int line) {
        const int first = inner(editor).firstVisibleLine();
        const long visible = inner(editor).SendScintilla(QsciScintilla::SCI_LINESONSCREEN);
        return first <= line && line < first + visible;
    };
    // As when the form writes into the text while other lines are looked at.
    editor.setText(changedAt(200));
    QVERIFY(inView(200));
    const int first = inner(editor).firstVisibleLine();
    QVERIFY(first > 150);
    // What is in view already does not move, nor does another theme move anything.
    editor.setText(changedAt(first + 1));
    QCOMPARE(inner(editor).firstVisibleLine(), first);
    editor.setPalette(paletteFor(Appearance::Dark));
    QCoreApplication::processEvents();
    QCOMPARE(inner(editor).firstVisibleLine(), first);
    editor.setText(before);
    editor.setText(changedAt(10));
    QVERIFY(inView(10));
}

void TestYamlEditor::diffIsShortest_data()
{
    QTest::addColumn<QString>("before");
    QTest::addColumn<QString>("after");
    QTest::addColumn<int>("edits");
    const auto row = [](const char* before, const char* after, int edits) {
        QTest::addRow("%s to %s", before, after)
            << QString::fromLatin1(before) << QString::fromLatin1(after) << edits;
    };
    row("", "", 0);
    row("", "abc", 3);
    row("abc", "", 3);
    row("abc", "abc", 0);
    row("abcabba", "cbabac", 5); // the example of Myers' paper
    row("abc", "axc", 2);
    row("aaaa", "aa", 2);
    row("xaby", "xbay", 2);
}

void TestYamlEditor::diffIsShortest()
{
    QFETCH(QString, before);
    QFETCH(QString, after);
    const auto split = [](const QString& text) {
        QList<QStringView> items;
        for (qsizetype i = 0; i < text.size(); ++i)
            items.append(QStringView(text).mid(i, 1));
        return items;
    };
    int edits = 0;
    for (const DiffStep& step : diffSequences(split(before), split(after)))
        edits += step.kind == DiffStep::Kind::Same ? 0 : 1;
    QTEST(edits, "edits");
}

void TestYamlEditor::diffRebuildsBothSides()
{
    QRandomGenerator random(20261124);
    for (int round = 0; round < 300; ++round) {
        QString texts[2];
        for (QString& text : texts) {
            const int lines = random.bounded(30);
            for (int i = 0; i < lines; ++i)
                text += QChar(u'a' + random.bounded(4)) + QStringLiteral("\n");
        }
        const auto before = linesOf(texts[0]);
        const auto after = linesOf(texts[1]);
        QList<QStringView> rebuiltBefore;
        QList<QStringView> rebuiltAfter;
        for (const DiffStep& step : diffSequences(before, after)) {
            if (step.kind != DiffStep::Kind::Added)
                rebuiltBefore.append(before.at(step.before));
            if (step.kind != DiffStep::Kind::Removed)
                rebuiltAfter.append(after.at(step.after));
            if (step.kind == DiffStep::Kind::Same)
                QCOMPARE(before.at(step.before), after.at(step.after));
        }
        QCOMPARE(rebuiltBefore, before);
        QCOMPARE(rebuiltAfter, after);
    }
}

void TestYamlEditor::hugeDifferenceIsBounded()
{
    QStringList before;
    QStringList after;
    for (int i = 0; i < 5000; ++i) {
        before.append(QStringLiteral("b%1").arg(i));
        after.append(QStringLiteral("a%1").arg(i));
    }
    const QString first = before.join(u'\n');
    const QString second = after.join(u'\n');
    QCOMPARE(diffSequences(linesOf(first), linesOf(second)).size(), 10000);
}

void TestYamlEditor::unifiedFoldsAndMarksParts()
{
    QString before;
    for (int i = 1; i <= 20; ++i)
        before += QStringLiteral("line %1 of it\n").arg(i);
    const QString after = QString(before).replace(QLatin1String("line 10 of"), QLatin1String("line 99 of"));
    const QList<DiffLine> lines = unifiedDiff(before, after, 2);
    QList<DiffLine::Kind> kinds;
    for (const DiffLine& line : lines)
        kinds.append(line.kind);
    using enum DiffLine::Kind;
    QCOMPARE(kinds, QList({Folded, Same, Same, Removed, Added, Same, Same, Folded}));
    QCOMPARE(lines.at(0).folded, 7);
    QCOMPARE(lines.at(7).folded, 8);
    QCOMPARE(lines.at(3).before, 10);
    QCOMPARE(lines.at(4).after, 10);
    QCOMPARE(lines.at(3).parts, (QList<std::pair<qsizetype, qsizetype>>{{5, 2}}));
    QCOMPARE(lines.at(4).text.mid(5, 2), QStringLiteral("99"));
}

void TestYamlEditor::diffViewSaysItInText()
{
    DiffView view;
    view.setTexts(yaml, with("50"), 1);
    QCOMPARE(view.addedLines(), 1);
    QCOMPARE(view.removedLines(), 1);
    QVERIFY(view.toPlainText().contains(QStringLiteral("4   −       limit: 100")));
    QVERIFY(view.toPlainText().contains(QStringLiteral("  4 +       limit: 50")));
    QVERIFY(view.isReadOnly());
    // The part that differs is tinted stronger than its line.
    view.resize(500, 200);
    const QImage image = view.grab().toImage();
    int strong = 0;
    for (int y = 0; y < image.height(); ++y) {
        for (int x = 0; x < image.width(); ++x)
            strong += image.pixelColor(x, y) == colours(view.palette()).addedStrong ? 1 : 0;
    }
    QVERIFY2(strong > 20, qPrintable(QString::number(strong)));
}

void TestYamlEditor::semanticDiffInWords()
{
    SemanticDiffView view;
    view.setChanges({{EffectChange::Kind::Changed,
                      QStringLiteral("fair-use"),
                      {{QStringLiteral("limit"), QStringLiteral("100/s"), QStringLiteral("50/s")},
                       {QStringLiteral("burst"), QString(), QStringLiteral("100")},
                       {QStringLiteral("key"), QStringLiteral("caller"), QString()}},
                      QStringLiteral("on 3 routes"),
                      {}},
                     {EffectChange::Kind::Removed, QStringLiteral("<attacks>"), {}, {}, {}}},
                    QStringLiteral("Nothing else changes."));
    QCOMPARE(view.plainText(),
             QStringLiteral("fair-use: limit 100/s → 50/s, burst 100, key caller → removed on 3 routes\n"
                            "<attacks>: removed\nNothing else changes."));
}

QTEST_MAIN(TestYamlEditor)
#include "tst_yaml_editor.moc"
