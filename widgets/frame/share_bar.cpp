#include "widgets/frame/share_bar.h"

#include <QPainter>

#include <algorithm>

namespace postern {

void paintShareBar(QPainter& painter, const QRectF& rect, std::optional<double> share, const QColor& fill,
                   const QColor& track)
{
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(Qt::NoPen);
    const qreal round = std::min<qreal>(rect.height() / 2, 3);
    painter.setBrush(track);
    painter.drawRoundedRect(rect, round, round);
    if (share && *share > 0) {
        QRectF part = rect;
        // A sliver stays visible: 0.1 % left is not nothing.
        part.setWidth(std::max(rect.width() * std::min(*share, 1.0), 2 * round));
        painter.setBrush(fill);
        painter.drawRoundedRect(part, round, round);
    }
    painter.restore();
}

ShareBar::ShareBar(QWidget* parent) : QWidget(parent)
{
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    setMinimumWidth(40);
}

void ShareBar::setShare(std::optional<double> share, State state)
{
    m_share = share;
    m_state = state;
    setAccessibleDescription(share ? tr("%1 percent left").arg(*share * 100, 0, 'f', 1) : tr("unknown"));
    update();
}

void ShareBar::paintEvent(QPaintEvent* event)
{
    Q_UNUSED(event)
    const Colours& c = colours(palette());
    QPainter painter(this);
    paintShareBar(painter, rect(), m_share, c.of(m_state), c.line);
}

} // namespace postern
