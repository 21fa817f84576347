#include "tests/support/fleet_data.h"

#include <array>

namespace postern::test {
namespace {

constexpr std::array kBounds{"0.0005", "0.001", "0.0025", "0.005", "0.01", "0.025", "0.05", "0.1",
                             "0.25",   "0.5",   "1",      "2.5",   "5",    "10",    "+Inf"};
constexpr std::array kRoutes{"read", "list", "create", "everything-else"};
constexpr std::array kCodes{"200", "404", "503"};

} // namespace

QByteArray FleetData::api(int number)
{
    return "team-" + QByteArray::number(number % 40) + "/api-" + QByteArray::number(number);
}

QByteArray FleetData::instance(int api, int number) const
{
    const int position = api * instances + number;
    return "10." + QByteArray::number(position / 62'500) + '.' + QByteArray::number(position / 250 % 250) +
           '.' + QByteArray::number(position % 250) + ":9909";
}

QByteArray FleetData::text() const
{
    OpenMetrics metrics;
    const auto each = [&](const auto& write) {
        for (int number = 0; number < apis; ++number) {
            for (int replica = 0; replica < instances; ++replica)
                write("api=\"" + api(number) + "\",instance=\"" + instance(number, replica) +
                      "\",job=\"postern\"");
        }
    };
    const auto series = [&](const char* name, const QByteArray& labels, const OpenMetrics::Value& value) {
        metrics.series(name, labels, from, to, step, value);
    };
    each([&](const QByteArray& of) {
        for (const char* route : kRoutes) {
            for (const char* code : kCodes)
                series("postern_requests_total",
                       of + ",route=\"" + route + "\",method=\"GET\",code=\"" + code + '"',
                       growing(code == kCodes.front() ? 10.0 : 0.002, from));
        }
    });
    each([&](const QByteArray& of) {
        double share = 0.0;
        for (const char* bound : kBounds) {
            share += 1.0 / kBounds.size();
            series("postern_request_duration_seconds_bucket",
                   of + ",route=\"read\",outcome=\"ok\",le=\"" + bound + '"', growing(10.0 * share, from));
        }
    });
    each([&](const QByteArray& of) {
        series("postern_request_duration_seconds_count", of + ",route=\"read\",outcome=\"ok\"",
               growing(10.0, from));
    });
    each([&](const QByteArray& of) {
        for (const char* decision : {"allow", "deny"})
            series("postern_policy_decisions_total",
                   of +
                       ",route=\"read\",policy=\"fair-use\",type=\"rateLimit\",mode=\"enforce\",decision=\"" +
                       decision + '"',
                   growing(5.0, from));
    });
    each([&](const QByteArray& of) {
        series("postern_config_info", of + ",hash=\"" + QByteArray(64, 'a') + "\",revision=\"4f1c2a9\"",
               constant(1));
    });
    each([&](const QByteArray& of) { series("process_resident_memory_bytes", of, constant(22e6)); });
    each([&](const QByteArray& of) { series("up", of.mid(of.indexOf("instance=")), constant(1)); });
    return metrics.text();
}

} // namespace postern::test
