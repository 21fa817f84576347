#include "widgets/editor/diff_view.h"

#include "widgets/theme/tokens.h"

#include <QEvent>
#include <QScrollBar>
#include <QTextBlock>

#include <algorithm>

namespace postern {
namespace {

QString numberText(int number, int width)
{
    return number > 0 ? QString::number(number).rightJustified(width) : QString(width, u' ');
}

QChar signOf(DiffLine::Kind kind)
{
    switch (kind) {
    case DiffLine::Kind::Removed:
        return u'−';
    case DiffLine::Kind::Added:
        return u'+';
    case DiffLine::Kind::Same:
    case DiffLine::Kind::Folded:
        break;
    }
    return u' ';
}

/// Tints of a whole line and of its parts; invalid: none.
std::pair<QColor, QColor> tintsOf(DiffLine::Kind kind, const Colours& c)
{
    if (kind == DiffLine::Kind::Removed)
        return {c.removed, c.removedStrong};
    if (kind == DiffLine::Kind::Added)
        return {c.added, c.addedStrong};
    return {};
}

void writeLine(QTextCursor& cursor, const DiffLine& line, int numberWidth, const Colours& c)
{
    QTextCharFormat muted;
    muted.setForeground(c.muted);
    QTextCharFormat ink;
    ink.setForeground(c.ink);
    if (line.kind == DiffLine::Kind::Folded) {
        cursor.insertText(
            QString(2 * numberWidth + 2, u' ') + DiffView::tr("  … %n lines", nullptr, line.folded), muted);
        return;
    }
    const QString numbers = numberText(line.before, numberWidth) + u' ' + numberText(line.after, numberWidth);
    cursor.insertText(numbers + u' ', muted);
    cursor.insertText(QString(signOf(line.kind)) + u' ', ink);
    qsizetype at = 0;
    QTextCharFormat marked = ink;
    marked.setFontWeight(QFont::DemiBold);
    for (const auto& [begin, length] : line.parts) {
        cursor.insertText(line.text.mid(at, begin - at), ink);
        cursor.insertText(line.text.mid(begin, length), marked);
        at = begin + length;
    }
    cursor.insertText(line.text.mid(at), ink);
}

} // namespace

DiffView::DiffView(QWidget* parent) : QPlainTextEdit(parent)
{
    setReadOnly(true);
    setProperty("flush", true);
    setFont(monospaceFont());
    setLineWrapMode(QPlainTextEdit::NoWrap);
    setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    setAccessibleName(tr("Differences"));
    document()->setUndoRedoEnabled(false);
}

void DiffView::setTexts(const QString& before, const QString& after, int context)
{
    m_lines = unifiedDiff(before, after, context);
    write();
}

int DiffView::addedLines() const
{
    return int(std::ranges::count(m_lines, DiffLine::Kind::Added, &DiffLine::kind));
}

int DiffView::removedLines() const
{
    return int(std::ranges::count(m_lines, DiffLine::Kind::Removed, &DiffLine::kind));
}

void DiffView::write()
{
    const Colours& c = colours(palette());
    int highest = 1;
    for (const DiffLine& line : m_lines)
        highest = std::max({highest, line.before, line.after});
    const int numberWidth = int(QString::number(highest).size());
    const int scrolled = verticalScrollBar()->value();
    clear();
    QTextCursor cursor(document());
    for (qsizetype i = 0; i < m_lines.size(); ++i) {
        if (i > 0)
            cursor.insertBlock();
        writeLine(cursor, m_lines.at(i), numberWidth, c);
    }
    tintLines();
    verticalScrollBar()->setValue(scrolled);
    setAccessibleDescription(tr("%1 lines added, %2 removed").arg(addedLines()).arg(removedLines()));
}

// A plain text block has no background of its own: tints are selections, the parts over the whole lines.
void DiffView::tintLines()
{
    const Colours& c = colours(palette());
    QList<QTextEdit::ExtraSelection> tinted;
    for (qsizetype i = 0; i < m_lines.size(); ++i) {
        const auto [whole, strong] = tintsOf(m_lines.at(i).kind, c);
        if (!whole.isValid())
            continue;
        const QTextBlock block = document()->findBlockByNumber(int(i));
        QTextEdit::ExtraSelection line;
        line.cursor = QTextCursor(block);
        line.format.setBackground(whole);
        line.format.setProperty(QTextFormat::FullWidthSelection, true);
        tinted.append(line);
        const auto textBegin = block.position() + block.length() - 1 - int(m_lines.at(i).text.size());
        for (const auto& [begin, length] : m_lines.at(i).parts) {
            QTextEdit::ExtraSelection part;
            part.cursor = QTextCursor(block);
            part.cursor.setPosition(textBegin + int(begin));
            part.cursor.setPosition(textBegin + int(begin + length), QTextCursor::KeepAnchor);
            part.format.setBackground(strong);
            tinted.append(part);
        }
    }
    setExtraSelections(tinted);
}

void DiffView::changeEvent(QEvent* event)
{
    QPlainTextEdit::changeEvent(event);
    if (event->type() == QEvent::PaletteChange)
        write();
}

} // namespace postern
