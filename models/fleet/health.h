#pragma once

#include "models/base/clock.h"

#include <QString>

#include <optional>
#include <vector>

namespace postern {

/// The numbers are those of StateRole (models/items/roles.h).
enum class Health { Good = 0, Watch = 1, Bad = 2, Unknown = 3 };

/// Greater is graver: what is not known ranks above a good state and below one to watch.
[[nodiscard]] int gravity(Health health);

/// One machine-readable reason for an API's state. The words are made in `app`.
struct HealthReason
{
    enum class Kind {
        BudgetSpent,         ///< objective; value = share left (≤ 0)
        Burning,             ///< objective; value = burn rate, limit = its threshold, window; goneIn
        NoMetrics,           ///< no sample of this API; since
        InstancesDown,       ///< count of `of` instances do not answer their scrape; since
        ConfigurationDrift,  ///< count of `of` instances run another hash than Git's (`hash`); since
        MixedConfigurations, ///< instances run `count` different configurations
        GovernanceMissing,   ///< count requirements of a baseline are unmet
        GovernanceExempt,    ///< count requirements are exempted for now
        BudgetLow            ///< objective; value = share left, below `limit`
    };

    Kind kind = Kind::NoMetrics;
    Health severity = Health::Unknown;
    QString objective{};
    double value = 0.0;
    double limit = 0.0;
    std::chrono::seconds window{0};
    int count = 0;
    int of = 0;
    std::optional<std::chrono::seconds> goneIn{};
    std::optional<Clock::Wall> since{};
    QString hash{};

    friend bool operator==(const HealthReason&, const HealthReason&) = default;
};

/// One line of "needs attention first".
struct AttentionItem
{
    QString api;
    HealthReason reason;

    friend bool operator==(const AttentionItem&, const AttentionItem&) = default;
};

} // namespace postern
