#include "widgets/form/hinted_line_edit.h"

#include "widgets/theme/tokens.h"

#include <QPainter>

#include <cmath>

namespace postern {
namespace {

constexpr int edge = 8;
constexpr qreal mostOfWidth = 0.6;

} // namespace

HintedLineEdit::HintedLineEdit(QWidget* parent) : QLineEdit(parent) {}

void HintedLineEdit::setHint(const QString& hint)
{
    m_hint = hint;
    makeRoom();
    update();
}

void HintedLineEdit::makeRoom()
{
    const int wanted = int(std::ceil(QFontMetricsF(textFont(textSize::body)).horizontalAdvance(m_hint)));
    // In a narrow field the value matters more than the hint.
    const bool fits = wanted < width() * mostOfWidth;
    setTextMargins(0, 0, fits && !m_hint.isEmpty() ? wanted + edge : 0, 0);
}

void HintedLineEdit::resizeEvent(QResizeEvent* event)
{
    QLineEdit::resizeEvent(event);
    makeRoom();
}

void HintedLineEdit::paintEvent(QPaintEvent* event)
{
    QLineEdit::paintEvent(event);
    if (textMargins().right() == 0)
        return;
    QPainter painter(this);
    painter.setFont(textFont(textSize::body));
    painter.setPen(colours(palette()).muted);
    painter.drawText(rect().adjusted(edge, 0, -edge - 1, 0), Qt::AlignRight | Qt::AlignVCenter, m_hint);
}

} // namespace postern
