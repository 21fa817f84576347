#pragma once

#include "models/base/clock.h"

#include <QString>
#include <QStringList>

#include <utility>
#include <vector>

namespace postern {

/// A series' labels, sorted by name as Prometheus sends them.
struct PrometheusLabels
{
    std::vector<std::pair<QString, QString>> pairs;

    /// Empty when there is no such label, as Prometheus itself has it.
    [[nodiscard]] QString value(QStringView name) const;

    friend bool operator==(const PrometheusLabels&, const PrometheusLabels&) = default;
};

struct PrometheusPoint
{
    Clock::Wall at;
    double value = 0.0; ///< may be NaN or infinite: PromQL knows both
};

struct PrometheusSeries
{
    PrometheusLabels labels;
    std::vector<PrometheusPoint> points; ///< one for an instant query; ascending, gaps left out

    [[nodiscard]] double last() const;
};

/// What a query gave: a vector, a matrix, or a scalar as one series without labels.
struct PrometheusAnswer
{
    std::vector<PrometheusSeries> series;
    QStringList warnings; ///< the answer may be partial; the words are the server's
};

} // namespace postern
