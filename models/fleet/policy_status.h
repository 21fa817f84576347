#pragma once

#include "models/fleet/measured.h"

#include <QString>

#include <optional>

namespace postern {

/// What one policy decided over a window. Counts are Prometheus' `increase`: not whole numbers.
struct DecisionCounts
{
    double allow = 0.0;
    double deny = 0.0;
    double error = 0.0;

    [[nodiscard]] double total() const { return allow + deny + error; }
};

/// One policy of an API's effective document, with what it decided.
struct PolicyStatus
{
    QString route; ///< empty: on every route
    QString name;
    QString type;
    QString mode;  ///< `enforce`, `shadow`, `off`
    int stage = 0; ///< position in the pipeline, from 1
    QString stageName;
    QString layer; ///< where it comes from: a baseline's name, or the document
    QString file;
    int line = 0;
    QString revision;
    std::optional<DecisionCounts> decisions; ///< none: not measured
    std::chrono::seconds window{0};          ///< of `decisions`
    std::optional<Clock::Wall> at;
};

} // namespace postern
