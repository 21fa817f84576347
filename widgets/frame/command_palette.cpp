#include "widgets/frame/command_palette.h"

#include "widgets/frame/command_list.h"
#include "widgets/theme/tokens.h"

#include <QApplication>
#include <QBoxLayout>
#include <QKeyEvent>
#include <QLineEdit>
#include <QListView>
#include <QPainter>

#include <algorithm>

namespace postern {
namespace {

constexpr int widest = 560;
constexpr int shown = 10;
constexpr int page = 8;

} // namespace

CommandPalette::CommandPalette(QWidget* window)
    : QFrame(window), m_commands(new CommandList(this)), m_line(new QLineEdit), m_list(new QListView)
{
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(space::gap, space::gap, space::gap, space::gap);
    column->setSpacing(space::gap);
    m_line->setPlaceholderText(tr("Search or run…"));
    m_line->setAccessibleName(tr("Search or run"));
    m_list->setModel(m_commands);
    m_list->setItemDelegate(new CommandDelegate(m_list));
    m_list->setFocusPolicy(Qt::NoFocus);
    m_list->setUniformItemSizes(true);
    m_list->setAccessibleName(tr("Matches"));
    m_list->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    column->addWidget(m_line);
    column->addWidget(m_list);
    m_line->installEventFilter(this);
    window->installEventFilter(this);
    connect(m_line, &QLineEdit::textEdited, this, &CommandPalette::search);
    connect(m_list, &QListView::clicked, this, &CommandPalette::choose);
    hide();
}

void CommandPalette::setCommands(const QList<Command>& commands) { m_commands->setCommands(commands); }

void CommandPalette::open()
{
    m_before = QApplication::focusWidget();
    m_line->clear();
    search({});
    show();
    raise();
    m_line->setFocus(Qt::ShortcutFocusReason);
}

void CommandPalette::dismiss()
{
    if (isHidden())
        return;
    hide();
    if (m_before && m_before->isVisible())
        m_before->setFocus(Qt::OtherFocusReason);
    m_before = nullptr;
}

void CommandPalette::search(const QString& typed)
{
    m_commands->search(typed);
    m_list->setCurrentIndex(m_commands->index(0, 0));
    place();
}

void CommandPalette::place()
{
    const QWidget* window = parentWidget();
    const int rows = std::clamp(m_commands->rowCount(), 1, shown);
    const int width = std::min(widest, window->width() - 2 * space::page);
    m_list->setFixedHeight(rows * (space::row + 2));
    setGeometry((window->width() - width) / 2, 72, width, m_list->height() + space::control + 3 * space::gap);
}

void CommandPalette::choose(const QModelIndex& index)
{
    if (!index.isValid())
        return;
    const QString id = index.data(CommandList::IdRole).toString();
    dismiss();
    Q_EMIT chosen(id);
}

bool CommandPalette::onKey(int key)
{
    const int row = m_list->currentIndex().row();
    const int last = m_commands->rowCount() - 1;
    const auto go = [&](int to) {
        m_list->setCurrentIndex(m_commands->index(std::clamp(to, 0, std::max(last, 0)), 0));
        return true;
    };
    switch (key) {
    case Qt::Key_Down:
        return go(row == last ? 0 : row + 1);
    case Qt::Key_Up:
        return go(row <= 0 ? last : row - 1);
    case Qt::Key_PageDown:
        return go(row + page);
    case Qt::Key_PageUp:
        return go(row - page);
    case Qt::Key_Return:
    case Qt::Key_Enter:
        choose(m_list->currentIndex());
        return true;
    case Qt::Key_Escape:
        dismiss();
        return true;
    default:
        return false;
    }
}

bool CommandPalette::eventFilter(QObject* watched, QEvent* event)
{
    if (watched == m_line && event->type() == QEvent::KeyPress)
        return onKey(static_cast<QKeyEvent*>(event)->key());
    if (watched == m_line && event->type() == QEvent::FocusOut && isVisible())
        hide();
    if (watched == parentWidget() && event->type() == QEvent::Resize && isVisible())
        place();
    return QFrame::eventFilter(watched, event);
}

void CommandPalette::paintEvent(QPaintEvent* event)
{
    Q_UNUSED(event)
    const Colours& c = colours(palette());
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(c.muted);
    painter.setBrush(c.card);
    painter.drawRoundedRect(QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5), radius::card, radius::card);
}

} // namespace postern
