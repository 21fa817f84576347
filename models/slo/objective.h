#pragma once

#include <QString>

#include <chrono>
#include <vector>

namespace postern::slo {

/// What one API promises, as a document states it, with its percentages made ratios.
struct Objective
{
    enum class Kind {
        Availability, ///< a response of 500–599 on a route is bad
        Latency       ///< of the requests with outcome `ok`, those slower than `threshold` are bad
    };

    QString name;
    Kind kind = Kind::Availability;
    double target = 0.0;                    ///< share of good requests promised, 0–1 (0.9999 for 99.99 %)
    std::chrono::milliseconds threshold{0}; ///< latency alone
    std::chrono::seconds window{0};

    /// The share of requests that may be bad: 0.0001 for 99.99 %.
    [[nodiscard]] double allowed() const { return 1.0 - target; }

    friend bool operator==(const Objective&, const Objective&) = default;
};

} // namespace postern::slo
