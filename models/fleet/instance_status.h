#pragma once

#include "models/fleet/measured.h"

#include <QMap>
#include <QString>
#include <QUrl>

#include <optional>

namespace postern {

/// One gateway process as a fleet source knows it.
struct GatewayInstance
{
    QString api;      ///< `namespace/name`
    QString instance; ///< as Prometheus' `instance` label names it
    QUrl url;         ///< the admin listener
    QMap<QString, QString> labels;

    friend bool operator==(const GatewayInstance&, const GatewayInstance&) = default;
};

/// One gateway process, joined with what Prometheus says about it.
struct InstanceStatus
{
    enum class State {
        Unknown, ///< Prometheus knows no such target
        Down,    ///< its last scrape failed
        Up
    };

    GatewayInstance gateway;
    State state = State::Unknown;
    QString hash;                   ///< of the configuration it runs; empty: not known
    QString revision;               ///< the Git commit it was told; may be empty
    std::optional<bool> asExpected; ///< against Git's hash; none when either is not known
    Measured requestsPerSecond;
    Measured memoryBytes;
    std::optional<Clock::Wall> lastScrape; ///< of its newest sample
    std::optional<Clock::Wall> downSince;  ///< when this console first saw it down
};

} // namespace postern
