#include "models/prometheus/answer.h"

#include <limits>

namespace postern {

QString PrometheusLabels::value(QStringView name) const
{
    for (const auto& [key, text] : pairs) {
        if (key == name)
            return text;
    }
    return {};
}

double PrometheusSeries::last() const
{
    return points.empty() ? std::numeric_limits<double>::quiet_NaN() : points.back().value;
}

} // namespace postern
