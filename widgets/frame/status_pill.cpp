#include "widgets/frame/status_pill.h"

#include <QPainter>

#include <cmath>

namespace postern {
namespace {

constexpr int dotSize = 7;
constexpr int dotGap = 6;

} // namespace

StatusPill::StatusPill(QWidget* parent) : QAbstractButton(parent)
{
    setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Fixed);
    setFocusPolicy(Qt::TabFocus);
}

void StatusPill::setWord(const QString& word) { take(word, {}, {}); }

void StatusPill::setState(const QString& word, State state) { take(word, state, {}); }

void StatusPill::setOutlined(const QString& word, State state) { take(word, {}, state); }

void StatusPill::take(const QString& word, std::optional<State> dot, std::optional<State> outline)
{
    m_dot = dot;
    m_outline = outline;
    setText(word);
    setAccessibleName(word);
    updateGeometry();
    update();
}

QSize StatusPill::sizeHint() const
{
    const QFontMetricsF metrics(textFont(textSize::body));
    const int dot = m_dot ? dotSize + dotGap : 0;
    return {int(std::ceil(metrics.horizontalAdvance(text()))) + dot + 2 * space::gap + 2, 24};
}

void StatusPill::paintEvent(QPaintEvent* event)
{
    Q_UNUSED(event)
    const Colours& c = colours(palette());
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const bool focused = hasFocus();
    painter.setPen(QPen(focused ? c.accent : m_outline ? c.of(*m_outline) : c.line, focused ? 2 : 1));
    painter.setBrush(underMouse() && receivers(SIGNAL(clicked(bool))) > 0 ? c.hover : c.card);
    const qreal inset = focused ? 1 : 0.5;
    painter.drawRoundedRect(QRectF(rect()).adjusted(inset, inset, -inset, -inset), 5, 5);
    QRectF words = QRectF(rect()).adjusted(space::gap + 1, 0, -space::gap - 1, 0);
    if (m_dot) {
        painter.setPen(Qt::NoPen);
        painter.setBrush(c.of(*m_dot));
        painter.drawEllipse(QRectF(words.left(), (height() - dotSize) / 2.0, dotSize, dotSize));
        words.setLeft(words.left() + dotSize + dotGap);
    }
    const bool calls = m_dot && *m_dot != State::Good;
    painter.setPen(m_outline ? c.textOf(*m_outline) : calls ? c.textOf(*m_dot) : c.ink);
    painter.setFont(textFont(textSize::body));
    painter.drawText(words, Qt::AlignVCenter | Qt::AlignLeft | Qt::TextSingleLine, text());
}

} // namespace postern
