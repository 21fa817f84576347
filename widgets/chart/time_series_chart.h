#pragma once

#include "widgets/chart/chart_data.h"
#include "widgets/chart/chart_layout.h"

#include <QTimeZone>
#include <QWidget>

#include <optional>

namespace postern {

class ChartGroup;

/// Lines over time, painted by us. A missing value is a gap. Pointer or Left/Right move the crosshair (Shift:
/// ten steps, Home/End), dragging zooms, Escape goes back, F or a click opens the flag at the crosshair,
/// Ctrl+C copies the values. The context menu exports and copies the PromQL. UI thread.
class TimeSeriesChart final : public QWidget
{
    Q_OBJECT
public:
    explicit TimeSeriesChart(QWidget* parent = nullptr);
    ~TimeSeriesChart() override;

    void setData(const ChartData& data);
    [[nodiscard]] const ChartData& data() const { return m_data; }
    void setTimeZone(const QTimeZone& zone);
    [[nodiscard]] const QTimeZone& timeZone() const { return m_zone; }
    /// Called by ChartGroup::add().
    void join(ChartGroup* group);
    /// The moment and every series' value there: `14:03:20  2xx 1.24 k  5xx 12`.
    [[nodiscard]] QString crosshairText() const;

    [[nodiscard]] QSize sizeHint() const override { return {352, 168}; }
    [[nodiscard]] QSize minimumSizeHint() const override { return {220, 120}; }

Q_SIGNALS:
    void markActivated(const QString& target);

protected:
    void paintEvent(QPaintEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void leaveEvent(QEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void contextMenuEvent(QContextMenuEvent* event) override;
    bool event(QEvent* event) override;

private:
    [[nodiscard]] ChartLayout layoutFor(const QSizeF& size) const;
    [[nodiscard]] std::optional<qint64> snapped(qreal x) const;
    [[nodiscard]] const ChartMark* markAt(const QPointF& position) const;
    void moveCrosshair(qsizetype steps);
    void describe();

    ChartData m_data;
    QTimeZone m_zone = QTimeZone::utc();
    ChartGroup* m_group = nullptr;
    ChartGroup* m_ownGroup;
    std::optional<QPointF> m_press;
    std::optional<QPointF> m_drag;
};

} // namespace postern
