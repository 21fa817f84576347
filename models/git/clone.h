#pragma once

#include "models/git/repository.h"
#include "models/git/run.h"

namespace postern {

/// Where a Repository's operations work: found by openClone, a value from then on.
struct Clone
{
    QString directory;       ///< top of the user's work tree
    QString commonDirectory; ///< `.git`, absolute; shared by all work trees
    QString branch;          ///< the remote's, without `refs/heads/`
    QString remote;
    Repository::Options options;

    [[nodiscard]] QString upstream() const { return remote + u'/' + branch; }
    [[nodiscard]] QString trackingRef() const { return QStringLiteral("refs/remotes/") + upstream(); }
    [[nodiscard]] QString remoteRef() const { return QStringLiteral("refs/heads/") + branch; }
    /// Our own folder, for private work trees.
    [[nodiscard]] QString workDirectory() const { return commonDirectory + QStringLiteral("/postern/work"); }
    /// Keeps a commit that has not reached the remote.
    [[nodiscard]] static QString pendingRef(const QString& commit);

    /// A command with the local timeout, in the user's work tree.
    [[nodiscard]] GitCommand command(const QStringList& arguments) const;
};

Task<Result<Clone>> openClone(GitRun& run, QString directory, Repository::Options options);
Task<Result<RepositoryState>> readState(GitRun& run, Clone clone);
/// The remote's branch into its tracking ref, then the state; FETCH_HEAD and tags stay as they are.
Task<Result<RepositoryState>> fetchBranch(GitRun& run, Clone clone);
/// The full hash of a commit; NotFound when there is none.
Task<Result<QString>> resolveCommit(GitRun& run, Clone clone, QString revision);
/// Whether \a ancestor is part of \a descendant's history.
Task<Result<bool>> isAncestor(GitRun& run, Clone clone, QString ancestor, QString descendant);

} // namespace postern
