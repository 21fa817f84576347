#pragma once

#include "models/git/clone.h"

#include <QLockFile>

#include <memory>

namespace postern {

/// A private work tree of a clone, under `.git/postern/work`, with a lock file beside it that says whose it
/// is.
struct WorkTree
{
    QString directory;
    std::shared_ptr<QLockFile> lock;
};

/// With \a commit checked out on a detached head.
Task<Result<WorkTree>> addWorkTree(GitRun& run, Clone clone, QString commit);
/// Also after a cancel. What cannot be removed now is a leftover of the next open().
Task<bool> removeWorkTree(GitRun& run, Clone clone, WorkTree tree);
/// Removes the work trees of ours whose process has died, and nobody else's.
Task<bool> removeLeftovers(GitRun& run, Clone clone);
/// The same clone, with its commands running in \a tree.
[[nodiscard]] Clone inside(const Clone& clone, const WorkTree& tree);
/// Puts the edits on disk below \a directory; refuses a path that leads out of it.
[[nodiscard]] Result<void> writeEdits(const QString& directory, const std::vector<FileEdit>& edits);

} // namespace postern
