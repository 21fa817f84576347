#include "widgets/frame/stage_strip.h"

#include "widgets/theme/tokens.h"

#include <QHelpEvent>
#include <QPainter>
#include <QToolTip>

#include <algorithm>
#include <cmath>

namespace postern {
namespace {

constexpr qreal dot = 9;
constexpr qreal dotGap = 4;
constexpr qreal shortest = 12; ///< of a connector with its air
constexpr qreal longest = 40;

qreal widthOf(const QString& text)
{
    return dot + dotGap + std::ceil(QFontMetricsF(textFont(textSize::caption)).horizontalAdvance(text));
}

void paintDot(QPainter& painter, const QRectF& box, StageStrip::Progress progress, const QColor& colour)
{
    painter.setPen(QPen(colour, 1.5));
    painter.setBrush(Qt::NoBrush);
    switch (progress) {
    case StageStrip::Progress::Done:
        painter.setBrush(colour);
        painter.drawEllipse(box);
        break;
    case StageStrip::Progress::Running: // half filled: told apart without colour
        painter.drawEllipse(box);
        painter.setBrush(colour);
        painter.drawPie(box, 90 * 16, -180 * 16);
        break;
    case StageStrip::Progress::Pending:
        painter.drawEllipse(box);
        break;
    case StageStrip::Progress::Failed:
        painter.drawLine(box.topLeft(), box.bottomRight());
        painter.drawLine(box.topRight(), box.bottomLeft());
        break;
    }
}

QString wordOf(StageStrip::Progress progress)
{
    switch (progress) {
    case StageStrip::Progress::Done:
        return StageStrip::tr("done");
    case StageStrip::Progress::Running:
        return StageStrip::tr("running");
    case StageStrip::Progress::Failed:
        return StageStrip::tr("failed");
    case StageStrip::Progress::Pending:
        break;
    }
    return StageStrip::tr("to come");
}

} // namespace

StageStrip::StageStrip(QWidget* parent) : QWidget(parent)
{
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    setAccessibleName(tr("Progress of the change"));
}

void StageStrip::setStages(const QList<Stage>& stages)
{
    m_stages = stages;
    QStringList words;
    for (const Stage& stage : stages)
        words.append(tr("%1: %2").arg(stage.text, wordOf(stage.progress)));
    setAccessibleDescription(words.join(QLatin1String(", ")));
    updateGeometry();
    update();
}

QSize StageStrip::minimumSizeHint() const
{
    qreal width = 0;
    for (const Stage& stage : m_stages)
        width += widthOf(stage.text) + shortest;
    return {int(std::ceil(width)), 20};
}

QSize StageStrip::sizeHint() const { return minimumSizeHint() + QSize(int(8 * m_stages.size()), 0); }

QList<QRectF> StageStrip::places() const
{
    qreal words = 0;
    for (const Stage& stage : m_stages)
        words += widthOf(stage.text);
    const auto gaps = std::max<qsizetype>(m_stages.size() - 1, 1);
    const qreal gap = std::clamp((width() - words - 2) / qreal(gaps), shortest, longest);
    QList<QRectF> places;
    qreal x = 1;
    for (const Stage& stage : m_stages) {
        const qreal width = widthOf(stage.text);
        places.append(QRectF(x, 0, width, height()));
        x += width + gap;
    }
    return places;
}

void StageStrip::paintEvent(QPaintEvent* event)
{
    Q_UNUSED(event)
    const Colours& c = colours(palette());
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setFont(textFont(textSize::caption));
    const QList<QRectF> boxes = places();
    for (qsizetype i = 0; i < boxes.size(); ++i) {
        const Stage& stage = m_stages.at(i);
        const QRectF& box = boxes.at(i);
        const QColor& colour = stage.progress == Progress::Done      ? c.good
                               : stage.progress == Progress::Running ? c.accent
                               : stage.progress == Progress::Failed  ? c.bad
                                                                     : c.muted;
        if (i > 0) {
            painter.setPen(QPen(c.line, 1));
            const qreal y = std::floor(height() / 2.0) + 0.5;
            painter.drawLine(QPointF(boxes.at(i - 1).right() + dotGap, y), QPointF(box.left() - dotGap, y));
        }
        paintDot(painter, QRectF(box.left() + 0.75, (height() - dot) / 2 + 0.75, dot - 1.5, dot - 1.5),
                 stage.progress, colour);
        painter.setPen(colour);
        painter.drawText(box.adjusted(dot + dotGap, 0, 2, 0), Qt::AlignVCenter | Qt::TextSingleLine,
                         stage.text);
    }
}

bool StageStrip::event(QEvent* event)
{
    if (event->type() != QEvent::ToolTip)
        return QWidget::event(event);
    const auto* help = static_cast<QHelpEvent*>(event);
    const QList<QRectF> boxes = places();
    for (qsizetype i = 0; i < boxes.size(); ++i) {
        if (boxes.at(i).contains(help->pos())) {
            QToolTip::showText(help->globalPos(), m_stages.at(i).detail, this);
            return true;
        }
    }
    QToolTip::hideText();
    return true;
}

} // namespace postern
