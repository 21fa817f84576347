#pragma once

#include <QByteArray>
#include <QStringList>

#include <chrono>

namespace postern::test {

/// What gateways of a fleet would have told a Prometheus over the last hours, as OpenMetrics text: two
/// instances an API, steady traffic, a few errors, one configuration.
struct FleetMetrics
{
    struct Api
    {
        QByteArray name; ///< `namespace/name`
        QByteArray hash;
        QByteArray revision;
        double requestsPerSecond = 50.0; ///< of each instance
        double errorShare = 0.0;         ///< 0–1
    };

    std::vector<Api> apis;
    std::chrono::system_clock::time_point end;
    std::chrono::seconds range{std::chrono::hours(2)};
    std::chrono::seconds step{std::chrono::seconds(15)};

    /// The instance as Prometheus names it; \a index 0 or 1.
    [[nodiscard]] static QByteArray instance(std::size_t api, int index);
    [[nodiscard]] QByteArray text() const;
    /// A fleet file for them.
    [[nodiscard]] QByteArray fleetFile() const;
};

} // namespace postern::test
