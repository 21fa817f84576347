#pragma once

#include "models/schema/record.h"

namespace postern {

enum class ObjectiveType { Availability, Latency };
std::span<const Choice<ObjectiveType>> choicesOf(ObjectiveType);

/// What is promised (an SLO).
struct Objective
{
    QString name;
    ObjectiveType type = ObjectiveType::Availability;
    double target = 99.9;                               ///< % of requests that are good
    std::optional<std::chrono::milliseconds> threshold; ///< of a latency objective
    std::chrono::milliseconds window = std::chrono::hours(24 * 30);
};

/// What one client or connection may cost, before any policy.
struct Limits
{
    Bytes headerBytes{32 * 1024};
    int headers = 100;
    Bytes uriBytes{8 * 1024};
    std::chrono::milliseconds headerTimeout{10'000};
    std::chrono::milliseconds bodyTimeout{15'000};
    std::chrono::milliseconds idleTimeout{60'000};
    std::chrono::milliseconds writeTimeout{30'000};
    Bytes minimumRate{240}; ///< a second; 0: none
    std::chrono::milliseconds minimumRateGrace{20'000};
    std::chrono::milliseconds tunnelIdleTimeout{300'000};
    Bytes webSocketMessage{1024 * 1024};
    int connections = 10'000; ///< over all workers of the process
    int streams = 128;        ///< of one HTTP/2 connection
    int resets = 500;         ///< likewise: see Http2FloodBudget
};

/// How the gateway goes: after SIGTERM it is not ready for `delay`, and gone after `deadline` at the latest.
struct Drain
{
    std::chrono::milliseconds delay{5'000};
    std::chrono::milliseconds deadline{30'000};
};

struct Admin
{
    QString address = QStringLiteral("127.0.0.1:9909");
};

struct OtlpExporter
{
    QString url;
};

struct Tracing
{
    OtlpExporter otlp;
    double sample = 0.01; ///< 0 to 1
};

[[nodiscard]] const Record<Objective>& objectiveRecord();
[[nodiscard]] const Record<Limits>& limitsRecord();
[[nodiscard]] const Record<Drain>& drainRecord();
[[nodiscard]] const Record<Admin>& adminRecord();
[[nodiscard]] const Record<Tracing>& tracingRecord();

} // namespace postern
