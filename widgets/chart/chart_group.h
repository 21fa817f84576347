#pragma once

#include <QObject>

#include <optional>

namespace postern {

class TimeSeriesChart;

/// What the charts of one page share: the crosshair's moment and the zoomed range. Owned by the page, UI
/// thread; charts join and may die in any order.
class ChartGroup final : public QObject
{
    Q_OBJECT
public:
    using QObject::QObject;

    struct Range
    {
        qint64 from;
        qint64 to;
        friend bool operator==(const Range&, const Range&) = default;
    };

    void add(TimeSeriesChart* chart);
    [[nodiscard]] std::optional<qint64> crosshair() const { return m_crosshair; }
    [[nodiscard]] std::optional<Range> zoom() const { return m_zoom; }
    void setCrosshair(std::optional<qint64> time);
    void setZoom(std::optional<Range> range);

Q_SIGNALS:
    void crosshairChanged();
    /// A page may fetch the range at a finer step.
    void zoomChanged();

private:
    std::optional<qint64> m_crosshair;
    std::optional<Range> m_zoom;
};

} // namespace postern
