#include "tests/support/open_metrics.h"

#include <cmath>

namespace postern::test {

OpenMetrics& OpenMetrics::series(const QByteArray& name, const QByteArray& labels, Wall from, Wall to,
                                 std::chrono::seconds step, const Value& value)
{
    for (Wall at = from; at <= to; at += step) {
        const double sample = value(at);
        if (std::isnan(sample))
            continue;
        const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(at.time_since_epoch()).count();
        m_text += name + '{' + labels + "} " + QByteArray::number(sample, 'g', 17) + ' ' +
                  QByteArray::number(static_cast<double>(ms) / 1000.0, 'f', 3) + '\n';
    }
    return *this;
}

OpenMetrics::Value growing(double perSecond, OpenMetrics::Wall from)
{
    return [=](OpenMetrics::Wall at) { return perSecond * std::chrono::duration<double>(at - from).count(); };
}

OpenMetrics::Value constant(double value)
{
    return [=](OpenMetrics::Wall) { return value; };
}

} // namespace postern::test
