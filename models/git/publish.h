#pragma once

#include "models/git/clone.h"

namespace postern {

/// From an edit to a commit under `refs/postern/pending`.
Task<Result<Commit>> commitEdit(GitRun& run, Clone clone, CommitRequest request);
/// From a pending commit to the remote's branch.
Task<Result<PushOutcome>> pushCommit(GitRun& run, Clone clone, QString commit, Recheck recheck);
/// Forgets those that the remote's branch has by now.
Task<Result<std::vector<Commit>>> listPending(GitRun& run, Clone clone);
Task<Result<bool>> dropPendingCommit(GitRun& run, Clone clone, QString commit);

/// Whether the clone would run this hook in its current directory.
Task<Result<bool>> hasHook(GitRun& run, Clone clone, QString name);

} // namespace postern
