#pragma once

#include "widgets/chart/chart_layout.h"

#include <QPixmap>
#include <QPointer>
#include <QTimeZone>
#include <QWidget>

#include <optional>

namespace postern {

class ChartGroup;

/// Lines over time, painted by us. A missing value is a gap. Pointer or Left/Right move the crosshair (Ctrl:
/// ten steps, Home/End), dragging zooms, Escape goes back, Enter or a click opens the flag at the crosshair,
/// Ctrl+C copies the values there. The context menu (Menu key) exports and copies the PromQL. UI thread.
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
    /// Called by ChartGroup::add(). Until then a chart has a crosshair of its own.
    void join(ChartGroup* group);
    /// The moment and every series' value there: `14:03:20, 2xx 1.24 k, 5xx 12`.
    [[nodiscard]] QString valuesText(qint64 time) const;

    [[nodiscard]] QSize sizeHint() const override { return {352, 168}; }
    [[nodiscard]] QSize minimumSizeHint() const override { return {220, 120}; }

Q_SIGNALS:
    void markActivated(const QString& target);

protected:
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void changeEvent(QEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void leaveEvent(QEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void contextMenuEvent(QContextMenuEvent* event) override;
    bool event(QEvent* event) override;

private:
    void renew();
    void describe();
    [[nodiscard]] const ChartMark* markNear(qreal x) const;
    [[nodiscard]] qint64 snapped(qint64 time) const;
    void stepCrosshair(qsizetype steps);
    bool goBack();
    bool openMark(qreal x);

    ChartData m_data;
    QTimeZone m_zone = QTimeZone::utc();
    QPointer<ChartGroup> m_group;
    ChartLayout m_layout;
    QPixmap m_picture; ///< everything but the crosshair; null: to be painted again
    std::optional<QPointF> m_press;
    std::optional<QPointF> m_drag;
};

} // namespace postern
