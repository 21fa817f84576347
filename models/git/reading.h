#pragma once

#include "models/git/clone.h"

namespace postern {

Task<Result<std::vector<TreeFile>>> listTree(GitRun& run, Clone clone, QString revision, QString folder);
Task<Result<std::vector<FileAtRevision>>> readTree(GitRun& run, Clone clone, QString revision,
                                                   QStringList paths);
Task<Result<std::vector<Commit>>> readLog(GitRun& run, Clone clone, LogRequest request);

} // namespace postern
