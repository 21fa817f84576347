#pragma once

#include "tests/support/open_metrics.h"

namespace postern::test {

/// A fleet of gateways as Prometheus would have scraped it, for tests of scale: about 34 series a gateway
/// (four routes' requests by code, a latency histogram, policies, process, configuration), all growing
/// evenly.
struct FleetData
{
    int apis = 1000;
    int instances = 3;
    OpenMetrics::Wall from;
    OpenMetrics::Wall to;
    std::chrono::seconds step{60};

    [[nodiscard]] QByteArray text() const;
    [[nodiscard]] static QByteArray api(int number);
    [[nodiscard]] QByteArray instance(int api, int number) const;
};

} // namespace postern::test
