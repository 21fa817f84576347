#pragma once

#include <QObject>

#include <chrono>

namespace postern {

enum class ZoneChoice { Utc, Local };

/// Which stretch of time the pages show, and in which zone they write it. Owned by the workspace, UI thread.
class ViewTime final : public QObject
{
    Q_OBJECT
public:
    using QObject::QObject;

    /// What the top bar offers.
    static const std::vector<std::chrono::seconds>& ranges();

    [[nodiscard]] std::chrono::seconds range() const { return m_range; }
    [[nodiscard]] ZoneChoice zone() const { return m_zone; }
    /// Anything but one of ranges() is left aside.
    void setRange(std::chrono::seconds range);
    void setZone(ZoneChoice zone);

Q_SIGNALS:
    void rangeChanged(std::chrono::seconds range);
    void zoneChanged(postern::ZoneChoice zone);

private:
    std::chrono::seconds m_range = std::chrono::hours(6);
    ZoneChoice m_zone = ZoneChoice::Utc;
};

} // namespace postern
