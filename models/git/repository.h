#pragma once

#include "models/git/operation.h"
#include "models/git/types.h"

#include <QObject>

#include <chrono>
#include <deque>
#include <memory>

namespace postern {

/// A clone of the repository that holds the documents, used through the user's own `git` command, so that
/// SSH, credential helpers, hooks, signing and identity are the user's. The user's checkout, index and
/// branches are never touched: edits are committed in a private work tree under `.git/postern`.
/// Lives in one thread with an event loop and never blocks it. Reads run at once; fetch, commit and push
/// wait for each other. Destroying it ends what still runs; leftovers are cleaned by the next open().
class Repository : public QObject
{
    Q_OBJECT

public:
    struct Options
    {
        QString branch =
            {}; ///< empty: the one checked out, or the remote's default when the head is detached
        QString remote = {}; ///< empty: the branch's own, else `origin`, else the only one
        std::chrono::milliseconds localTimeout{std::chrono::minutes(2)};
        std::chrono::milliseconds commitTimeout{std::chrono::minutes(5)}; ///< hooks may run checks
        std::chrono::milliseconds networkTimeout{std::chrono::minutes(2)};
        qint64 maxFileBytes = 1024 * 1024; ///< per file read
        qint64 maxReadBytes = 64 * 1024 * 1024;
    };

    explicit Repository(const QString& directory, QObject* parent = nullptr);
    Repository(const QString& directory, const Options& options, QObject* parent = nullptr);
    ~Repository() override;

    /// Checks that the directory is a clone with a branch to push to, removes what an earlier crash of ours
    /// left. Everything else needs it to have succeeded.
    Operation<RepositoryState>* open();
    /// Brings the remote's branch, and nothing else.
    Operation<RepositoryState>* fetch();
    /// Without the network.
    Operation<RepositoryState>* refresh();
    [[nodiscard]] const RepositoryState& state() const { return m_state; }

    /// Regular files of \a revision (symbolic links and submodules are left out), under \a folder when given.
    Operation<std::vector<TreeFile>>* listFiles(const QString& revision, const QString& folder = {});
    /// In the order asked for. Fails as a whole only when the revision cannot be read.
    Operation<std::vector<FileAtRevision>>* readFiles(const QString& revision, const QStringList& paths);
    Operation<std::vector<Commit>>* log(const LogRequest& request);

    /// Commits in a private work tree: hooks, signing and identity as the user configured them. The result
    /// is kept under `refs/postern/pending` until it is pushed or dropped.
    Operation<Commit>* commit(const CommitRequest& request);
    /// Brings \a commit to the remote's branch; when the branch moved: fetch, rebase, \a recheck, again.
    /// A conflict ends with Kind::Conflict, its message naming files and both sides' commits; the commit
    /// stays pending.
    Operation<PushOutcome>* push(const QString& commit, const Recheck& recheck = {});
    /// Commits that never reached the remote, oldest first; they survive a crash.
    Operation<std::vector<Commit>>* pending();
    Operation<bool>* dropPending(const QString& commit);

Q_SIGNALS:
    void stateChanged(const postern::RepositoryState& state);

private:
    class Private;
    void setState(const RepositoryState& state);

    RepositoryState m_state;
    std::unique_ptr<Private> m_private;
};

} // namespace postern
