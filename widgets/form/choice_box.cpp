#include "widgets/form/choice_box.h"

#include "widgets/theme/icon.h"
#include "widgets/theme/tokens.h"

#include <QPainter>
#include <QStandardItemModel>
#include <QStyledItemDelegate>
#include <QWheelEvent>

namespace postern {
namespace {

constexpr int helpRole = Qt::UserRole + 1;

/// A line of the opened list: name, help muted.
class ChoiceDelegate final : public QStyledItemDelegate
{
public:
    using QStyledItemDelegate::QStyledItemDelegate;

    void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override
    {
        const Colours& c = colours(option.palette);
        painter->save();
        const bool selected = option.state.testFlag(QStyle::State_Selected);
        painter->fillRect(option.rect, selected ? c.selection : c.raised);
        const QRectF box = QRectF(option.rect).adjusted(space::gap, 0, -space::gap, 0);
        painter->setFont(textFont(textSize::body));
        painter->setPen(option.state.testFlag(QStyle::State_Enabled) ? c.ink : c.muted);
        const QString name = index.data().toString();
        painter->drawText(box, Qt::AlignVCenter | Qt::TextSingleLine, name);
        const QFontMetricsF metrics(painter->font());
        const QRectF rest = box.adjusted(metrics.horizontalAdvance(name) + space::gap, 0, 0, 0);
        painter->setPen(c.muted);
        painter->drawText(rest, Qt::AlignVCenter | Qt::TextSingleLine,
                          metrics.elidedText(index.data(helpRole).toString(), Qt::ElideRight, rest.width()));
        painter->restore();
    }

    [[nodiscard]] QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex&) const override
    {
        return {option.rect.width(), space::row};
    }
};

} // namespace

ChoiceBox::ChoiceBox(QWidget* parent) : QComboBox(parent)
{
    setFocusPolicy(Qt::StrongFocus);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    setItemDelegate(new ChoiceDelegate(this));
    setMaxVisibleItems(14);
}

void ChoiceBox::addChoice(const QString& name, const QString& help, bool selectable)
{
    addItem(name, name);
    setItemData(count() - 1, help, helpRole);
    setItemData(count() - 1, help, Qt::ToolTipRole);
    auto* items = qobject_cast<QStandardItemModel*>(model());
    if (items)
        items->item(count() - 1)->setEnabled(selectable);
}

void ChoiceBox::setInvalid(bool invalid)
{
    m_invalid = invalid;
    update();
}

void ChoiceBox::setImplied(bool implied)
{
    m_implied = implied;
    update();
}

QSize ChoiceBox::sizeHint() const { return {200, space::control}; }

QSize ChoiceBox::minimumSizeHint() const { return {80, space::control}; }

void ChoiceBox::paintEvent(QPaintEvent* event)
{
    Q_UNUSED(event)
    const Colours& c = colours(palette());
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const bool focused = hasFocus();
    const qreal inset = focused ? 1 : 0.5;
    painter.setPen(QPen(focused ? c.accent : m_invalid ? c.bad : c.line, 2 * inset));
    painter.setBrush(focused ? c.card : c.page);
    painter.drawRoundedRect(QRectF(rect()).adjusted(inset, inset, -inset, -inset), radius::control,
                            radius::control);
    const QRectF chevron(width() - 22, (height() - 14) / 2.0, 14, 14);
    paintIcon(painter, chevron, Icon::ChevronDown, c.muted);
    const QRectF box = QRectF(rect()).adjusted(space::gap + 1, 0, -26, 0);
    painter.setFont(textFont(textSize::body));
    const QFontMetricsF metrics(painter.font());
    const QString name = currentIndex() < 0 ? placeholderText() : currentText();
    painter.setPen(currentIndex() < 0 || m_implied || !isEnabled() ? c.muted : c.ink);
    painter.drawText(box, Qt::AlignVCenter | Qt::TextSingleLine,
                     metrics.elidedText(name, Qt::ElideRight, box.width()));
    const QRectF rest = box.adjusted(metrics.horizontalAdvance(name) + space::gap, 0, 0, 0);
    if (rest.width() < 40)
        return;
    painter.setPen(c.muted);
    painter.drawText(rest, Qt::AlignVCenter | Qt::TextSingleLine,
                     metrics.elidedText(currentData(helpRole).toString(), Qt::ElideRight, rest.width()));
}

void ChoiceBox::wheelEvent(QWheelEvent* event)
{
    if (hasFocus())
        QComboBox::wheelEvent(event);
    else
        event->ignore();
}

} // namespace postern
