#include "models/git/rebase.h"

#include "models/git/failure.h"
#include "models/git/reading.h"

namespace postern {

namespace {

QStringList names(const QByteArray& out)
{
    return QString::fromUtf8(out).split(QChar(0), Qt::SkipEmptyParts);
}

QString named(const Commit& commit)
{
    return QStringLiteral("%1 “%2” by %3").arg(commit.hash.left(8), commit.subject, commit.author);
}

QString namedAll(const std::vector<Commit>& commits)
{
    constexpr size_t most = 3;
    QStringList parts;
    for (size_t i = 0; i < std::min(commits.size(), most); ++i)
        parts << named(commits[i]);
    if (commits.size() > most)
        parts << QStringLiteral("%1 more").arg(commits.size() - most);
    return parts.isEmpty() ? QStringLiteral("the branch as it is now") : parts.join(QStringLiteral(", "));
}

// What others did to one file since our commit's base.
Task<Result<std::vector<Commit>>> theirCommits(GitRun& run, Clone within, QString commit, QString tip,
                                               QString file)
{
    const LogRequest request{.revision = tip, .path = file, .limit = 200};
    Task<Result<std::vector<Commit>>> reading = readLog(run, within, request);
    Result<std::vector<Commit>> all = co_await reading;
    if (!all)
        co_return failure(all.error());
    std::vector<Commit> theirs;
    for (const Commit& theirCommit : *all) {
        Task<Result<bool>> asking = isAncestor(run, within, theirCommit.hash, commit);
        Result<bool> known = co_await asking;
        if (!known)
            co_return failure(known.error());
        // Newest first: from the first that we started from, we started from all.
        if (*known)
            break;
        theirs.push_back(theirCommit);
    }
    co_return theirs;
}

Task<Error> describeConflict(GitRun& run, Clone within, QString commit, QString tip, QStringList files)
{
    const LogRequest own{.revision = commit, .path = {}, .limit = 1};
    Task<Result<std::vector<Commit>>> readingOwn = readLog(run, within, own);
    Result<std::vector<Commit>> ours = co_await readingOwn;
    if (!ours)
        co_return ours.error();
    QStringList sentences;
    for (const QString& file : files) {
        Task<Result<std::vector<Commit>>> reading = theirCommits(run, within, commit, tip, file);
        Result<std::vector<Commit>> theirs = co_await reading;
        if (!theirs)
            co_return theirs.error();
        sentences
            << QStringLiteral("%1: yours %2, theirs %3").arg(file, named(ours->front()), namedAll(*theirs));
    }
    Error error{.kind = Error::Kind::Conflict,
                .fault = Error::Fault::Client,
                .retryable = false,
                .message =
                    QStringLiteral("%1 changed the same place meanwhile. %2. Your edit is kept as it was")
                        .arg(within.upstream(), sentences.join(QStringLiteral(". "))),
                .place = {.file = files.value(0), .path = {}},
                .cause = {}};
    co_return error;
}

// Only a rebase that stopped over a merge leaves unmerged files; anything else failed for another reason.
Task<Result<QString>> conflictOrFailure(GitRun& run, Clone within, QString commit, QString tip,
                                        GitOutput output)
{
    const QStringList list{QStringLiteral("diff"), QStringLiteral("--name-only"),
                           QStringLiteral("--diff-filter=U"), QStringLiteral("-z"),
                           QStringLiteral("--no-relative")};
    Task<Result<QByteArray>> listing =
        run.mustGit(within.command(list), QStringLiteral("Looking at the conflict"));
    Result<QByteArray> unmerged = co_await listing;
    const QStringList files = unmerged ? names(*unmerged) : QStringList();
    const QStringList abort{QStringLiteral("rebase"), QStringLiteral("--abort")};
    Task<Result<GitOutput>> aborting = run.gitAlways(within.command(abort));
    co_await aborting;
    if (files.isEmpty())
        co_return failure(gitFailure(QStringLiteral("Rebasing on %1").arg(within.upstream()), output));
    Task<Error> describing = describeConflict(run, within, commit, tip, files);
    Error conflict = co_await describing;
    co_return failure(conflict);
}

Task<Result<bool>> recheckFiles(GitRun& run, Clone within, QString commit, Recheck recheck)
{
    const QStringList list{QStringLiteral("diff"),
                           QStringLiteral("--name-only"),
                           QStringLiteral("--diff-filter=d"),
                           QStringLiteral("--no-renames"),
                           QStringLiteral("-z"),
                           commit + u'~',
                           commit};
    Task<Result<QByteArray>> listing =
        run.mustGit(within.command(list), QStringLiteral("Looking at the rebased commit"));
    Result<QByteArray> out = co_await listing;
    if (!out)
        co_return failure(out.error());
    Task<Result<std::vector<FileAtRevision>>> reading = readTree(run, within, commit, names(*out));
    Result<std::vector<FileAtRevision>> files = co_await reading;
    if (!files)
        co_return failure(files.error());
    for (const FileAtRevision& file : *files) {
        if (!file.text)
            co_return failure(file.text.error());
        if (const std::optional<Error> wrong = recheck(file.path, *file.text))
            co_return failure(
                wrong->wrappedIn(QStringLiteral("Merged with the changes on %1, %2 is no longer valid")
                                     .arg(within.upstream(), file.path)));
    }
    co_return true;
}

} // namespace

Task<Result<QString>> rebaseOnTip(GitRun& run, Clone within, QString commit, QString tip, Recheck recheck)
{
    Task<Result<bool>> asking = isAncestor(run, within, commit, tip);
    Result<bool> there = co_await asking;
    if (!there)
        co_return failure(there.error());
    if (*there)
        co_return tip;
    run.enter(GitStep::Rebasing);
    const QStringList arguments{QStringLiteral("-c"),
                                QStringLiteral("rerere.enabled=false"),
                                QStringLiteral("-c"),
                                QStringLiteral("rebase.updateRefs=false"),
                                QStringLiteral("rebase"),
                                QStringLiteral("--merge"),
                                QStringLiteral("--empty=drop"),
                                QStringLiteral("--no-autostash"),
                                QStringLiteral("--no-autosquash"),
                                QStringLiteral("--no-stat"),
                                QStringLiteral("--onto"),
                                tip,
                                commit + u'~',
                                commit};
    GitCommand command = within.command(arguments);
    command.timeout = within.options.commitTimeout;
    Task<Result<GitOutput>> rebasing = run.git(command);
    Result<GitOutput> output = co_await rebasing;
    if (!output)
        co_return failure(output.error());
    if (output->exitCode != 0) {
        Task<Result<QString>> judging = conflictOrFailure(run, within, commit, tip, *output);
        Result<QString> judged = co_await judging;
        co_return judged;
    }
    const QString head = QStringLiteral("HEAD");
    Task<Result<QString>> resolving = resolveCommit(run, within, head);
    Result<QString> rebased = co_await resolving;
    if (!rebased || *rebased == tip || !recheck)
        co_return rebased;
    run.enter(GitStep::Reading);
    Task<Result<bool>> checking = recheckFiles(run, within, *rebased, recheck);
    Result<bool> valid = co_await checking;
    if (!valid)
        co_return failure(valid.error());
    co_return rebased;
}

} // namespace postern
