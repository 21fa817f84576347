#include "models/git/failure.h"
#include "models/git/publish.h"
#include "models/git/reading.h"
#include "models/git/work_tree.h"

#include <QFileInfo>

namespace postern {

namespace {

std::optional<Error> wrongRequest(const CommitRequest& request)
{
    if (request.message.trimmed().isEmpty())
        return Error::invalid(QStringLiteral("A commit needs a message"));
    if (request.files.empty())
        return Error::invalid(QStringLiteral("The commit has no file"));
    if (request.base.isEmpty())
        return Error::invalid(
            QStringLiteral("The remote's branch has no commit yet: push a first one, then edits can follow"));
    return {};
}

// What is known only from git's words is told first, for a hook may say the same words and mean others.
Error commitFailure(const GitOutput& output, const QString& hook)
{
    Error error = gitFailure(QStringLiteral("Committing"), output);
    const bool known = error.kind == Error::Kind::Invalid || error.fault == Error::Fault::Configuration ||
                       error.kind == Error::Kind::Exhausted;
    if (known || hook.isEmpty())
        return error;
    error.kind = Error::Kind::Denied;
    error.fault = Error::Fault::Configuration;
    error.retryable = false;
    error.message = QStringLiteral("Committing: the clone's %1 hook refuses it").arg(hook);
    return error;
}

Task<Result<QString>> firstHook(GitRun& run, Clone clone)
{
    for (const char* name : {"pre-commit", "commit-msg", "prepare-commit-msg"}) {
        const QString hook = QLatin1String(name);
        Task<Result<bool>> looking = hasHook(run, clone, hook);
        Result<bool> found = co_await looking;
        if (!found)
            co_return failure(found.error());
        if (*found)
            co_return hook;
    }
    co_return QString();
}

Task<Result<bool>> stage(GitRun& run, Clone within, CommitRequest request)
{
    OffThread<Result<void>> writing(
        run, [directory = within.directory, files = request.files] { return writeEdits(directory, files); });
    Result<void> written = co_await writing;
    if (!written)
        co_return failure(written.error());
    QStringList arguments{QStringLiteral("--literal-pathspecs"), QStringLiteral("add"),
                          QStringLiteral("--force"), QStringLiteral("--sparse"), QStringLiteral("--")};
    for (const FileEdit& edit : request.files)
        arguments << edit.path;
    Task<Result<QByteArray>> adding =
        run.mustGit(within.command(arguments), QStringLiteral("Adding the edit"));
    Result<QByteArray> added = co_await adding;
    if (!added)
        co_return failure(added.error());
    const QStringList compare{QStringLiteral("diff"), QStringLiteral("--cached"), QStringLiteral("--quiet"),
                              QStringLiteral("--no-ext-diff")};
    Task<Result<GitOutput>> comparing = run.git(within.command(compare));
    Result<GitOutput> same = co_await comparing;
    if (!same)
        co_return failure(same.error());
    if (same->exitCode == 0)
        co_return failure(Error::invalid(QStringLiteral("The edit changes nothing")));
    co_return true;
}

Task<Result<Commit>> commitStaged(GitRun& run, Clone within, QString message)
{
    run.enter(GitStep::Committing);
    const QStringList arguments{QStringLiteral("commit"), QStringLiteral("--quiet"),
                                QStringLiteral("--no-status"), QStringLiteral("--cleanup=whitespace"),
                                QStringLiteral("--file=-")};
    GitCommand command = within.command(arguments);
    command.input = message.toUtf8();
    command.timeout = within.options.commitTimeout;
    Task<Result<GitOutput>> committing = run.git(command);
    Result<GitOutput> committed = co_await committing;
    if (!committed)
        co_return failure(committed.error());
    if (committed->exitCode != 0) {
        Task<Result<QString>> looking = firstHook(run, within);
        Result<QString> hook = co_await looking;
        co_return failure(commitFailure(*committed, hook.value_or(QString())));
    }
    const LogRequest request{.revision = QStringLiteral("HEAD"), .path = {}, .limit = 1};
    Task<Result<std::vector<Commit>>> reading = readLog(run, within, request);
    Result<std::vector<Commit>> commits = co_await reading;
    if (!commits)
        co_return failure(commits.error());
    const QStringList keep{QStringLiteral("update-ref"), Clone::pendingRef(commits->front().hash),
                           commits->front().hash};
    Task<Result<QByteArray>> keeping =
        run.mustGit(within.command(keep), QStringLiteral("Keeping the commit"));
    Result<QByteArray> kept = co_await keeping;
    if (!kept)
        co_return failure(kept.error());
    co_return commits->front();
}

Task<Result<bool>> checkIdentity(GitRun& run, Clone clone)
{
    const QStringList arguments{QStringLiteral("var"), QStringLiteral("GIT_COMMITTER_IDENT")};
    Task<Result<QByteArray>> asking = run.mustGit(clone.command(arguments), QStringLiteral("Committing"));
    Result<QByteArray> identity = co_await asking;
    if (!identity)
        co_return failure(identity.error());
    co_return true;
}

} // namespace

Task<Result<bool>> hasHook(GitRun& run, Clone clone, QString name)
{
    const QStringList arguments{QStringLiteral("rev-parse"), QStringLiteral("--path-format=absolute"),
                                QStringLiteral("--git-path"), QStringLiteral("hooks/") + name};
    Task<Result<QByteArray>> asking =
        run.mustGit(clone.command(arguments), QStringLiteral("Looking for hooks"));
    Result<QByteArray> path = co_await asking;
    if (!path)
        co_return failure(path.error());
    co_return QFileInfo(QString::fromUtf8(*path).trimmed()).isExecutable();
}

Task<Result<Commit>> commitEdit(GitRun& run, Clone clone, CommitRequest request)
{
    if (const std::optional<Error> wrong = wrongRequest(request))
        co_return failure(*wrong);
    Task<Result<QString>> resolving = resolveCommit(run, clone, request.base);
    Result<QString> base = co_await resolving;
    if (!base)
        co_return failure(base.error());
    Task<Result<bool>> checking = checkIdentity(run, clone);
    Result<bool> known = co_await checking;
    if (!known)
        co_return failure(known.error());
    Task<Result<WorkTree>> adding = addWorkTree(run, clone, *base);
    Result<WorkTree> tree = co_await adding;
    if (!tree)
        co_return failure(tree.error());
    const Clone within = inside(clone, *tree);
    Task<Result<bool>> staging = stage(run, within, request);
    Result<bool> staged = co_await staging;
    Result<Commit> commit;
    if (staged) {
        Task<Result<Commit>> committing = commitStaged(run, within, request.message);
        commit = co_await committing;
    } else {
        commit = failure(staged.error());
    }
    Task<bool> removing = removeWorkTree(run, clone, *tree);
    co_await removing;
    co_return commit;
}

} // namespace postern
