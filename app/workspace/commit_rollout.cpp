#include "app/workspace/commit_rollout.h"

#include <algorithm>

namespace postern {
namespace {

/// Of two moments the later, and none where one is lacking: what one API has not reached, the commit has not.
std::optional<Clock::Wall> latest(const std::optional<Clock::Wall>& left,
                                  const std::optional<Clock::Wall>& right)
{
    return left && right ? std::optional(std::max(*left, *right)) : std::nullopt;
}

int gravity(Rollout::State state)
{
    switch (state) {
    case Rollout::State::Done:
        return 0;
    case Rollout::State::Superseded:
        return 1;
    case Rollout::State::Running:
        return 2;
    case Rollout::State::Slow:
        return 3;
    }
    return 0;
}

void join(CommitRollout& commit, const Rollout& rollout)
{
    Rollout& all = commit.together;
    commit.apis.push_back(rollout.api);
    all.stage = std::min(all.stage, rollout.stage);
    if (gravity(rollout.state) > gravity(all.state))
        all.state = rollout.state;
    all.pushedAt = latest(all.pushedAt, rollout.pushedAt);
    all.firstSeenAt = latest(all.firstSeenAt, rollout.firstSeenAt);
    all.everywhereAt = latest(all.everywhereAt, rollout.everywhereAt);
    all.holdsAt = latest(all.holdsAt, rollout.holdsAt);
    all.asOf = latest(all.asOf, rollout.asOf);
    all.seen += rollout.seen;
    all.of += rollout.of;
    all.waitingFor += rollout.waitingFor;
}

} // namespace

std::optional<CommitRollout> rolloutOf(const std::vector<Rollout>& rollouts, const QString& commit)
{
    std::optional<CommitRollout> found;
    for (const Rollout& rollout : rollouts) {
        if (rollout.commit != commit)
            continue;
        if (found)
            join(*found, rollout);
        else
            found = CommitRollout{rollout, {rollout.api}};
    }
    return found;
}

std::vector<CommitRollout> byCommit(const std::vector<Rollout>& rollouts)
{
    std::vector<CommitRollout> commits;
    for (const Rollout& rollout : rollouts) {
        const auto known = std::ranges::find_if(
            commits, [&](const CommitRollout& commit) { return commit.together.commit == rollout.commit; });
        if (known == commits.end())
            commits.push_back({rollout, {rollout.api}});
        else
            join(*known, rollout);
    }
    return commits;
}

} // namespace postern
