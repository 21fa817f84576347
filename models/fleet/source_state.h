#pragma once

#include "models/base/error.h"
#include "models/fleet/measured.h"

#include <QStringList>

#include <optional>

namespace postern {

/// How far what we hold of one source can be believed.
struct SourceState
{
    enum class State {
        Waiting, ///< asked, not answered yet
        Live,    ///< the newest answer is the newest asked for
        Partial, ///< it answers, but not everything (`missing`)
        Away     ///< it does not answer; what is held is `asOf`
    };

    QString source; ///< `prometheus`, `fleet`, `repository`, …
    State state = State::Waiting;
    std::optional<Clock::Wall> asOf;  ///< of the newest good answer
    std::optional<Clock::Wall> since; ///< when it went away
    QStringList missing;              ///< names of the questions without an answer
    std::optional<Error> error;       ///< of the newest failure
};

} // namespace postern
