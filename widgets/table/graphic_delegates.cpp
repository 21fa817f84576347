#include "widgets/table/graphic_delegates.h"

#include "widgets/frame/share_bar.h"
#include "widgets/table/data_table.h"
#include "widgets/theme/icon.h"
#include "widgets/theme/tabular_text.h"

#include <QPainter>

#include <algorithm>
#include <cmath>

namespace postern {
namespace {

constexpr QSizeF sparkline(80, 20);
constexpr qreal barWidth = 64;
constexpr qreal barHeight = 6;

} // namespace

void StateNameDelegate::paintContent(QPainter& painter, const QRectF& box, const QModelIndex& index,
                                     const Colours& colours) const
{
    const State state = stateOf(index).value_or(State::Unknown);
    constexpr int side = 14;
    const QRectF icon(box.left(), std::round(box.center().y() - side / 2.0), side, side);
    paintIcon(painter, icon, iconOf(state), colours.of(state));
    static const QFont strong = textFont(textSize::body, Weight::Semibold);
    painter.setFont(strong);
    painter.setPen(inkFor(index, colours));
    paintText(painter, box.adjusted(side + space::gap, 0, 0, 0), Qt::AlignLeft, index.data().toString());
}

void BudgetDelegate::paintContent(QPainter& painter, const QRectF& box, const QModelIndex& index,
                                  const Colours& colours) const
{
    const QVariant value = roles().share < 0 ? QVariant() : index.data(roles().share);
    const bool known = value.isValid() && !std::isnan(value.toDouble());
    const State state = isStale(index) ? State::Unknown : stateOf(index).value_or(State::Good);
    // In a narrow column the bar gives way: its figure is what must be read.
    static const qreal figureWidth = tabularWidth(textFont(textSize::body), QStringLiteral("99.99 %"));
    const qreal width = std::clamp(box.width() - space::gap - figureWidth, 0.0, barWidth);
    const QRectF bar(box.left(), std::round(box.center().y() - barHeight / 2), width, barHeight);
    const auto share = known ? std::optional(value.toDouble()) : std::nullopt;
    paintShareBar(painter, bar, share, colours.of(state), colours.line);
    const QString text = index.data().toString();
    const QRectF figures = box.adjusted(width + space::gap, 0, 0, 0);
    painter.setPen(known && !isStale(index) ? colours.ink : colours.muted);
    paintFigure(painter, figures, Qt::AlignLeft, text.isEmpty() ? QStringLiteral("—") : text);
}

QPainterPath sparklinePath(const QList<double>& values, double maximum, const QSizeF& size)
{
    QPainterPath path;
    if (values.size() < 2)
        return path;
    const double top = maximum > 0 ? maximum : 1;
    const qreal step = size.width() / double(values.size() - 1);
    bool drawing = false;
    for (qsizetype i = 0; i < values.size(); ++i) {
        if (std::isnan(values.at(i))) {
            drawing = false;
            continue;
        }
        const qreal y = size.height() * (1 - std::clamp(values.at(i) / top, 0.0, 1.0));
        const QPointF point(double(i) * step, y);
        if (drawing)
            path.lineTo(point);
        else
            path.moveTo(point);
        drawing = true;
    }
    return path;
}

const QPainterPath& SparklineDelegate::pathOf(const QList<double>& values, double maximum) const
{
    constexpr qsizetype most = 8192;
    auto kept = m_kept.find(values.constData());
    if (kept != m_kept.end() && kept->values.size() == values.size() && kept->maximum == maximum)
        return kept->path;
    if (m_kept.size() >= most)
        m_kept.clear();
    // Two pixels of air, so that the pen is not cut at the top and the bottom.
    QPainterPath path = sparklinePath(values, maximum, sparkline - QSizeF(0, 4));
    return m_kept.insert(values.constData(), {values, maximum, std::move(path)})->path;
}

void SparklineDelegate::paintContent(QPainter& painter, const QRectF& box, const QModelIndex& index,
                                     const Colours& colours) const
{
    const auto values =
        roles().sparkline < 0 ? QList<double>() : index.data(roles().sparkline).value<QList<double>>();
    const bool any = std::ranges::any_of(values, [](double value) { return !std::isnan(value); });
    if (!any) {
        painter.setFont(textFont(textSize::caption));
        painter.setPen(colours.muted);
        paintText(painter, box, Qt::AlignRight, tr("no data"));
        return;
    }
    const auto state = stateOf(index);
    const bool bad = state == State::Bad && !isStale(index);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(QPen(bad ? colours.bad : colours.muted, 1.25, Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin));
    painter.translate(box.right() - sparkline.width(), box.center().y() - sparkline.height() / 2 + 2);
    painter.drawPath(pathOf(values, table().sparklineMaximum(index.column())));
}

} // namespace postern
