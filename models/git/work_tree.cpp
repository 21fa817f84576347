#include "models/git/work_tree.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QUuid>

namespace postern {

namespace {

const QString kPrefix = QStringLiteral("postern-");
const QString kLockSuffix = QStringLiteral(".lock");

std::shared_ptr<QLockFile> lockOf(const QString& directory)
{
    auto lock = std::make_shared<QLockFile>(directory + kLockSuffix);
    // A long operation is not a stale one: only a process that is gone leaves a stale lock.
    lock->setStaleLockTime(0);
    return lock;
}

Result<WorkTree> reserve(const QString& workDirectory)
{
    if (!QDir().mkpath(workDirectory))
        return failure(Error::environment(Error::Kind::Denied,
                                          QStringLiteral("The folder %1 cannot be made").arg(workDirectory)));
    const QString name = kPrefix + QUuid::createUuid().toString(QUuid::Id128);
    WorkTree tree{.directory = workDirectory + u'/' + name, .lock = {}};
    tree.lock = lockOf(tree.directory);
    if (!tree.lock->tryLock(0))
        return failure(Error::environment(
            Error::Kind::Denied,
            QStringLiteral("The lock file %1%2 cannot be made").arg(tree.directory, kLockSuffix)));
    return tree;
}

std::vector<WorkTree> findLeftovers(const QString& workDirectory)
{
    std::vector<WorkTree> leftovers;
    QStringList names;
    for (QString name :
         QDir(workDirectory).entryList({kPrefix + u'*'}, QDir::AllEntries | QDir::NoDotAndDotDot)) {
        if (name.endsWith(kLockSuffix))
            name.chop(kLockSuffix.size());
        if (!names.contains(name))
            names << name;
    }
    for (const QString& name : names) {
        WorkTree tree{.directory = workDirectory + u'/' + name, .lock = {}};
        tree.lock = lockOf(tree.directory);
        if (tree.lock->tryLock(0))
            leftovers.push_back(std::move(tree));
    }
    return leftovers;
}

// By hand, for what `git worktree remove` does not know (any more) as a work tree.
bool removeFolders(const QString& commonDirectory, const QString& directory)
{
    const QString name = QFileInfo(directory).fileName();
    const bool removed = QDir(directory).removeRecursively();
    return QDir(commonDirectory + QStringLiteral("/worktrees/") + name).removeRecursively() && removed;
}

Error badPath(const QString& path, const QString& why)
{
    return Error::invalid(QStringLiteral("The file %1 cannot be edited: %2").arg(path, why),
                          {.file = path, .path = {}});
}

Result<void> checkPath(const QString& directory, const QString& path)
{
    QString reached = directory;
    for (const QString& part : path.split(u'/')) {
        if (part.isEmpty() || part == QLatin1String(".") || part == QLatin1String("..") ||
            part.contains(QChar(0)) || part.compare(QLatin1String(".git"), Qt::CaseInsensitive) == 0)
            return failure(badPath(path, QStringLiteral("it is no path inside a repository")));
        reached += u'/' + part;
        if (QFileInfo(reached).isSymLink())
            return failure(badPath(
                path, QStringLiteral("%1 is a symbolic link").arg(reached.mid(directory.size() + 1))));
    }
    return {};
}

Result<void> writeEdit(const QString& directory, const FileEdit& edit)
{
    if (Result<void> checked = checkPath(directory, edit.path); !checked)
        return checked;
    const QString target = directory + u'/' + edit.path;
    QFile file(target);
    if (!edit.text) {
        if (file.exists() && !file.remove())
            return failure(badPath(edit.path, file.errorString()));
        return {};
    }
    if (!QDir().mkpath(QFileInfo(target).path()) || !file.open(QIODevice::WriteOnly | QIODevice::Truncate) ||
        file.write(*edit.text) != edit.text->size() || !file.flush())
        return failure(badPath(edit.path, file.errorString()));
    return {};
}

} // namespace

Task<Result<WorkTree>> addWorkTree(GitRun& run, Clone clone, QString commit)
{
    run.enter(GitStep::Preparing);
    OffThread<Result<WorkTree>> reserving(run, [where = clone.workDirectory()] { return reserve(where); });
    Result<WorkTree> tree = co_await reserving;
    if (!tree)
        co_return failure(tree.error());
    const QStringList arguments{QStringLiteral("worktree"), QStringLiteral("add"), QStringLiteral("--quiet"),
                                QStringLiteral("--detach"), tree->directory,       commit};
    Task<Result<QByteArray>> adding =
        run.mustGit(clone.command(arguments), QStringLiteral("Preparing a private work tree"));
    Result<QByteArray> added = co_await adding;
    if (added)
        co_return tree;
    Task<bool> removing = removeWorkTree(run, clone, *tree);
    co_await removing;
    co_return failure(added.error());
}

Task<bool> removeWorkTree(GitRun& run, Clone clone, WorkTree tree)
{
    run.enter(GitStep::CleaningUp);
    // Twice: also one that git has locked, as it does while it makes it.
    const QStringList arguments{QStringLiteral("worktree"), QStringLiteral("remove"),
                                QStringLiteral("--force"), QStringLiteral("--force"), tree.directory};
    Task<Result<GitOutput>> removing = run.gitAlways(clone.command(arguments));
    Result<GitOutput> removed = co_await removing;
    bool gone = removed && removed->exitCode == 0;
    if (!gone) {
        OffThread<bool> byHand(run, [common = clone.commonDirectory, directory = tree.directory] {
            return removeFolders(common, directory);
        });
        gone = co_await byHand;
    }
    if (gone)
        tree.lock->unlock();
    co_return gone;
}

Task<bool> removeLeftovers(GitRun& run, Clone clone)
{
    OffThread<std::vector<WorkTree>> finding(
        run, [where = clone.workDirectory()] { return findLeftovers(where); });
    std::vector<WorkTree> leftovers = co_await finding;
    bool all = true;
    for (const WorkTree& tree : leftovers) {
        Task<bool> removing = removeWorkTree(run, clone, tree);
        const bool removed = co_await removing;
        all = all && removed;
    }
    co_return all;
}

Clone inside(const Clone& clone, const WorkTree& tree)
{
    Clone within = clone;
    within.directory = tree.directory;
    return within;
}

Result<void> writeEdits(const QString& directory, const std::vector<FileEdit>& edits)
{
    for (const FileEdit& edit : edits) {
        if (Result<void> written = writeEdit(directory, edit); !written)
            return written;
    }
    return {};
}

} // namespace postern
