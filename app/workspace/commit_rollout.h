#pragma once

#include "models/fleet/rollout.h"

#include <optional>
#include <vector>

namespace postern {

/// The rollouts of one commit over all its APIs, taken together: the gateways are added up, and a stage is
/// reached once every API has reached it.
struct CommitRollout
{
    Rollout together;
    std::vector<QString> apis;
};

[[nodiscard]] std::optional<CommitRollout> rolloutOf(const std::vector<Rollout>& rollouts,
                                                     const QString& commit);
/// One a commit, in the order given (newest first).
[[nodiscard]] std::vector<CommitRollout> byCommit(const std::vector<Rollout>& rollouts);

} // namespace postern
