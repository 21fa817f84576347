#include "models/git/clone.h"

#include "models/git/failure.h"

#include <QRegularExpression>

namespace postern {

namespace {

QString firstLine(const QByteArray& out) { return QString::fromUtf8(out).section(u'\n', 0, 0); }

// The line of `git for-each-ref` and friends that a missing thing leaves empty.
Task<Result<QString>> ask(GitRun& run, GitCommand command)
{
    Task<Result<GitOutput>> asked = run.git(std::move(command));
    Result<GitOutput> output = co_await asked;
    if (!output)
        co_return failure(output.error());
    co_return output->exitCode == 0 ? firstLine(output->out) : QString();
}

Task<Result<bool>> checkVersion(GitRun& run, Clone clone)
{
    const QStringList arguments{QStringLiteral("version")};
    Task<Result<QByteArray>> asked = run.mustGit(clone.command(arguments), QStringLiteral("git version"));
    Result<QByteArray> out = co_await asked;
    if (!out)
        co_return failure(out.error());
    static const QRegularExpression number(QStringLiteral("(\\d+)\\.(\\d+)"));
    const QRegularExpressionMatch found = number.match(QString::fromUtf8(*out));
    const int version = found.captured(1).toInt() * 100 + found.captured(2).toInt();
    // It brought `add --sparse`; 2.31 brought --path-format, 2.29 --no-write-fetch-head.
    if (version < 234)
        co_return failure(Error::environment(
            Error::Kind::Unsupported,
            QStringLiteral("git 2.34 or newer is needed; this is %1").arg(firstLine(*out))));
    co_return true;
}

Task<Result<Clone>> findDirectories(GitRun& run, Clone clone)
{
    QStringList arguments{QStringLiteral("-C"), clone.directory};
    arguments << QStringLiteral("rev-parse") << QStringLiteral("--path-format=absolute")
              << QStringLiteral("--git-common-dir") << QStringLiteral("--is-inside-work-tree");
    GitCommand command{.arguments = arguments, .directory = QStringLiteral("/")};
    Task<Result<QByteArray>> asked =
        run.mustGit(std::move(command), QStringLiteral("Cannot open the clone %1").arg(clone.directory));
    Result<QByteArray> out = co_await asked;
    if (!out)
        co_return failure(out.error());
    const QStringList lines = QString::fromUtf8(*out).split(u'\n');
    if (lines.value(1) != QLatin1String("true"))
        co_return failure(
            Error::invalid(QStringLiteral("%1 has no work tree: a clone is needed, not a bare repository")
                               .arg(clone.directory)));
    clone.commonDirectory = lines.value(0);
    arguments = {QStringLiteral("-C"), clone.directory, QStringLiteral("rev-parse"),
                 QStringLiteral("--path-format=absolute"), QStringLiteral("--show-toplevel")};
    command = {.arguments = arguments, .directory = QStringLiteral("/")};
    asked = run.mustGit(std::move(command), QStringLiteral("Cannot open the clone %1").arg(clone.directory));
    out = co_await asked;
    if (!out)
        co_return failure(out.error());
    clone.directory = firstLine(*out);
    co_return clone;
}

Task<Result<QString>> chooseRemote(GitRun& run, Clone clone, QString localBranch)
{
    const QStringList ownArguments{QStringLiteral("config"), QStringLiteral("--get"),
                                   QStringLiteral("branch.%1.remote").arg(localBranch)};
    Task<Result<QString>> asked = ask(run, clone.command(ownArguments));
    Result<QString> own = co_await asked;
    if (!own)
        co_return failure(own.error());
    const QStringList allArguments{QStringLiteral("remote")};
    Task<Result<QByteArray>> listed =
        run.mustGit(clone.command(allArguments), QStringLiteral("Listing remotes"));
    Result<QByteArray> all = co_await listed;
    if (!all)
        co_return failure(all.error());
    const QStringList names = QString::fromUtf8(*all).split(u'\n', Qt::SkipEmptyParts);
    if (names.contains(*own))
        co_return *own;
    if (names.contains(QLatin1String("origin")))
        co_return QStringLiteral("origin");
    if (names.size() == 1)
        co_return names.first();
    co_return failure(Error::invalid(
        names.isEmpty()
            ? QStringLiteral("The clone %1 has no remote to push to").arg(clone.directory)
            : QStringLiteral(
                  "The clone %1 has several remotes (%2) and none of them is named origin or followed "
                  "by the branch")
                  .arg(clone.directory, names.join(QStringLiteral(", ")))));
}

// A detached head names no branch; the remote may say which is its first.
Task<Result<QString>> defaultBranch(GitRun& run, Clone clone)
{
    const QStringList arguments{QStringLiteral("symbolic-ref"), QStringLiteral("--quiet"),
                                QStringLiteral("refs/remotes/%1/HEAD").arg(clone.remote)};
    Task<Result<QString>> asked = ask(run, clone.command(arguments));
    Result<QString> target = co_await asked;
    if (!target)
        co_return failure(target.error());
    const QString prefix = QStringLiteral("refs/remotes/%1/").arg(clone.remote);
    if (!target->startsWith(prefix))
        co_return failure(Error::invalid(
            QStringLiteral(
                "The clone %1 has no branch checked out (detached head), and %2 does not say which "
                "branch is its default: check one out")
                .arg(clone.directory, clone.remote)));
    co_return target->mid(prefix.size());
}

Task<Result<Clone>> chooseBranch(GitRun& run, Clone clone)
{
    const QStringList headArguments{QStringLiteral("symbolic-ref"), QStringLiteral("--quiet"),
                                    QStringLiteral("--short"), QStringLiteral("HEAD")};
    Task<Result<QString>> asked = ask(run, clone.command(headArguments));
    Result<QString> local = co_await asked;
    if (!local)
        co_return failure(local.error());
    const QString wanted = clone.options.branch.isEmpty() ? *local : clone.options.branch;
    clone.remote = clone.options.remote;
    if (clone.remote.isEmpty()) {
        asked = chooseRemote(run, clone, wanted);
        Result<QString> remote = co_await asked;
        if (!remote)
            co_return failure(remote.error());
        clone.remote = *remote;
    }
    clone.branch = wanted;
    if (wanted.isEmpty()) {
        asked = defaultBranch(run, clone);
    } else {
        const QStringList arguments{QStringLiteral("config"), QStringLiteral("--get"),
                                    QStringLiteral("branch.%1.merge").arg(wanted)};
        asked = ask(run, clone.command(arguments));
    }
    Result<QString> branch = co_await asked;
    if (!branch)
        co_return failure(branch.error());
    if (clone.options.branch.isEmpty() && !branch->isEmpty())
        clone.branch = branch->startsWith(QLatin1String("refs/heads/")) ? branch->mid(11) : *branch;
    co_return clone;
}

} // namespace

QString Clone::pendingRef(const QString& commit) { return QStringLiteral("refs/postern/pending/") + commit; }

GitCommand Clone::command(const QStringList& arguments) const
{
    // Neither house-keeping nor submodules nor colours, whatever the user's configuration says.
    static const QStringList plain{QStringLiteral("-c"), QStringLiteral("maintenance.auto=false"),
                                   QStringLiteral("-c"), QStringLiteral("gc.auto=0"),
                                   QStringLiteral("-c"), QStringLiteral("submodule.recurse=false"),
                                   QStringLiteral("-c"), QStringLiteral("color.ui=false")};
    return {.arguments = plain + arguments, .directory = directory, .timeout = options.localTimeout};
}

Task<Result<Clone>> openClone(GitRun& run, QString directory, Repository::Options options)
{
    Clone clone;
    clone.directory = directory;
    clone.options = options;
    Clone anywhere = clone;
    anywhere.directory = QStringLiteral("/");
    Task<Result<bool>> checked = checkVersion(run, anywhere);
    Result<bool> usable = co_await checked;
    if (!usable)
        co_return failure(usable.error());
    Task<Result<Clone>> finding = findDirectories(run, clone);
    Result<Clone> found = co_await finding;
    if (!found)
        co_return failure(found.error());
    finding = chooseBranch(run, *found);
    found = co_await finding;
    co_return found;
}

Task<Result<RepositoryState>> readState(GitRun& run, Clone clone)
{
    RepositoryState state;
    state.directory = clone.directory;
    state.branch = clone.branch;
    state.remote = clone.remote;
    state.upstream = clone.upstream();
    const QStringList refArguments{QStringLiteral("symbolic-ref"), QStringLiteral("--quiet"),
                                   QStringLiteral("HEAD")};
    Task<Result<QString>> asked = ask(run, clone.command(refArguments));
    Result<QString> answer = co_await asked;
    if (!answer)
        co_return failure(answer.error());
    state.detached = answer->isEmpty();
    const QStringList verify{QStringLiteral("rev-parse"), QStringLiteral("--verify"),
                             QStringLiteral("--quiet")};
    asked = ask(run, clone.command(verify + QStringList{QStringLiteral("HEAD^{commit}")}));
    answer = co_await asked;
    if (!answer)
        co_return failure(answer.error());
    state.head = *answer;
    asked = ask(run, clone.command(verify + QStringList{clone.trackingRef() + QStringLiteral("^{commit}")}));
    answer = co_await asked;
    if (!answer)
        co_return failure(answer.error());
    state.tip = *answer;
    if (state.head.isEmpty() || state.tip.isEmpty())
        co_return state;
    const QStringList countArguments{QStringLiteral("rev-list"), QStringLiteral("--left-right"),
                                     QStringLiteral("--count"),
                                     state.head + QStringLiteral("...") + state.tip};
    asked = ask(run, clone.command(countArguments));
    answer = co_await asked;
    if (!answer)
        co_return failure(answer.error());
    state.ahead = answer->section(u'\t', 0, 0).toInt();
    state.behind = answer->section(u'\t', 1, 1).toInt();
    co_return state;
}

Task<Result<RepositoryState>> fetchBranch(GitRun& run, Clone clone)
{
    run.enter(GitStep::Fetching);
    // Of a remote that gained nothing but this branch we want nothing but this branch.
    const QStringList arguments{QStringLiteral("fetch"),
                                QStringLiteral("--progress"),
                                QStringLiteral("--no-tags"),
                                QStringLiteral("--no-write-fetch-head"),
                                QStringLiteral("--no-recurse-submodules"),
                                QStringLiteral("--no-auto-maintenance"),
                                clone.remote,
                                u'+' + clone.remoteRef() + u':' + clone.trackingRef()};
    GitCommand command = clone.command(arguments);
    command.timeout = clone.options.networkTimeout;
    Task<Result<QByteArray>> fetching = run.mustGit(
        std::move(command), QStringLiteral("Fetching %1 from %2").arg(clone.branch, clone.remote));
    Result<QByteArray> fetched = co_await fetching;
    if (!fetched)
        co_return failure(fetched.error());
    run.enter(GitStep::Reading);
    Task<Result<RepositoryState>> reading = readState(run, clone);
    Result<RepositoryState> state = co_await reading;
    if (state)
        state->fetchedAt = QDateTime::currentDateTimeUtc();
    co_return state;
}

Task<Result<QString>> resolveCommit(GitRun& run, Clone clone, QString revision)
{
    const QStringList arguments{QStringLiteral("rev-parse"), QStringLiteral("--verify"),
                                QStringLiteral("--quiet"), QStringLiteral("--end-of-options"),
                                revision + QStringLiteral("^{commit}")};
    Task<Result<QString>> asked = ask(run, clone.command(arguments));
    Result<QString> hash = co_await asked;
    if (!hash)
        co_return failure(hash.error());
    // Older versions print the option itself before the hash.
    const QString found = hash->section(u' ', -1);
    if (found.size() < 40)
        co_return failure(
            Error{.kind = Error::Kind::NotFound,
                  .fault = Error::Fault::Client,
                  .retryable = false,
                  .message = QStringLiteral("There is no commit %1 in %2").arg(revision, clone.directory),
                  .place = {},
                  .cause = {}});
    co_return found;
}

Task<Result<bool>> isAncestor(GitRun& run, Clone clone, QString ancestor, QString descendant)
{
    const QStringList arguments{QStringLiteral("merge-base"), QStringLiteral("--is-ancestor"), ancestor,
                                descendant};
    Task<Result<GitOutput>> asked = run.git(clone.command(arguments));
    Result<GitOutput> output = co_await asked;
    if (!output)
        co_return failure(output.error());
    co_return output->exitCode == 0;
}

} // namespace postern
