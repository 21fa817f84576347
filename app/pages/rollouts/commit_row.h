#pragma once

#include "models/fleet/fleet_snapshot.h"
#include "models/git/types.h"

namespace postern {

/// One commit of the branch, with who runs it.
struct CommitRow
{
    Commit commit;
    int gateways = 0; ///< that run a configuration told to be this commit
    QStringList apis; ///< theirs
    bool isTip = false;
};

[[nodiscard]] std::vector<CommitRow> commitRows(const std::vector<Commit>& commits,
                                                const FleetSnapshot& fleet);

} // namespace postern
