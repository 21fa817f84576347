#include "app/shell/search_button.h"

#include "widgets/theme/icon.h"
#include "widgets/theme/tokens.h"

#include <QFontMetricsF>
#include <QPainter>

namespace postern {

SearchButton::SearchButton(QWidget* parent) : QAbstractButton(parent)
{
    setText(tr("Search or run…"));
    setAccessibleName(tr("Search APIs, pages, policies and actions, or run one"));
    setToolTip(tr("Ctrl+K"));
    setFixedHeight(sizeHint().height());
    setMinimumWidth(150);
    setAttribute(Qt::WA_Hover);
    setCursor(Qt::PointingHandCursor);
}

void SearchButton::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const Colours& c = colours(palette());
    painter.setPen(QPen(hasFocus() ? c.accent : c.line, hasFocus() ? 2 : 1));
    painter.setBrush(underMouse() ? c.hover : c.raised);
    painter.drawRoundedRect(QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5), radius::control, radius::control);
    const QRectF icon(space::gap, (height() - 14) / 2.0, 14, 14);
    paintIcon(painter, icon, Icon::Search, c.muted);
    painter.setFont(textFont(textSize::body));
    painter.setPen(c.muted);
    painter.drawText(QRectF(icon.right() + 6, 0, width(), height()), Qt::AlignVCenter | Qt::AlignLeft,
                     text());
    painter.setFont(textFont(textSize::caption));
    painter.drawText(QRectF(rect()).adjusted(0, 0, -space::gap, 0), Qt::AlignVCenter | Qt::AlignRight,
                     tr("Ctrl K"));
}

} // namespace postern
