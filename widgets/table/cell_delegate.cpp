#include "widgets/table/cell_delegate.h"

#include "widgets/table/data_table.h"
#include "widgets/table/graphic_delegates.h"
#include "widgets/theme/tabular_text.h"

#include <QPainter>

namespace postern {
namespace {

const QString dash = QStringLiteral("—");

enum Emphasis { Normal, Muted, Strong };

} // namespace

bool isRightAligned(CellKind kind) { return kind == CellKind::Number || kind == CellKind::Sparkline; }

CellDelegate::CellDelegate(const DataTable& table, CellKind kind) : m_table(table), m_kind(kind) {}

const CellRoles& CellDelegate::roles() const { return m_table.roles(); }

std::optional<State> CellDelegate::stateOf(const QModelIndex& index) const
{
    const QVariant value = roles().state < 0 ? QVariant() : index.data(roles().state);
    if (!value.isValid())
        return {};
    return State(value.toInt());
}

bool CellDelegate::isStale(const QModelIndex& index) const
{
    return roles().freshness >= 0 && index.data(roles().freshness).toInt() > 0;
}

QColor CellDelegate::inkFor(const QModelIndex& index, const Colours& colours) const
{
    if (isStale(index))
        return colours.muted;
    const auto state = stateOf(index);
    if (state && m_kind != CellKind::StateName && (*state == State::Bad || *state == State::Watch))
        return colours.of(*state);
    // What leads nowhere does not look as if it did.
    const bool leads = roles().link < 0 || !index.data(roles().link).toString().isEmpty();
    if (m_kind == CellKind::Link && leads)
        return colours.accent;
    const int emphasis = roles().emphasis < 0 ? Normal : index.data(roles().emphasis).toInt();
    return m_kind == CellKind::Muted || emphasis == Muted ? colours.muted : colours.ink;
}

void CellDelegate::paintText(QPainter& painter, const QRectF& box, Qt::Alignment alignment,
                             const QString& text)
{
    const QFontMetricsF metrics(painter.font());
    QString shown = text;
    if (metrics.horizontalAdvance(text) > box.width() + 0.5)
        shown = metrics.elidedText(text, Qt::ElideRight, box.width());
    drawTabular(painter, box, alignment | Qt::AlignVCenter, shown);
}

void CellDelegate::paintFigure(QPainter& painter, const QRectF& box, Qt::Alignment alignment,
                               const QString& text)
{
    const bool fits = tabularWidth(painter.font(), text) <= box.width() + 0.5;
    drawTabular(painter, box, alignment | Qt::AlignVCenter, fits ? text : QStringLiteral("…"));
}

void CellDelegate::paintBackground(QPainter& painter, const QStyleOptionViewItem& option,
                                   const QModelIndex& index, const Colours& colours) const
{
    const bool selected = option.state.testFlag(QStyle::State_Selected);
    const bool hovered = index.row() == m_table.hoveredRow();
    painter.fillRect(option.rect, selected ? colours.selection : hovered ? colours.hover : colours.card);
    painter.fillRect(QRect(option.rect.left(), option.rect.bottom(), option.rect.width(), 1), colours.line);
    // The keyboard's place: a bar at the row's beginning, besides the tint.
    if (index.column() == 0 && index.row() == m_table.currentIndex().row() && m_table.hasFocus())
        painter.fillRect(QRect(option.rect.left(), option.rect.top(), 2, option.rect.height() - 1),
                         colours.accent);
}

void CellDelegate::paint(QPainter* painter, const QStyleOptionViewItem& option,
                         const QModelIndex& index) const
{
    const Colours& c = colours(option.palette);
    painter->save();
    paintBackground(*painter, option, index, c);
    static const QFont body = textFont(textSize::body);
    painter->setFont(body);
    paintContent(*painter, QRectF(option.rect).adjusted(space::gap, 0, -space::gap, -1), index, c);
    painter->restore();
}

void CellDelegate::paintContent(QPainter& painter, const QRectF& box, const QModelIndex& index,
                                const Colours& colours) const
{
    const QString text = index.data().toString();
    const auto alignment = isRightAligned(m_kind) ? Qt::AlignRight : Qt::AlignLeft;
    if (text.isEmpty()) {
        painter.setPen(colours.muted);
        paintText(painter, box, alignment, dash);
        return;
    }
    if (roles().emphasis >= 0 && index.data(roles().emphasis).toInt() == Strong)
        painter.setFont(textFont(textSize::body, Weight::Semibold));
    painter.setPen(inkFor(index, colours));
    if (m_kind == CellKind::Number)
        paintFigure(painter, box, alignment, text);
    else
        paintText(painter, box, alignment, text);
    const QString detail = roles().detail < 0 ? QString() : index.data(roles().detail).toString();
    if (detail.isEmpty() || isRightAligned(m_kind))
        return;
    const qreal used = QFontMetricsF(painter.font()).horizontalAdvance(text) + space::gap;
    painter.setPen(colours.muted);
    paintText(painter, box.adjusted(used, 0, 0, 0), Qt::AlignLeft, detail);
}

QSize CellDelegate::sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const
{
    const QString text = index.data().toString();
    const int icon = m_kind == CellKind::StateName ? space::icon + space::gap : 0;
    const qreal width = tabularWidth(textFont(textSize::body, Weight::Semibold), text);
    return {int(width) + 2 * space::gap + icon + 2, option.rect.height()};
}

CellDelegate* makeDelegate(const DataTable& table, CellKind kind)
{
    switch (kind) {
    case CellKind::StateName:
        return new StateNameDelegate(table);
    case CellKind::Sparkline:
        return new SparklineDelegate(table);
    case CellKind::Budget:
        return new BudgetDelegate(table);
    case CellKind::Text:
    case CellKind::Muted:
    case CellKind::Number:
    case CellKind::Link:
        break;
    }
    return new CellDelegate(table, kind);
}

} // namespace postern
