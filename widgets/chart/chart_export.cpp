#include "widgets/chart/chart_export.h"

#include "widgets/chart/chart_painter.h"

#include <QBuffer>
#include <QDateTime>
#include <QImage>
#include <QPainter>
#include <QSvgGenerator>

#include <cmath>

namespace postern {
namespace {

constexpr int margin = 12;

void paintExport(QPainter& painter, const ChartData& data, const QSize& size, const QTimeZone& zone,
                 const QPalette& palette)
{
    const Colours& c = colours(palette);
    painter.fillRect(QRect(QPoint(), size + QSize(2 * margin, 2 * margin)), c.card);
    painter.translate(margin, margin);
    paintChart(painter, data, layoutChart(data, size, data.start, data.last(), zone), size, c);
}

QByteArray field(const QString& text)
{
    if (!text.contains(u',') && !text.contains(u'"') && !text.contains(u'\n'))
        return text.toUtf8();
    QString quoted = text;
    quoted.replace(u'"', QStringLiteral("\"\""));
    return '"' + quoted.toUtf8() + '"';
}

} // namespace

QByteArray chartAsPng(const ChartData& data, const QSize& size, const QTimeZone& zone,
                      const QPalette& palette)
{
    constexpr qreal ratio = 2;
    QImage image((size + QSize(2 * margin, 2 * margin)) * ratio, QImage::Format_ARGB32_Premultiplied);
    image.setDevicePixelRatio(ratio);
    QPainter painter(&image);
    paintExport(painter, data, size, zone, palette);
    painter.end();
    QByteArray bytes;
    QBuffer buffer(&bytes);
    buffer.open(QIODevice::WriteOnly);
    image.save(&buffer, "PNG");
    return bytes;
}

QByteArray chartAsSvg(const ChartData& data, const QSize& size, const QTimeZone& zone,
                      const QPalette& palette)
{
    QByteArray bytes;
    QBuffer buffer(&bytes);
    QSvgGenerator generator;
    generator.setOutputDevice(&buffer);
    generator.setTitle(data.title);
    const QSize whole = size + QSize(2 * margin, 2 * margin);
    generator.setSize(whole);
    generator.setViewBox(QRect(QPoint(), whole));
    QPainter painter(&generator);
    paintExport(painter, data, size, zone, palette);
    painter.end();
    return bytes;
}

QByteArray chartAsCsv(const ChartData& data)
{
    QByteArray text = "time";
    for (const ChartSeries& series : data.series)
        text += ',' + field(series.name);
    text += "\r\n";
    for (qsizetype i = 0; i < data.length(); ++i) {
        text += QDateTime::fromMSecsSinceEpoch(data.timeAt(i), Qt::UTC).toString(Qt::ISODate).toLatin1();
        for (const ChartSeries& series : data.series) {
            text += ',';
            if (i < series.values.size() && std::isfinite(series.values.at(i)))
                text += QByteArray::number(series.values.at(i), 'g', 12);
        }
        text += "\r\n";
    }
    return text;
}

} // namespace postern
