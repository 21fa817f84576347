#include "models/git/publish.h"
#include "models/git/reading.h"

namespace postern {

Task<Result<bool>> dropPendingCommit(GitRun& run, Clone clone, QString commit)
{
    const QStringList arguments{QStringLiteral("update-ref"), QStringLiteral("-d"),
                                Clone::pendingRef(commit)};
    Task<Result<QByteArray>> dropping =
        run.mustGit(clone.command(arguments), QStringLiteral("Dropping the pending commit %1").arg(commit));
    Result<QByteArray> dropped = co_await dropping;
    if (!dropped)
        co_return failure(dropped.error());
    co_return true;
}

Task<Result<std::vector<Commit>>> listPending(GitRun& run, Clone clone)
{
    run.enter(GitStep::Reading);
    const QStringList arguments{QStringLiteral("for-each-ref"), QStringLiteral("--sort=committerdate"),
                                QStringLiteral("--format=%(objectname)"), Clone::pendingRef(QString())};
    Task<Result<QByteArray>> listing =
        run.mustGit(clone.command(arguments), QStringLiteral("Listing pending commits"));
    Result<QByteArray> out = co_await listing;
    if (!out)
        co_return failure(out.error());
    std::vector<Commit> commits;
    const QStringList hashes = QString::fromLatin1(*out).split(u'\n', Qt::SkipEmptyParts);
    for (const QString& hash : hashes) {
        // A push whose answer got lost did arrive.
        Task<Result<bool>> asking = isAncestor(run, clone, hash, clone.trackingRef());
        Result<bool> there = co_await asking;
        if (!there)
            co_return failure(there.error());
        if (*there) {
            Task<Result<bool>> dropping = dropPendingCommit(run, clone, hash);
            co_await dropping;
            continue;
        }
        const LogRequest request{.revision = hash, .path = {}, .limit = 1};
        Task<Result<std::vector<Commit>>> reading = readLog(run, clone, request);
        Result<std::vector<Commit>> commit = co_await reading;
        if (!commit)
            co_return failure(commit.error());
        commits.push_back(commit->front());
    }
    co_return commits;
}

} // namespace postern
