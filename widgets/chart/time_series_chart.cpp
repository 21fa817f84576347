#include "widgets/chart/time_series_chart.h"

#include "widgets/chart/chart_group.h"
#include "widgets/chart/chart_painter.h"
#include "widgets/chart/crosshair_box.h"

#include <QEvent>
#include <QPainter>

#include <algorithm>
#include <cmath>

namespace postern {

TimeSeriesChart::TimeSeriesChart(QWidget* parent) : QWidget(parent)
{
    setFocusPolicy(Qt::StrongFocus);
    setMouseTracking(true);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Expanding);
    join(new ChartGroup(this));
}

TimeSeriesChart::~TimeSeriesChart() = default;

void TimeSeriesChart::join(ChartGroup* group)
{
    if (m_group) {
        disconnect(m_group, nullptr, this, nullptr);
        if (m_group->parent() == this)
            m_group->deleteLater();
    }
    m_group = group;
    connect(group, &ChartGroup::crosshairChanged, this, [this] {
        describe();
        update();
    });
    connect(group, &ChartGroup::zoomChanged, this, &TimeSeriesChart::renew);
    renew();
}

void TimeSeriesChart::setData(const ChartData& data)
{
    m_data = data;
    setAccessibleName(data.unit.isEmpty() ? data.title : tr("%1, %2").arg(data.title, data.unit));
    renew();
}

void TimeSeriesChart::setTimeZone(const QTimeZone& zone)
{
    m_zone = zone;
    renew();
}

void TimeSeriesChart::renew()
{
    const auto zoom = m_group ? m_group->zoom() : std::nullopt;
    const qint64 from = zoom ? zoom->from : m_data.start;
    const qint64 to = zoom ? zoom->to : m_data.last();
    m_layout = layoutChart(m_data, size(), from, to, m_zone);
    m_picture = {};
    describe();
    update();
}

void TimeSeriesChart::describe()
{
    const auto time = m_group ? m_group->crosshair() : std::nullopt;
    setAccessibleDescription(
        valuesText(time.value_or(m_data.timeAt(std::max<qsizetype>(m_data.length() - 1, 0)))));
}

QString TimeSeriesChart::valuesText(qint64 time) const
{
    QStringList words{momentText(m_data, time, m_zone)};
    for (const ChartSeries& series : m_data.series) {
        const double value = m_data.valueAt(series, time);
        words.append(tr("%1 %2").arg(series.name, std::isfinite(value) ? figure(value) : tr("no data")));
    }
    for (const ChartMark& mark : m_data.marks) {
        if (std::abs(mark.time - time) * 2 <= m_data.step)
            words.append(mark.text);
    }
    return words.join(QStringLiteral(", "));
}

qint64 TimeSeriesChart::snapped(qint64 time) const
{
    if (m_data.step <= 0 || m_data.length() == 0)
        return time;
    const auto index = std::llround(double(time - m_data.start) / double(m_data.step));
    return m_data.timeAt(qsizetype(std::clamp<long long>(index, 0, m_data.length() - 1)));
}

const ChartMark* TimeSeriesChart::markNear(qreal x) const
{
    constexpr qreal reach = 10; // the flag's width
    const ChartMark* nearest = nullptr;
    qreal distance = reach;
    for (const ChartMark& mark : m_data.marks) {
        const qreal away = x - m_layout.x(mark.time);
        if (away >= -3 && std::abs(away) < distance) {
            nearest = &mark;
            distance = std::abs(away);
        }
    }
    return nearest;
}

void TimeSeriesChart::paintEvent(QPaintEvent* event)
{
    Q_UNUSED(event)
    const Colours& c = colours(palette());
    const qreal ratio = devicePixelRatioF();
    if (m_picture.isNull() || m_picture.devicePixelRatio() != ratio) {
        m_picture = QPixmap(size() * ratio);
        m_picture.setDevicePixelRatio(ratio);
        m_picture.fill(Qt::transparent);
        QPainter still(&m_picture);
        paintChart(still, m_data, m_layout, size(), c);
    }
    QPainter painter(this);
    painter.drawPixmap(0, 0, m_picture);
    if (m_press && m_drag) {
        QColor tint = c.accent;
        tint.setAlphaF(0.16F);
        const qreal left = std::min(m_press->x(), m_drag->x());
        const QRectF chosen(left, m_layout.plot.top(), std::abs(m_drag->x() - m_press->x()),
                            m_layout.plot.height());
        painter.fillRect(chosen & m_layout.plot, tint);
    } else if (m_group && m_group->crosshair()) {
        paintCrosshair(painter, m_data, m_layout, *m_group->crosshair(), m_zone, c);
    }
    if (hasFocus()) {
        painter.setRenderHint(QPainter::Antialiasing);
        painter.setPen(QPen(c.accent, 2));
        painter.setBrush(Qt::NoBrush);
        painter.drawRoundedRect(m_layout.plot.adjusted(-2, -2, 2, 2), 4, 4);
    }
}

void TimeSeriesChart::resizeEvent(QResizeEvent* event)
{
    QWidget::resizeEvent(event);
    renew();
}

void TimeSeriesChart::changeEvent(QEvent* event)
{
    if (event->type() == QEvent::PaletteChange)
        renew();
    QWidget::changeEvent(event);
}

} // namespace postern
