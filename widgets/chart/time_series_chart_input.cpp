// TimeSeriesChart's keyboard, pointer and menu.
#include "widgets/chart/chart_export.h"
#include "widgets/chart/chart_group.h"
#include "widgets/chart/time_series_chart.h"
#include "widgets/theme/icon.h"

#include <QClipboard>
#include <QContextMenuEvent>
#include <QFileDialog>
#include <QGuiApplication>
#include <QHelpEvent>
#include <QMenu>
#include <QMessageBox>
#include <QMouseEvent>
#include <QSaveFile>
#include <QToolTip>

#include <algorithm>
#include <functional>

namespace postern {
namespace {

constexpr qreal shortestDrag = 6;

void saveAs(QWidget* parent, const QString& title, const QString& suffix, const QByteArray& content)
{
    const QString name = QFileDialog::getSaveFileName(parent, TimeSeriesChart::tr("Export chart"),
                                                      title.toLower() + u'.' + suffix);
    if (name.isEmpty())
        return;
    QSaveFile file(name);
    if (file.open(QIODevice::WriteOnly) && file.write(content) == content.size() && file.commit())
        return;
    QMessageBox::warning(parent, TimeSeriesChart::tr("Export chart"),
                         TimeSeriesChart::tr("%1 could not be written: %2").arg(name, file.errorString()));
}

} // namespace

void TimeSeriesChart::mousePressEvent(QMouseEvent* event)
{
    if (event->button() == Qt::LeftButton)
        m_press = event->position();
}

void TimeSeriesChart::mouseMoveEvent(QMouseEvent* event)
{
    const QPointF position = event->position();
    if (m_press && std::abs(position.x() - m_press->x()) >= shortestDrag) {
        m_drag = position;
        update();
        return;
    }
    const bool inside = position.x() >= m_layout.plot.left() && position.x() <= m_layout.plot.right();
    const bool onFlag = inside && position.y() < m_layout.plot.top() + 4 && markNear(position.x());
    setCursor(onFlag ? Qt::PointingHandCursor : Qt::ArrowCursor);
    if (m_group && m_data.length() > 0)
        m_group->setCrosshair(inside ? std::optional(snapped(m_layout.timeAt(position.x()))) : std::nullopt);
}

void TimeSeriesChart::mouseReleaseEvent(QMouseEvent* event)
{
    const auto press = std::exchange(m_press, std::nullopt);
    const auto drag = std::exchange(m_drag, std::nullopt);
    update();
    if (!press || event->button() != Qt::LeftButton)
        return;
    if (!drag) {
        openMark(event->position().x());
        return;
    }
    const qreal low =
        std::clamp(std::min(press->x(), drag->x()), m_layout.plot.left(), m_layout.plot.right());
    const qreal high =
        std::clamp(std::max(press->x(), drag->x()), m_layout.plot.left(), m_layout.plot.right());
    const qint64 from = m_layout.timeAt(low);
    const qint64 to = m_layout.timeAt(high);
    // Less than two steps would show nothing.
    if (m_group && to - from >= 2 * m_data.step)
        m_group->setZoom(ChartGroup::Range{from, to});
}

bool TimeSeriesChart::openMark(qreal x)
{
    const ChartMark* mark = markNear(x);
    if (!mark)
        return false;
    Q_EMIT markActivated(mark->target);
    return true;
}

void TimeSeriesChart::leaveEvent(QEvent* event)
{
    if (m_group)
        m_group->setCrosshair(std::nullopt);
    QWidget::leaveEvent(event);
}

bool TimeSeriesChart::goBack()
{
    if (m_press || m_drag) {
        m_press.reset();
        m_drag.reset();
        update();
        return true;
    }
    if (m_group && m_group->zoom()) {
        m_group->setZoom(std::nullopt);
        return true;
    }
    return false;
}

void TimeSeriesChart::stepCrosshair(qsizetype steps)
{
    if (!m_group || m_data.length() == 0 || m_data.step <= 0)
        return;
    const qint64 lowest = std::max(m_layout.from, m_data.start);
    const qint64 highest = std::min(m_layout.to, m_data.timeAt(m_data.length() - 1));
    const qint64 now = m_group->crosshair().value_or(highest);
    m_group->setCrosshair(snapped(std::clamp(now + steps * m_data.step, lowest, highest)));
}

void TimeSeriesChart::keyPressEvent(QKeyEvent* event)
{
    const qsizetype stride = event->modifiers().testFlag(Qt::ControlModifier) ? 10 : 1;
    const bool hasCrosshair = m_group && m_group->crosshair();
    if (event->matches(QKeySequence::Copy)) {
        const qint64 time = hasCrosshair ? *m_group->crosshair() : m_data.last();
        QGuiApplication::clipboard()->setText(valuesText(time));
        return;
    }
    switch (event->key()) {
    case Qt::Key_Left:
        stepCrosshair(-stride);
        return;
    case Qt::Key_Right:
        stepCrosshair(stride);
        return;
    case Qt::Key_Home:
        stepCrosshair(-m_data.length());
        return;
    case Qt::Key_End:
        stepCrosshair(m_data.length());
        return;
    case Qt::Key_Return:
    case Qt::Key_Enter:
        if (hasCrosshair && openMark(m_layout.x(*m_group->crosshair())))
            return;
        break;
    case Qt::Key_Escape:
        if (goBack())
            return;
        break;
    default:
        break;
    }
    QWidget::keyPressEvent(event);
}

bool TimeSeriesChart::event(QEvent* event)
{
    if (event->type() != QEvent::ToolTip)
        return QWidget::event(event);
    const auto* help = static_cast<QHelpEvent*>(event);
    const ChartMark* mark = help->pos().y() < m_layout.plot.top() + 4 ? markNear(help->pos().x()) : nullptr;
    QString text;
    if (mark && help->pos().x() >= m_layout.plot.left())
        text = mark->text;
    else if (!m_layout.plot.contains(help->pos()) && !m_data.query.isEmpty())
        text = tr("%1\nCopy it from the menu of the right button").arg(m_data.query);
    QToolTip::showText(help->globalPos(), text, this);
    return true;
}

void TimeSeriesChart::contextMenuEvent(QContextMenuEvent* event)
{
    auto* menu = new QMenu(this);
    menu->setAttribute(Qt::WA_DeleteOnClose);
    const auto add = [&](const QString& text, const std::function<void()>& act) {
        connect(menu->addAction(text), &QAction::triggered, this, act);
    };
    if (!m_data.query.isEmpty())
        add(tr("Copy PromQL"), [this] { QGuiApplication::clipboard()->setText(m_data.query); });
    if (m_group && m_group->zoom())
        add(tr("Zoom back"), [this] { goBack(); });
    menu->addSeparator();
    add(tr("Export as PNG…"), [this] {
        saveAs(this, m_data.title, QStringLiteral("png"), chartAsPng(m_data, size(), m_zone, palette()));
    });
    add(tr("Export as SVG…"), [this] {
        saveAs(this, m_data.title, QStringLiteral("svg"), chartAsSvg(m_data, size(), m_zone, palette()));
    });
    add(tr("Export as CSV…"),
        [this] { saveAs(this, m_data.title, QStringLiteral("csv"), chartAsCsv(m_data)); });
    menu->popup(event->globalPos());
}

} // namespace postern
