#pragma once

#include "models/fleet/fleet_snapshot.h"
#include "models/fleet/rollout.h"

#include <QObject>

namespace postern {

/// Follows commits until every gateway of their API runs them. Judged by hash alone: a revision label is only
/// told, never proof. Times are those of the samples that showed it, by Prometheus' clock.
/// Owner: the shell. Thread: the UI's; fed with snapshots, asks nothing itself.
class RolloutTracker final : public QObject
{
    Q_OBJECT
public:
    struct Options
    {
        std::chrono::seconds hold{30};      ///< all must run it this long before it holds
        std::chrono::seconds patience{300}; ///< after the push, before it counts as slow
    };

    explicit RolloutTracker(const Options& options, QObject* parent = nullptr);

    /// One rollout an API: an older one that still runs is superseded.
    void committed(const QString& api, const QString& commit, const QString& subject,
                   const QString& expectedHash, Clock::Wall at);
    /// Every rollout of \a commit, which may touch several APIs.
    void pushed(const QString& commit, Clock::Wall at);
    void update(const FleetSnapshot& snapshot);

    /// Newest first; at most 100 are kept.
    [[nodiscard]] const std::vector<Rollout>& rollouts() const { return m_rollouts; }
    /// The newest of \a api; null without one.
    [[nodiscard]] const Rollout* newest(QStringView api) const;

Q_SIGNALS:
    void changed(const postern::Rollout& rollout);

private:
    Options m_options;
    std::vector<Rollout> m_rollouts;
};

} // namespace postern
