#include "tests/app/support/fleet_metrics.h"

#include "tests/support/open_metrics.h"

namespace postern::test {
namespace {

constexpr int instancesEach = 2;

/// Samples of one metric must stand together: one pass a metric.
template<typename Each>
void forEachInstance(const FleetMetrics& metrics, Each&& each)
{
    for (std::size_t at = 0; at < metrics.apis.size(); ++at)
        for (int index = 0; index < instancesEach; ++index) {
            const FleetMetrics::Api& api = metrics.apis[at];
            const QByteArray labels = "api=\"" + api.name + "\",instance=\"" +
                                      FleetMetrics::instance(at, index) + "\",job=\"postern\"";
            each(api, labels, FleetMetrics::instance(at, index));
        }
}

} // namespace

QByteArray FleetMetrics::instance(std::size_t api, int index)
{
    return "10.0." + QByteArray::number(static_cast<qulonglong>(api / 100)) + '.' +
           QByteArray::number(static_cast<qulonglong>(api % 100) * 2 + static_cast<qulonglong>(index) + 1) +
           ":9909";
}

QByteArray FleetMetrics::text() const
{
    const auto from = end - range;
    OpenMetrics metrics;
    const auto write = [&](const QByteArray& name, const QByteArray& labels,
                           const OpenMetrics::Value& value) {
        metrics.series(name, labels, from, end, step, value);
    };
    forEachInstance(*this, [&](const Api& api, const QByteArray& labels, const QByteArray&) {
        const QByteArray route = labels + ",route=\"read\",method=\"GET\",code=\"";
        write("postern_requests_total", route + "200\"",
              growing(api.requestsPerSecond * (1.0 - api.errorShare), from));
        if (api.errorShare > 0.0)
            write("postern_requests_total", route + "502\"",
                  growing(api.requestsPerSecond * api.errorShare, from));
    });
    forEachInstance(*this, [&](const Api& api, const QByteArray& labels, const QByteArray&) {
        const QByteArray bucket = labels + ",route=\"read\",outcome=\"ok\",le=\"";
        for (const auto& [bound, share] :
             {std::pair{"0.01", 0.5}, {"0.05", 0.9}, {"0.25", 0.999}, {"+Inf", 1.0}})
            write("postern_request_duration_seconds_bucket", bucket + bound + "\"",
                  growing(api.requestsPerSecond * share, from));
    });
    forEachInstance(*this, [&](const Api& api, const QByteArray& labels, const QByteArray&) {
        write("postern_request_duration_seconds_count", labels + ",route=\"read\",outcome=\"ok\"",
              growing(api.requestsPerSecond, from));
    });
    forEachInstance(*this, [&](const Api& api, const QByteArray& labels, const QByteArray&) {
        write("postern_config_info", labels + ",hash=\"" + api.hash + "\",revision=\"" + api.revision + "\"",
              constant(1));
    });
    forEachInstance(*this, [&](const Api&, const QByteArray&, const QByteArray& instance) {
        write("up", "instance=\"" + instance + "\",job=\"postern\"", constant(1));
    });
    forEachInstance(*this, [&](const Api&, const QByteArray&, const QByteArray& instance) {
        write("process_resident_memory_bytes", "instance=\"" + instance + "\",job=\"postern\"",
              constant(41.0 * 1024 * 1024));
    });
    return metrics.text();
}

QByteArray FleetMetrics::fleetFile() const
{
    QByteArray text = "gateways:\n";
    forEachInstance(*this, [&](const Api& api, const QByteArray&, const QByteArray& instance) {
        text += "  - {api: " + api.name + ", instance: \"" + instance + "\", url: \"http://" + instance +
                "\", labels: {environment: production, cluster: eu-1}}\n";
    });
    return text;
}

} // namespace postern::test
