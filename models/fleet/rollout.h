#pragma once

#include "models/base/clock.h"

#include <QString>
#include <QStringList>

#include <optional>
#include <vector>

namespace postern {

/// A commit on its way to the gateways of one API: committed → pushed → seen by n of m → holds.
struct Rollout
{
    enum class Stage {
        Committed,
        Pushed,
        Seen, ///< at least one instance runs it
        Holds ///< every instance ran it for the whole holding time
    };
    enum class State {
        Running,
        Done,
        Superseded, ///< Git expects another hash by now
        Slow        ///< not everywhere after the patience given
    };

    QString api;
    QString commit;
    QString subject;
    QString expectedHash;
    Stage stage = Stage::Committed; ///< the last one reached
    State state = State::Running;
    Clock::Wall committedAt;
    std::optional<Clock::Wall> pushedAt;
    std::optional<Clock::Wall> firstSeenAt;
    std::optional<Clock::Wall> everywhereAt; ///< since when all of them run it
    std::optional<Clock::Wall> holdsAt;
    int seen = 0;
    int of = 0;
    QStringList waitingFor;          ///< instances that run something else, or do not say
    std::optional<Clock::Wall> asOf; ///< of the newest sample this was judged by
};

} // namespace postern
