#include "gateway/telemetry/metric_families.h"

#include <limits>

namespace postern {

namespace {

double seconds(std::chrono::nanoseconds duration)
{
    // Divided once, so that 2500000 ns is the double nearest to 0.0025 and prints as it is written.
    return static_cast<double>(duration.count()) / 1e9;
}

prometheus::ClientMetric metricWith(MetricFamilyBuilder::Labels labels)
{
    prometheus::ClientMetric metric;
    metric.label.reserve(labels.size());
    for (const MetricFamilyBuilder::Label& label : labels)
        metric.label.push_back({std::string(label.name), label.value});
    return metric;
}

} // namespace

MetricFamilyBuilder::MetricFamilyBuilder(std::string_view name, std::string_view help,
                                         prometheus::MetricType type)
{
    m_family.name = name;
    m_family.help = help;
    m_family.type = type;
}

void MetricFamilyBuilder::addValue(double value, Labels labels)
{
    prometheus::ClientMetric metric = metricWith(labels);
    if (m_family.type == prometheus::MetricType::Counter)
        metric.counter.value = value;
    else
        metric.gauge.value = value;
    m_family.metric.push_back(std::move(metric));
}

void MetricFamilyBuilder::add(const HistogramTotal& histogram, Labels labels)
{
    if (histogram.empty())
        return;
    prometheus::ClientMetric metric = metricWith(labels);
    std::uint64_t cumulative = 0;
    for (std::size_t i = 0; i <= histogram.bounds().size(); ++i) {
        cumulative += histogram.bucket(i);
        const double bound = i < histogram.bounds().size() ? seconds(histogram.bounds()[i])
                                                           : std::numeric_limits<double>::infinity();
        metric.histogram.bucket.push_back({cumulative, bound});
    }
    metric.histogram.sample_count = cumulative;
    metric.histogram.sample_sum = static_cast<double>(histogram.sum()) / 1e9;
    m_family.metric.push_back(std::move(metric));
}

} // namespace postern
