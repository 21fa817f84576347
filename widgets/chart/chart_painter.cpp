#include "widgets/chart/chart_painter.h"

#include "widgets/chart/crosshair_box.h"
#include "widgets/theme/tabular_text.h"

#include <QCoreApplication>
#include <QPainter>

#include <algorithm>
#include <cmath>

namespace postern {
namespace {

/// Hairlines stand on the pixel's middle, so that they are one pixel wide.
qreal crisp(qreal position) { return std::floor(position) + 0.5; }

QString words(const char* text) { return QCoreApplication::translate("postern::TimeSeriesChart", text); }

void paintHeading(QPainter& painter, const ChartData& data, const QSizeF& size, const Colours& c)
{
    const QRectF line(0, 0, size.width(), 18);
    painter.setFont(textFont(textSize::body, Weight::Semibold));
    painter.setPen(c.ink);
    painter.drawText(line, Qt::AlignLeft | Qt::AlignVCenter, data.title);
    qreal used = QFontMetricsF(painter.font()).horizontalAdvance(data.title) + 8;
    painter.setFont(textFont(textSize::caption));
    const QFontMetricsF caption(painter.font());
    painter.setPen(c.muted);
    const QString step = data.step > 0 ? words("step %1").arg(stepText(data.step)) : QString();
    const qreal stepWidth = caption.horizontalAdvance(step);
    QString unit = data.unit;
    if (data.series.size() > maximumSeries)
        unit += words(" · and %1 more").arg(data.series.size() - maximumSeries);
    if (data.stale)
        unit += words(" · not current");
    const qreal room = size.width() - used - stepWidth - 8;
    painter.drawText(line.adjusted(used, 1, 0, 1), Qt::AlignLeft | Qt::AlignVCenter,
                     caption.elidedText(unit, Qt::ElideRight, room));
    painter.drawText(line.adjusted(0, 1, 0, 1), Qt::AlignRight | Qt::AlignVCenter, step);
}

void paintAxes(QPainter& painter, const ChartLayout& layout, const Colours& c)
{
    painter.setRenderHint(QPainter::Antialiasing, false);
    painter.setFont(textFont(textSize::caption));
    for (const double position : layout.values.positions) {
        const qreal y = crisp(layout.y(position));
        painter.setPen(QPen(c.line, 1));
        painter.drawLine(QPointF(layout.plot.left(), y), QPointF(layout.plot.right(), y));
        painter.setPen(c.muted);
        drawTabular(painter, QRectF(0, y - 8, layout.plot.left() - 6, 16), Qt::AlignRight | Qt::AlignVCenter,
                    layout.values.label(position));
    }
    const QFontMetricsF metrics(painter.font());
    for (const TimeTick& tick : layout.times) {
        const qreal width = metrics.horizontalAdvance(tick.label);
        // The outermost labels stay inside the plot.
        const qreal x = std::clamp(layout.x(tick.time) - width / 2, layout.plot.left() - 4,
                                   layout.plot.right() - width + 4);
        painter.drawText(QPointF(x, layout.plot.bottom() + 14), tick.label);
    }
    painter.setRenderHint(QPainter::Antialiasing, true);
}

void paintThresholds(QPainter& painter, const ChartData& data, const ChartLayout& layout, const Colours& c)
{
    painter.setFont(textFont(textSize::caption));
    for (const ChartThreshold& threshold : data.thresholds) {
        const QColor& colour = data.stale ? c.muted : c.of(threshold.state);
        painter.setPen(QPen(colour, 1, Qt::CustomDashLine));
        QPen pen = painter.pen();
        pen.setDashPattern({4, 3});
        painter.setPen(pen);
        const bool above = threshold.value > layout.values.high;
        const qreal y = above ? layout.plot.top() : crisp(layout.y(threshold.value));
        if (!above)
            painter.drawLine(QPointF(layout.plot.left(), y), QPointF(layout.plot.right(), y));
        const QString name = above ? threshold.name + QStringLiteral(" ↑") : threshold.name;
        // Over its line, or under it where the plot ends.
        const bool below = above || y - layout.plot.top() < 14;
        painter.setPen(colour);
        painter.drawText(QPointF(layout.plot.left() + 4, below ? y + 12 : y - 4), name);
    }
}

void paintMarks(QPainter& painter, const ChartData& data, const ChartLayout& layout, const Colours& c)
{
    for (const ChartMark& mark : data.marks) {
        if (mark.time < layout.from || mark.time > layout.to)
            continue;
        const qreal x = crisp(layout.x(mark.time));
        painter.setPen(QPen(c.accent, 1));
        painter.drawLine(QPointF(x, layout.plot.top() - 6), QPointF(x, layout.plot.bottom()));
        const qreal top = layout.plot.top() - 7;
        const QPointF flag[] = {{x, top}, {x + 9, top}, {x + 7, top + 3}, {x + 9, top + 6}, {x, top + 6}};
        painter.setPen(Qt::NoPen);
        painter.setBrush(c.accent);
        painter.drawPolygon(flag, 5);
    }
}

void paintEndLabels(QPainter& painter, const ChartData& data, const ChartLayout& layout, const QSizeF& size,
                    const Colours& c)
{
    painter.setFont(textFont(textSize::caption));
    const QFontMetricsF metrics(painter.font());
    const qreal left = layout.plot.right() + 5;
    for (const ChartLayout::EndLabel& label : layout.endLabels) {
        painter.setPen(seriesColour(data, label.series, c));
        painter.drawText(QRectF(left, label.y - 8, size.width() - left, 16), Qt::AlignLeft | Qt::AlignVCenter,
                         metrics.elidedText(label.text, Qt::ElideRight, size.width() - left));
    }
}

/// Said in the middle, on a ground of its own so that no line crosses the words.
void paintNothing(QPainter& painter, const ChartLayout& layout, const Colours& c)
{
    const QString text = words("no data in this range");
    painter.setFont(textFont(textSize::body));
    QRectF box = QFontMetricsF(painter.font()).boundingRect(text).adjusted(-8, -4, 8, 4);
    box.moveCenter(layout.plot.center());
    painter.fillRect(box, c.card);
    painter.setPen(c.muted);
    painter.drawText(box, Qt::AlignCenter, text);
}

} // namespace

const QColor& seriesColour(const ChartData& data, qsizetype series, const Colours& colours)
{
    if (data.stale)
        return colours.muted;
    if (data.series.at(series).state)
        return colours.of(*data.series.at(series).state);
    // Series with a state's colour use none up.
    std::size_t next = 0;
    for (qsizetype i = 0; i < series; ++i)
        next += data.series.at(i).state ? 0 : 1;
    return colours.series[next % colours.series.size()];
}

QPainterPath linePath(const ChartData& data, const ChartSeries& series, const ChartLayout& layout)
{
    constexpr qreal halfDash = 1.5;
    QPainterPath path;
    const auto& values = series.values;
    const auto known = [&](qsizetype i) {
        return i >= 0 && i < values.size() && std::isfinite(values.at(i));
    };
    for (qsizetype i = 0; i < values.size(); ++i) {
        if (!known(i))
            continue;
        const QPointF point(layout.x(data.timeAt(i)), layout.y(values.at(i)));
        if (known(i - 1)) {
            path.lineTo(point);
        } else if (known(i + 1)) {
            path.moveTo(point);
        } else {
            path.moveTo(point - QPointF(halfDash, 0));
            path.lineTo(point + QPointF(halfDash, 0));
        }
    }
    return path;
}

void paintChart(QPainter& painter, const ChartData& data, const ChartLayout& layout, const QSizeF& size,
                const Colours& colours)
{
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    paintHeading(painter, data, size, colours);
    paintAxes(painter, layout, colours);
    paintThresholds(painter, data, layout, colours);
    painter.save();
    painter.setClipRect(layout.plot.adjusted(-1, -2, 1, 2));
    painter.setBrush(Qt::NoBrush);
    for (qsizetype s = std::min(data.series.size(), maximumSeries); s-- > 0;) {
        painter.setPen(QPen(seriesColour(data, s, colours), 1.5, Qt::SolidLine, Qt::FlatCap, Qt::RoundJoin));
        painter.drawPath(linePath(data, data.series.at(s), layout));
    }
    painter.restore();
    paintMarks(painter, data, layout, colours);
    paintEndLabels(painter, data, layout, size, colours);
    if (layout.endLabels.isEmpty())
        paintNothing(painter, layout, colours);
    painter.restore();
}

void paintCrosshair(QPainter& painter, const ChartData& data, const ChartLayout& layout, qint64 time,
                    const QTimeZone& zone, const Colours& colours)
{
    if (time < layout.from || time > layout.to)
        return;
    painter.save();
    const qreal x = crisp(layout.x(time));
    QPen pen(colours.muted, 1, Qt::CustomDashLine);
    pen.setDashPattern({1, 2});
    painter.setPen(pen);
    painter.drawLine(QPointF(x, layout.plot.top()), QPointF(x, layout.plot.bottom()));
    painter.setRenderHint(QPainter::Antialiasing);
    for (qsizetype s = 0; s < std::min(data.series.size(), maximumSeries); ++s) {
        const double value = data.valueAt(data.series.at(s), time);
        if (!std::isfinite(value))
            continue;
        painter.setPen(QPen(colours.card, 1.5));
        painter.setBrush(seriesColour(data, s, colours));
        painter.drawEllipse(QPointF(layout.x(time), layout.y(value)), 3.5, 3.5);
    }
    paintCrosshairBox(painter, data, layout, time, zone, colours);
    painter.restore();
}

} // namespace postern
