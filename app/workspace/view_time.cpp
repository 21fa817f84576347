#include "app/workspace/view_time.h"

#include <algorithm>

namespace postern {

const std::vector<std::chrono::seconds>& ViewTime::ranges()
{
    using namespace std::chrono_literals;
    static const std::vector<std::chrono::seconds> ranges{5min, 15min, 1h, 6h, 24h, 7 * 24h, 30 * 24h};
    return ranges;
}

void ViewTime::setRange(std::chrono::seconds range)
{
    if (range == m_range || std::ranges::find(ranges(), range) == ranges().end())
        return;
    m_range = range;
    Q_EMIT rangeChanged(range);
}

void ViewTime::setZone(ZoneChoice zone)
{
    if (zone == m_zone)
        return;
    m_zone = zone;
    Q_EMIT zoneChanged(zone);
}

} // namespace postern
