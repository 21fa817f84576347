#include "widgets/editor/find_bar.h"

#include "widgets/editor/scintilla.h"
#include "widgets/theme/icon.h"
#include "widgets/theme/tokens.h"

#include <QBoxLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QLineEdit>
#include <QPainter>
#include <QToolButton>

namespace postern {

FindBar::FindBar(QsciScintilla& editor, QWidget* parent)
    : QWidget(parent), m_editor(editor), m_line(new QLineEdit), m_count(new QLabel)
{
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(space::card, space::step, space::gap, space::step + 1);
    row->setSpacing(space::step);
    m_line->setPlaceholderText(tr("Find"));
    m_line->setAccessibleName(tr("Find"));
    m_line->setMaximumWidth(260);
    m_count->setProperty("tone", QStringLiteral("muted"));
    row->addWidget(m_line, 1);
    row->addWidget(m_count);
    row->addStretch(1);
    const auto button = [&](Icon icon, const QString& name) {
        auto* made = new QToolButton;
        made->setIcon(themedIcon(icon));
        made->setIconSize({14, 14});
        made->setToolTip(name);
        made->setAccessibleName(name);
        made->setProperty("quiet", true);
        row->addWidget(made);
        return made;
    };
    connect(button(Icon::ChevronUp, tr("Find previous")), &QToolButton::clicked, this,
            [this] { find(Direction::Backward, false); });
    connect(button(Icon::ChevronDown, tr("Find next")), &QToolButton::clicked, this,
            [this] { find(Direction::Forward, false); });
    connect(button(Icon::Close, tr("Close")), &QToolButton::clicked, this, &FindBar::dismiss);
    connect(m_line, &QLineEdit::textEdited, this, [this] { find(Direction::Forward, true); });
    m_line->installEventFilter(this);
    hide();
}

void FindBar::open()
{
    if (m_editor.hasSelectedText() && !m_editor.selectedText().contains(u'\n'))
        m_line->setText(m_editor.selectedText());
    show();
    m_line->setFocus(Qt::ShortcutFocusReason);
    m_line->selectAll();
}

void FindBar::dismiss()
{
    hide();
    m_editor.setFocus(Qt::OtherFocusReason);
}

void FindBar::find(Direction direction, bool fromSelection)
{
    const QString wanted = m_line->text();
    if (wanted.isEmpty()) {
        m_count->clear();
        return;
    }
    int line = 0;
    int index = 0;
    m_editor.getCursorPosition(&line, &index);
    if (m_editor.hasSelectedText()) {
        int toLine = 0;
        int toIndex = 0;
        m_editor.getSelection(&line, &index, &toLine, &toIndex);
        if (direction == Direction::Forward && !fromSelection) {
            line = toLine;
            index = toIndex;
        }
    }
    const bool found =
        m_editor.findFirst(wanted, false, false, false, true, direction == Direction::Forward, line, index);
    const auto count = m_editor.text().count(wanted, Qt::CaseInsensitive);
    m_count->setText(found ? tr("%n found", nullptr, int(count)) : tr("not found"));
    m_line->setProperty("invalid", !found);
}

bool FindBar::onKey(const QKeyEvent& event)
{
    if (event.matches(QKeySequence::Find)) {
        open();
        return true;
    }
    if (event.matches(QKeySequence::FindNext)) {
        find(Direction::Forward, false);
        return true;
    }
    if (event.matches(QKeySequence::FindPrevious)) {
        find(Direction::Backward, false);
        return true;
    }
    if (event.key() == Qt::Key_Escape && isVisible()) {
        dismiss();
        return true;
    }
    return false;
}

bool FindBar::eventFilter(QObject* watched, QEvent* event)
{
    if (watched == m_line && event->type() == QEvent::KeyPress) {
        const auto& key = *static_cast<QKeyEvent*>(event);
        if (key.key() == Qt::Key_Return || key.key() == Qt::Key_Enter) {
            find(key.modifiers().testFlag(Qt::ShiftModifier) ? Direction::Backward : Direction::Forward,
                 false);
            return true;
        }
        if (onKey(key))
            return true;
    }
    return QWidget::eventFilter(watched, event);
}

void FindBar::paintEvent(QPaintEvent* event)
{
    Q_UNUSED(event)
    QPainter painter(this);
    painter.fillRect(QRect(0, height() - 1, width(), 1), colours(palette()).line);
}

} // namespace postern
