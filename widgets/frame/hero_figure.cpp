#include "widgets/frame/hero_figure.h"

#include "widgets/theme/tabular_text.h"

#include <QFontMetricsF>
#include <QPainter>

#include <cmath>

namespace postern {

HeroFigure::HeroFigure(QWidget* parent) : QWidget(parent)
{
    setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Fixed);
}

void HeroFigure::setFigure(const QString& figure, const QString& unit)
{
    m_coloured = false;
    take(figure, unit);
}

void HeroFigure::setFigure(const QString& figure, const QString& unit, State state)
{
    m_coloured = true;
    m_state = state;
    take(figure, unit);
}

void HeroFigure::take(const QString& figure, const QString& unit)
{
    m_figure = figure;
    m_unit = unit;
    setAccessibleName(figure + u' ' + unit);
    updateGeometry();
    update();
}

void HeroFigure::setStale(bool stale)
{
    m_stale = stale;
    update();
}

QSize HeroFigure::sizeHint() const
{
    const qreal figure = tabularWidth(textFont(textSize::hero, Weight::Semibold), m_figure);
    const qreal unit = m_unit.isEmpty() ? 0 : tabularWidth(textFont(textSize::body), m_unit) + space::step;
    return {int(std::ceil(figure + unit)) + 1, 36};
}

void HeroFigure::paintEvent(QPaintEvent* event)
{
    Q_UNUSED(event)
    const Colours& c = colours(palette());
    QPainter painter(this);
    const QFont large = textFont(textSize::hero, Weight::Semibold);
    painter.setFont(large);
    painter.setPen(m_stale ? c.muted : m_coloured ? c.textOf(m_state) : c.ink);
    const qreal width = tabularWidth(large, m_figure);
    drawTabular(painter, QRectF(0, 0, width + 1, height()), Qt::AlignLeft | Qt::AlignVCenter, m_figure);
    // Both stand on one baseline.
    const QFontMetricsF metrics(large);
    const qreal baseline = (height() + metrics.ascent() - metrics.descent()) / 2;
    painter.setFont(textFont(textSize::body));
    painter.setPen(c.muted);
    painter.drawText(QPointF(width + space::step, baseline), m_unit);
}

} // namespace postern
