#pragma once

#include <QString>

#include <chrono>

namespace postern {

/// One scrape target, as `/api/v1/targets` tells it.
struct PrometheusTarget
{
    QString job;
    QString instance;
    QString health;    ///< `up`, `down`, `unknown`
    QString lastError; ///< of the last scrape; empty when it went well
    std::chrono::milliseconds scrapeInterval{0};
};

} // namespace postern
