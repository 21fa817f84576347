#include "app/pages/fleet/attention_row.h"

#include "widgets/theme/icon.h"

#include <QFontMetricsF>
#include <QPainter>

namespace postern {

AttentionRow::AttentionRow(State state, const QString& subject, const QString& words, QWidget* parent)
    : QAbstractButton(parent), m_state(state), m_subject(subject), m_words(words)
{
    setFixedHeight(sizeHint().height());
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    setCursor(Qt::PointingHandCursor);
    setAttribute(Qt::WA_Hover);
    const QString whole = subject + QLatin1Char(' ') + words;
    setAccessibleName(whole);
    setToolTip(whole);
    setText(whole);
}

void AttentionRow::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const Colours& c = colours(palette());
    if (underMouse() || hasFocus()) {
        painter.setPen(Qt::NoPen);
        painter.setBrush(hasFocus() ? c.selection : c.hover);
        painter.drawRoundedRect(rect(), radius::control, radius::control);
    }
    const QRectF icon(0, (height() - space::icon) / 2, space::icon, space::icon);
    paintIcon(painter, icon, iconOf(m_state), c.of(m_state));
    qreal x = space::icon + 6;
    const auto write = [&](const QString& text, Weight weight) {
        painter.setFont(postern::textFont(textSize::body, weight));
        painter.setPen(c.ink);
        const QFontMetricsF metrics(painter.font());
        const QString shown = metrics.elidedText(text, Qt::ElideRight, width() - x);
        painter.drawText(QRectF(x, 0, width() - x, height()), Qt::AlignVCenter | Qt::AlignLeft, shown);
        x += metrics.horizontalAdvance(shown) + space::step;
    };
    write(m_subject, Weight::Semibold);
    write(m_words, Weight::Regular);
}

} // namespace postern
