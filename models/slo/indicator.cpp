#include "models/slo/indicator.h"

#include <QLocale>

namespace postern::slo {

QString Counter::selector() const { return metric + QLatin1Char('{') + matchers + QLatin1Char('}'); }

Counter availabilityTotal()
{
    return {QStringLiteral("postern_requests_total"), QStringLiteral(R"(route!="-",code!~"4..")")};
}

Counter availabilityBad()
{
    return {QStringLiteral("postern_requests_total"), QStringLiteral(R"(route!="-",code=~"5..")")};
}

Counter latencyTotal()
{
    return {QStringLiteral("postern_request_duration_seconds_count"),
            QStringLiteral(R"(route!="-",outcome="ok")")};
}

Counter latencyWithin(const std::vector<std::chrono::milliseconds>& thresholds)
{
    QStringList labels;
    for (const auto threshold : thresholds)
        labels += bucketLabels(threshold);
    QString alternatives = labels.join(QLatin1Char('|'));
    // Digits and points alone; in a PromQL string the backslash itself is escaped.
    alternatives.replace(QLatin1Char('.'), QLatin1String("\\\\."));
    return {QStringLiteral("postern_request_duration_seconds_bucket"),
            QStringLiteral(R"(route!="-",outcome="ok",le=~"%1")").arg(alternatives)};
}

QStringList bucketLabels(std::chrono::milliseconds threshold)
{
    const double seconds = static_cast<double>(threshold.count()) / 1000.0;
    const QString shortest = QString::number(seconds, 'f', QLocale::FloatingPointShortest);
    // OpenMetrics writes 1.0 where the older text format may write 1.
    if (threshold.count() % 1000 == 0)
        return {shortest, shortest + QLatin1String(".0")};
    return {shortest};
}

} // namespace postern::slo
