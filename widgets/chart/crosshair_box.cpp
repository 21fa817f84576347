#include "widgets/chart/crosshair_box.h"

#include "widgets/chart/chart_painter.h"
#include "widgets/theme/tabular_text.h"

#include <QDateTime>
#include <QLocale>
#include <QPainter>

#include <algorithm>
#include <cmath>

namespace postern {
namespace {

constexpr qreal padding = 8;
constexpr qreal lineHeight = 15;
constexpr qreal swatch = 8;
constexpr qreal gap = 6;
constexpr qreal away = 8; ///< from the crosshair

struct Line
{
    QColor colour;
    QString name;
    QString value;
};

} // namespace

QString momentText(const ChartData& data, qint64 time, const QTimeZone& zone)
{
    const QDateTime moment = QDateTime::fromMSecsSinceEpoch(time, zone);
    const QString clock = moment.toString(QStringLiteral("HH:mm:ss"));
    if (moment.date() == QDateTime::fromMSecsSinceEpoch(data.last(), zone).date())
        return clock;
    return QLocale::c().toString(moment.date(), QStringLiteral("d MMM ")) + clock;
}

void paintCrosshairBox(QPainter& painter, const ChartData& data, const ChartLayout& layout, qint64 time,
                       const QTimeZone& zone, const Colours& colours)
{
    const QFont caption = textFont(textSize::caption);
    const QFontMetricsF metrics(caption);
    QList<Line> lines;
    qreal names = 0;
    qreal values = 0;
    for (qsizetype s = 0; s < std::min(data.series.size(), maximumSeries); ++s) {
        const ChartSeries& series = data.series.at(s);
        lines.append({seriesColour(data, s, colours), series.name, figure(data.valueAt(series, time))});
        names = std::max(names, metrics.horizontalAdvance(series.name));
        values = std::max(values, tabularWidth(caption, lines.back().value));
    }
    const QString moment = momentText(data, time, zone);
    const qreal width = std::ceil(
        2 * padding + std::max(tabularWidth(caption, moment), swatch + gap + names + 2 * gap + values));
    const qreal height = padding + lineHeight * double(lines.size() + 1) + padding / 2;
    const qreal x = std::floor(layout.x(time));
    const bool right = x + away + width <= layout.plot.right() + 4;
    const QRectF box(right ? x + away : std::max<qreal>(x - away - width, 0), layout.plot.top() + 4, width,
                     height);
    painter.setPen(QPen(colours.line, 1));
    painter.setBrush(colours.raised);
    painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), 4, 4);
    painter.setFont(caption);
    painter.setPen(colours.muted);
    qreal y = box.top() + padding / 2 + 1;
    drawTabular(painter, QRectF(box.left() + padding, y, width, lineHeight), Qt::AlignLeft | Qt::AlignVCenter,
                moment);
    for (const Line& line : lines) {
        y += lineHeight;
        const QRectF row(box.left() + padding, y, width - 2 * padding, lineHeight);
        painter.setPen(Qt::NoPen);
        painter.setBrush(line.colour);
        painter.drawRoundedRect(QRectF(row.left(), row.center().y() - 1.5, swatch, 3), 1.5, 1.5);
        painter.setPen(colours.ink);
        painter.drawText(row.adjusted(swatch + gap, 0, 0, 0), Qt::AlignLeft | Qt::AlignVCenter, line.name);
        drawTabular(painter, row, Qt::AlignRight | Qt::AlignVCenter, line.value);
    }
}

} // namespace postern
