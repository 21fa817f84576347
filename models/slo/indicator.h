#pragma once

#include <QString>
#include <QStringList>

#include <chrono>
#include <vector>

namespace postern::slo {

/// A counter of requests: a metric and its matchers, as PromQL writes both.
struct Counter
{
    QString metric;
    QString matchers;

    /// `metric{matchers}`
    [[nodiscard]] QString selector() const;
};

// "Which requests are bad" of the contract, in its own words:
// availability counts a response of 500–599 on a route as bad. 4xx (429 and 499 with them), refused requests
// and requests that matched no route (route `-`) are neither bad nor part of the total. Latency: of the
// requests with outcome `ok`, those slower than the threshold are bad; what matched no route is no part of it
// either.

[[nodiscard]] Counter availabilityTotal();
[[nodiscard]] Counter availabilityBad();
[[nodiscard]] Counter latencyTotal();
/// Requests no slower than one of \a thresholds, one series a bucket: keep `le` when summing.
[[nodiscard]] Counter latencyWithin(const std::vector<std::chrono::milliseconds>& thresholds);

/// How exposition formats may write a threshold as `le`: {"0.25"}, {"1", "1.0"}.
[[nodiscard]] QStringList bucketLabels(std::chrono::milliseconds threshold);

} // namespace postern::slo
