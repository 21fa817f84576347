#include "widgets/frame/navigation_item.h"

#include "widgets/theme/tabular_text.h"
#include "widgets/theme/tokens.h"

#include <QPainter>

namespace postern {

NavigationItem::NavigationItem(const QString& id, Icon icon, const QString& text, Role role, QWidget* parent)
    : QAbstractButton(parent), m_id(id), m_icon(icon), m_role(role)
{
    setText(text);
    setAccessibleName(text);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    setAttribute(Qt::WA_Hover);
    if (role == Role::Brand)
        setFocusPolicy(Qt::NoFocus);
    else
        setCursor(Qt::PointingHandCursor);
}

void NavigationItem::setCurrent(bool current)
{
    m_current = current;
    setAccessibleDescription(current ? tr("current page") : QString());
    update();
}

void NavigationItem::setBadge(int count)
{
    m_badge = count;
    setAccessibleName(count > 0 ? tr("%1, %n", nullptr, count).arg(text()) : text());
    update();
}

void NavigationItem::setCollapsed(bool collapsed)
{
    m_collapsed = collapsed;
    setToolTip(collapsed ? text() : QString());
    update();
}

void NavigationItem::setSymbol(Icon icon, const QString& text)
{
    m_icon = icon;
    setText(text);
    setAccessibleName(text);
    update();
}

QSize NavigationItem::sizeHint() const
{
    return {space::control, m_role == Role::Brand ? 36 : space::control};
}

void NavigationItem::paintEvent(QPaintEvent* event)
{
    Q_UNUSED(event)
    const Colours& c = colours(palette());
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const bool brand = m_role == Role::Brand;
    const QRectF box = QRectF(rect()).adjusted(1, 1, -1, -1);
    if (!brand && (m_current || underMouse() || hasFocus())) {
        painter.setPen(hasFocus() ? QPen(c.accent, 2) : QPen(Qt::NoPen));
        painter.setBrush(m_current ? c.selection : underMouse() ? c.hover : c.card);
        painter.drawRoundedRect(box, radius::control, radius::control);
    }
    const int side = brand ? 20 : space::icon;
    const qreal left = m_collapsed ? (width() - side) / 2.0 : brand ? 6 : space::gap;
    const QColor& tint = brand || m_current ? c.accent : c.muted;
    paintIcon(painter, QRectF(left, (height() - side) / 2, side, side), m_icon, tint);
    if (m_collapsed) {
        if (m_badge > 0) {
            painter.setPen(Qt::NoPen);
            painter.setBrush(c.accent);
            painter.drawEllipse(QRectF(left + side - 3, 5, 6, 6));
        }
        return;
    }
    painter.setFont(brand ? textFont(textSize::section, Weight::Semibold)
                          : textFont(textSize::body, m_current ? Weight::Semibold : Weight::Regular));
    painter.setPen(brand ? c.ink : tint);
    painter.drawText(QRectF(34, 0, width() - 34, height()), Qt::AlignVCenter | Qt::TextSingleLine, text());
    if (m_badge > 0) {
        painter.setFont(textFont(textSize::caption));
        painter.setPen(c.muted);
        drawTabular(painter, QRectF(0, 0, width() - space::gap, height()), Qt::AlignRight | Qt::AlignVCenter,
                    QString::number(m_badge));
    }
}

} // namespace postern
