#include "widgets/editor/yaml_editor.h"

#include "widgets/editor/find_bar.h"
#include "widgets/editor/line_diff.h"
#include "widgets/editor/scintilla.h"
#include "widgets/editor/yaml_dress.h"

#include <QBoxLayout>
#include <QHelpEvent>
#include <QToolTip>

#include <algorithm>

namespace postern {

using namespace yaml_marks;

YamlEditor::YamlEditor(QWidget* parent)
    : QWidget(parent), m_editor(new QsciScintilla), m_find(new FindBar(*m_editor))
{
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addWidget(m_find);
    column->addWidget(m_editor, 1);
    setFocusProxy(m_editor);
    m_editor->setAccessibleName(tr("YAML"));
    behave();
    dress();
    wire();
}

YamlEditor::~YamlEditor() = default;

void YamlEditor::behave()
{
    m_editor->setLexer(new QsciLexerYAML(m_editor));
    m_editor->setUtf8(true);
    m_editor->setFrameShape(QFrame::NoFrame);
    m_editor->setIndentationsUseTabs(false);
    m_editor->setTabWidth(2);
    m_editor->setAutoIndent(true);
    m_editor->setBackspaceUnindents(true);
    m_editor->setIndentationGuides(false);
    m_editor->setEolMode(QsciScintilla::EolUnix);
    m_editor->setExtraAscent(2);
    m_editor->setExtraDescent(3);
    m_editor->setScrollWidthTracking(true);
    m_editor->setScrollWidth(1);
    m_editor->setMarginType(numberMargin, QsciScintilla::NumberMargin);
    m_editor->setMarginMarkerMask(numberMargin, 0);
    m_editor->setMarginWidth(numberMargin, QStringLiteral("0000"));
    m_editor->setMarginType(findingMargin, QsciScintilla::SymbolMargin);
    m_editor->setMarginMarkerMask(findingMargin, (1 << errorIcon) | (1 << warningIcon));
    m_editor->setMarginWidth(findingMargin, 18);
    m_editor->setMarginWidth(2, 0);
    m_editor->setFolding(QsciScintilla::NoFoldStyle);
}

void YamlEditor::wire()
{
    m_editor->viewport()->installEventFilter(this);
    m_editor->installEventFilter(this);
    connect(m_editor, &QsciScintilla::textChanged, this, [this] {
        markChanged();
        if (!m_setting)
            Q_EMIT textEdited(m_editor->text());
    });
    connect(m_editor, &QsciScintilla::cursorPositionChanged, this,
            [this](int line, int index) { Q_EMIT cursorMoved(line + 1, index + 1); });
}

void YamlEditor::dress() { dressYaml(*m_editor, colours(palette())); }

QString YamlEditor::text() const { return m_editor->text(); }

void YamlEditor::openText(const QString& text)
{
    m_original = text;
    m_setting = true;
    const bool readOnly = m_editor->isReadOnly();
    m_editor->setReadOnly(false);
    m_editor->setText(text);
    m_editor->SendScintilla(QsciScintilla::SCI_EMPTYUNDOBUFFER);
    m_editor->setReadOnly(readOnly);
    m_setting = false;
    setFindings({});
    markChanged();
}

void YamlEditor::setText(const QString& text)
{
    if (text == m_editor->text())
        return;
    m_setting = true;
    const bool readOnly = m_editor->isReadOnly();
    m_editor->setReadOnly(false);
    const int changed = replaceMiddle(text.toUtf8());
    m_editor->setReadOnly(readOnly);
    m_setting = false;
    const long first = m_editor->SendScintilla(QsciScintilla::SCI_GETFIRSTVISIBLELINE);
    const long visible = m_editor->SendScintilla(QsciScintilla::SCI_LINESONSCREEN);
    if (changed < first || changed >= first + visible)
        scrollTo(changed);
}

// Only what differs is replaced, so that the cursor and the undo history stay. The line it begins in, from 0.
int YamlEditor::replaceMiddle(const QByteArray& text)
{
    const QByteArray now = m_editor->text().toUtf8();
    const qsizetype shorter = std::min(now.size(), text.size());
    qsizetype begin = std::mismatch(now.cbegin(), now.cbegin() + shorter, text.cbegin()).first - now.cbegin();
    qsizetype same = 0;
    while (same < shorter - begin && now.at(now.size() - 1 - same) == text.at(text.size() - 1 - same))
        ++same;
    // Never inside a character: back to the byte that begins one.
    const auto continues = [](char byte) { return (static_cast<unsigned char>(byte) & 0xC0) == 0x80; };
    while (begin > 0 && begin < now.size() && continues(now.at(begin)))
        --begin;
    while (same > 0 && continues(now.at(now.size() - same)))
        --same;
    const QByteArray inserted = text.mid(begin, text.size() - same - begin);
    m_editor->SendScintilla(QsciScintilla::SCI_BEGINUNDOACTION);
    m_editor->SendScintilla(QsciScintilla::SCI_SETTARGETSTART, static_cast<unsigned long>(begin));
    m_editor->SendScintilla(QsciScintilla::SCI_SETTARGETEND, static_cast<unsigned long>(now.size() - same));
    m_editor->SendScintilla(QsciScintilla::SCI_REPLACETARGET, static_cast<unsigned long>(inserted.size()),
                            inserted.constData());
    m_editor->SendScintilla(QsciScintilla::SCI_ENDUNDOACTION);
    return int(
        m_editor->SendScintilla(QsciScintilla::SCI_LINEFROMPOSITION, static_cast<unsigned long>(begin)));
}

void YamlEditor::setOriginal(const QString& original)
{
    m_original = original;
    markChanged();
}

QList<int> YamlEditor::changedLines() const { return m_changed; }

void YamlEditor::markChanged()
{
    m_changed.clear();
    const QString now = m_editor->text();
    for (const DiffStep& step : diffSequences(linesOf(m_original), linesOf(now))) {
        if (step.kind == DiffStep::Kind::Added)
            m_changed.append(int(step.after) + 1);
    }
    m_editor->markerDeleteAll(changedLine);
    for (const int line : m_changed)
        m_editor->markerAdd(line - 1, changedLine);
}

void YamlEditor::setFindings(const QList<TextFinding>& findings)
{
    m_findings = findings;
    markFindings();
}

void YamlEditor::markFindings()
{
    m_editor->markerDeleteAll(errorIcon);
    m_editor->markerDeleteAll(warningIcon);
    const int last = std::max(m_editor->lines() - 1, 0);
    for (const int indicator : {errorUnderline, warningUnderline})
        m_editor->clearIndicatorRange(0, 0, last, m_editor->lineLength(last), indicator);
    QStringList words;
    for (const TextFinding& finding : m_findings) {
        const bool error = finding.state == State::Bad;
        const int line = std::clamp(finding.line - 1, 0, last);
        m_editor->markerAdd(line, error ? errorIcon : warningIcon);
        const QString text = m_editor->text(line);
        const int length = int(
            text.trimmed().isEmpty() ? text.size() : text.indexOf(text.trimmed()) + text.trimmed().size());
        int begin = finding.column > 0 ? finding.column - 1 : 0;
        begin = std::clamp(begin, 0, std::max(length - 1, 0));
        m_editor->fillIndicatorRange(line, begin, line, length, error ? errorUnderline : warningUnderline);
        words.append(tr("line %1: %2").arg(finding.line).arg(finding.message));
    }
    m_editor->setAccessibleDescription(words.join(u'\n'));
}

QString YamlEditor::findingsAt(int line) const
{
    QStringList words;
    for (const TextFinding& finding : m_findings) {
        if (finding.line == line)
            words.append(finding.message);
    }
    return words.join(u'\n');
}

void YamlEditor::setCurrentObject(int first, int last)
{
    m_currentFirst = first;
    m_currentLast = last;
    markObject();
}

void YamlEditor::markObject()
{
    m_editor->markerDeleteAll(currentObject);
    for (int line = m_currentFirst; line > 0 && line <= m_currentLast; ++line)
        m_editor->markerAdd(line - 1, currentObject);
}

void YamlEditor::reveal(int line, int column)
{
    m_editor->setCursorPosition(line - 1, column - 1);
    scrollTo(line - 1);
}

void YamlEditor::scrollTo(int line)
{
    m_editor->ensureLineVisible(line);
    // In the middle rather than at the edge: what stands around it matters.
    const long visible = m_editor->SendScintilla(QsciScintilla::SCI_LINESONSCREEN);
    m_editor->setFirstVisibleLine(std::max(0, line - int(visible / 2)));
}

void YamlEditor::setReadOnly(bool readOnly) { m_editor->setReadOnly(readOnly); }

bool YamlEditor::isReadOnly() const { return m_editor->isReadOnly(); }

void YamlEditor::undo() { m_editor->undo(); }

void YamlEditor::redo() { m_editor->redo(); }

void YamlEditor::showFind() { m_find->open(); }

void YamlEditor::changeEvent(QEvent* event)
{
    if (event->type() == QEvent::PaletteChange)
        dress();
    QWidget::changeEvent(event);
}

bool YamlEditor::eventFilter(QObject* watched, QEvent* event)
{
    if (watched == m_editor->viewport() && event->type() == QEvent::ToolTip) {
        const auto* help = static_cast<QHelpEvent*>(event);
        const int line = m_editor->lineAt(help->pos());
        QToolTip::showText(help->globalPos(), line < 0 ? QString() : findingsAt(line + 1), m_editor);
        return true;
    }
    if (watched == m_editor && event->type() == QEvent::ShortcutOverride) {
        // Ctrl+F and F3 belong to the find bar, before Scintilla or the page see them.
        const auto* key = static_cast<QKeyEvent*>(event);
        if (key->matches(QKeySequence::Find) || key->matches(QKeySequence::FindNext)) {
            event->accept();
            return true;
        }
    }
    if (watched == m_editor && event->type() == QEvent::KeyPress &&
        m_find->onKey(*static_cast<QKeyEvent*>(event)))
        return true;
    return QWidget::eventFilter(watched, event);
}

} // namespace postern
