#pragma once

#include "gateway/telemetry/metric_totals.h"

#include <prometheus/metric_family.h>

#include <initializer_list>
#include <string>
#include <string_view>

namespace postern {

/// Builds one family of prometheus-cpp's model. Lives on the stack of one scrape.
class MetricFamilyBuilder
{
public:
    struct Label
    {
        std::string_view name;
        std::string value;

        Label(std::string_view n, std::string_view v) : name(n), value(v) {}
    };
    using Labels = std::initializer_list<Label>;

    MetricFamilyBuilder(std::string_view name, std::string_view help, prometheus::MetricType type);

    /// A counter's or gauge's sample, whichever the family is of.
    template<typename Number>
    void add(Number value, Labels labels)
    {
        addValue(static_cast<double>(value), labels);
    }
    /// Nothing is added for a histogram that observed nothing.
    void add(const HistogramTotal& histogram, Labels labels);

    [[nodiscard]] prometheus::MetricFamily take() { return std::move(m_family); }

private:
    void addValue(double value, Labels labels);

    prometheus::MetricFamily m_family;
};

} // namespace postern
