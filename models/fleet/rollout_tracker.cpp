#include "models/fleet/rollout_tracker.h"

#include <algorithm>

namespace postern {
namespace {

using Stage = Rollout::Stage;
using State = Rollout::State;

constexpr std::size_t kKept = 100;

/// Who runs it, who is waited for, and by which sample that is known.
void countInstances(Rollout& rollout, const ApiStatus& api)
{
    rollout.seen = 0;
    rollout.of = static_cast<int>(api.instances.size());
    rollout.waitingFor.clear();
    rollout.asOf = api.lastScrape;
    for (const InstanceStatus& instance : api.instances) {
        if (instance.hash == rollout.expectedHash)
            ++rollout.seen;
        else
            rollout.waitingFor.append(instance.gateway.instance);
    }
}

/// The first, or the last, sample of an instance that runs it.
Clock::Wall sampleOf(const Rollout& rollout, const ApiStatus& api, bool last)
{
    std::optional<Clock::Wall> found;
    for (const InstanceStatus& instance : api.instances) {
        if (instance.hash != rollout.expectedHash || !instance.lastScrape)
            continue;
        const Clock::Wall at = *instance.lastScrape;
        found = !found ? at : last ? std::max(*found, at) : std::min(*found, at);
    }
    return found.value_or(rollout.committedAt);
}

void advance(Rollout& rollout, const ApiStatus& api, Clock::Wall now, const RolloutTracker::Options& options)
{
    countInstances(rollout, api);
    const bool everywhere = rollout.of > 0 && rollout.seen == rollout.of;
    if (rollout.seen > 0 && !rollout.firstSeenAt)
        rollout.firstSeenAt = sampleOf(rollout, api, false);
    if (!everywhere)
        rollout.everywhereAt.reset(); // one fell back: the holding time begins anew
    else if (!rollout.everywhereAt)
        rollout.everywhereAt = sampleOf(rollout, api, true);
    if (rollout.seen > 0)
        rollout.stage = Stage::Seen;
    // Held by samples, not by a clock: nothing new from Prometheus proves nothing.
    if (everywhere && rollout.asOf && *rollout.asOf - *rollout.everywhereAt >= options.hold) {
        rollout.stage = Stage::Holds;
        rollout.state = State::Done;
        rollout.holdsAt = rollout.asOf;
        return;
    }
    const Clock::Wall from = rollout.pushedAt.value_or(rollout.committedAt);
    const bool late = rollout.pushedAt && !everywhere && now - from > options.patience;
    rollout.state = late ? State::Slow : State::Running;
}

bool isOpen(const Rollout& rollout)
{
    return rollout.state == State::Running || rollout.state == State::Slow;
}

auto progress(const Rollout& rollout)
{
    return std::make_tuple(rollout.stage, rollout.state, rollout.seen, rollout.of, rollout.waitingFor,
                           rollout.everywhereAt);
}

} // namespace

RolloutTracker::RolloutTracker(const Options& options, QObject* parent) : QObject(parent), m_options(options)
{}

void RolloutTracker::committed(const QString& api, const QString& commit, const QString& subject,
                               const QString& expectedHash, Clock::Wall at)
{
    std::vector<Rollout> superseded;
    for (Rollout& rollout : m_rollouts) {
        if (rollout.api == api && isOpen(rollout)) {
            rollout.state = State::Superseded;
            superseded.push_back(rollout);
        }
    }
    Rollout rollout;
    rollout.api = api;
    rollout.commit = commit;
    rollout.subject = subject;
    rollout.expectedHash = expectedHash;
    rollout.committedAt = at;
    m_rollouts.insert(m_rollouts.begin(), rollout);
    if (m_rollouts.size() > kKept)
        m_rollouts.resize(kKept);
    for (const Rollout& old : superseded)
        Q_EMIT changed(old);
    Q_EMIT changed(rollout);
}

void RolloutTracker::pushed(const QString& commit, Clock::Wall at)
{
    std::vector<Rollout> changes;
    for (Rollout& rollout : m_rollouts) {
        if (rollout.commit != commit || rollout.pushedAt)
            continue;
        rollout.pushedAt = at;
        rollout.stage = std::max(rollout.stage, Stage::Pushed);
        changes.push_back(rollout);
    }
    for (const Rollout& rollout : changes)
        Q_EMIT changed(rollout);
}

void RolloutTracker::update(const FleetSnapshot& snapshot)
{
    std::vector<Rollout> changes;
    for (Rollout& rollout : m_rollouts) {
        const ApiStatus* api = snapshot.find(rollout.api);
        if (!isOpen(rollout) || !api)
            continue;
        const auto before = progress(rollout);
        advance(rollout, *api, snapshot.takenAt, m_options);
        if (progress(rollout) != before)
            changes.push_back(rollout);
    }
    // Told last: a receiver may begin another rollout.
    for (const Rollout& rollout : changes)
        Q_EMIT changed(rollout);
}

const Rollout* RolloutTracker::newest(QStringView api) const
{
    const auto found = std::find_if(m_rollouts.begin(), m_rollouts.end(),
                                    [api](const Rollout& rollout) { return rollout.api == api; });
    return found == m_rollouts.end() ? nullptr : &*found;
}

} // namespace postern
