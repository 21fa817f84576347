#include "widgets/frame/command_list.h"

#include "widgets/theme/tokens.h"

#include <QPainter>

#include <algorithm>

namespace postern {

void CommandList::setCommands(const QList<CommandPalette::Command>& commands)
{
    m_commands = commands;
    search({});
}

void CommandList::search(const QString& typed)
{
    QString wanted = typed;
    wanted.remove(u' ');
    beginResetModel();
    m_hits.clear();
    for (qsizetype i = 0; i < m_commands.size(); ++i) {
        const auto& command = m_commands.at(i);
        // Text and detail are one line to search, so "cards payments" finds cards in payments.
        auto match = fuzzyMatch(wanted, command.text + u' ' + command.detail);
        if (!match)
            continue;
        match->positions.removeIf([&](qsizetype at) { return at >= command.text.size(); });
        m_hits.append({i, *match});
    }
    std::ranges::stable_sort(m_hits, std::greater{}, [](const Hit& hit) { return hit.match.score; });
    endResetModel();
}

int CommandList::rowCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : int(m_hits.size());
}

QVariant CommandList::data(const QModelIndex& index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid))
        return {};
    const Hit& hit = m_hits.at(index.row());
    const auto& command = m_commands.at(hit.command);
    switch (role) {
    case Qt::DisplayRole:
        return command.text;
    case Qt::AccessibleTextRole:
        return QString(command.text + u' ' + command.detail);
    case IdRole:
        return command.id;
    case DetailRole:
        return command.detail;
    case ShortcutRole:
        return command.shortcut;
    case IconRole:
        return int(command.icon);
    case PositionsRole:
        return QVariant::fromValue(hit.match.positions);
    default:
        return {};
    }
}

void CommandDelegate::paint(QPainter* painter, const QStyleOptionViewItem& option,
                            const QModelIndex& index) const
{
    const Colours& c = colours(option.palette);
    painter->save();
    painter->setRenderHint(QPainter::Antialiasing);
    const QRectF box = QRectF(option.rect).adjusted(space::step, 1, -space::step, -1);
    const bool selected = option.state.testFlag(QStyle::State_Selected);
    if (selected) {
        painter->setPen(Qt::NoPen);
        painter->setBrush(c.selection);
        painter->drawRoundedRect(box, radius::control, radius::control);
    }
    const QRectF icon(box.left() + space::gap, box.center().y() - 8, space::icon, space::icon);
    paintIcon(*painter, icon, Icon(index.data(CommandList::IconRole).toInt()), selected ? c.accent : c.muted);
    qreal x = icon.right() + space::gap;
    const QString text = index.data(Qt::DisplayRole).toString();
    const auto strong = index.data(CommandList::PositionsRole).value<QList<qsizetype>>();
    painter->setPen(c.ink);
    for (qsizetype i = 0; i < text.size(); ++i) {
        painter->setFont(textFont(textSize::body, strong.contains(i) ? Weight::Semibold : Weight::Regular));
        painter->setPen(strong.contains(i) ? c.accent : c.ink);
        const QString character = text.mid(i, 1);
        painter->drawText(QRectF(x, box.top(), 40, box.height()), Qt::AlignVCenter | Qt::TextSingleLine,
                          character);
        x += QFontMetricsF(painter->font()).horizontalAdvance(character);
    }
    painter->setFont(textFont(textSize::body));
    painter->setPen(c.muted);
    painter->drawText(QRectF(x + space::gap, box.top(), box.right() - x, box.height()),
                      Qt::AlignVCenter | Qt::TextSingleLine, index.data(CommandList::DetailRole).toString());
    painter->setFont(textFont(textSize::caption));
    painter->drawText(box.adjusted(0, 0, -space::gap, 0),
                      Qt::AlignVCenter | Qt::AlignRight | Qt::TextSingleLine,
                      index.data(CommandList::ShortcutRole).toString());
    painter->restore();
}

QSize CommandDelegate::sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const
{
    Q_UNUSED(index)
    return {option.rect.width(), space::row + 2};
}

} // namespace postern
