#include "app/pages/rollouts/commit_row.h"

namespace postern {

std::vector<CommitRow> commitRows(const std::vector<Commit>& commits, const FleetSnapshot& fleet)
{
    struct Runs
    {
        int gateways = 0;
        QStringList apis;
    };
    QHash<QString, Runs> byRevision;
    for (const ApiStatus& api : fleet.apis)
        for (const RunningConfiguration& running : api.configurations) {
            Runs& runs = byRevision[running.revision];
            runs.gateways += running.instances;
            runs.apis << api.api;
        }
    std::vector<CommitRow> rows;
    for (const Commit& commit : commits) {
        const Runs runs = byRevision.value(commit.hash);
        rows.push_back({commit, runs.gateways, runs.apis, rows.empty()});
    }
    return rows;
}

} // namespace postern
