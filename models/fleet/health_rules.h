#pragma once

#include "models/fleet/api_status.h"

namespace postern {

/// What judging an API needs beside its status.
struct HealthContext
{
    Clock::Wall now;
    std::optional<Clock::Wall> driftSince;
    std::optional<Clock::Wall> mixedSince;
    std::chrono::seconds patience{0};
    bool asked = false; ///< Prometheus answered at least once: silence means something
};

/// Sets `health` and `reasons`, gravest first. Rules, each a reason with its numbers:
/// bad: a page-worthy burn, a spent budget, every instance down. Watch: a ticket-worthy burn, a budget below
/// a tenth, some instances down, another configuration than Git's (or several) for longer than the patience,
/// an unmet requirement. Unknown: no sample. Exemptions are told and judge nothing.
void judgeHealth(ApiStatus& status, const HealthContext& context);

/// Instances whose hash is known.
[[nodiscard]] int instancesThatTell(const ApiStatus& status);

/// The gravest reason of each API that is not well, gravest API first; equals by how soon the budget is gone,
/// then by name.
[[nodiscard]] std::vector<AttentionItem> attentionOf(const std::vector<ApiStatus>& apis);

} // namespace postern
