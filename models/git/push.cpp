#include "models/git/failure.h"
#include "models/git/parse.h"
#include "models/git/publish.h"
#include "models/git/reading.h"
#include "models/git/rebase.h"
#include "models/git/work_tree.h"

namespace postern {

namespace {

// Each try loses only to somebody else's push, so a branch that beats this many moves several times a second.
constexpr int kTries = 8;

Error movedTooFast(const Clone& clone)
{
    return Error::environment(Error::Kind::Unavailable,
                              QStringLiteral("%1 moved %2 times while the commit was being pushed: try again")
                                  .arg(clone.upstream())
                                  .arg(kTries));
}

Error refused(const Clone& clone, const GitOutput& output)
{
    GitOutput said = output;
    // The reason stands in the ref's line on standard output, the remote's words on standard error.
    said.err += output.out;
    Error error = gitFailure(QStringLiteral("Pushing to %1").arg(clone.upstream()), said);
    error.kind = Error::Kind::Denied;
    error.fault = Error::Fault::Upstream;
    error.retryable = false;
    error.message =
        QStringLiteral("Pushing to %1: the remote refuses it (a hook, a permission or a protected branch)")
            .arg(clone.upstream());
    return error;
}

Task<Result<PushReply>> pushOnce(GitRun& run, Clone within, QString commit)
{
    run.enter(GitStep::Pushing);
    const QStringList arguments{QStringLiteral("push"),
                                QStringLiteral("--porcelain"),
                                QStringLiteral("--progress"),
                                QStringLiteral("--no-follow-tags"),
                                QStringLiteral("--recurse-submodules=no"),
                                within.remote,
                                commit + u':' + within.remoteRef()};
    GitCommand command = within.command(arguments);
    command.timeout = within.options.networkTimeout;
    Task<Result<GitOutput>> pushing = run.git(command);
    Result<GitOutput> output = co_await pushing;
    if (!output)
        co_return failure(output.error());
    const PushReply reply = output->exitCode == 0 ? PushReply::Done : parsePush(output->out);
    if (reply == PushReply::Refused)
        co_return failure(refused(within, *output));
    if (reply != PushReply::Unknown)
        co_return reply;
    Error error = gitFailure(QStringLiteral("Pushing to %1").arg(within.upstream()), *output);
    const QString hookName = QStringLiteral("pre-push");
    Task<Result<bool>> looking = hasHook(run, within, hookName);
    Result<bool> hook = co_await looking;
    if (error.kind == Error::Kind::Internal && hook.value_or(false)) {
        error.kind = Error::Kind::Denied;
        error.message =
            QStringLiteral("Pushing to %1: the clone's pre-push hook refuses it").arg(within.upstream());
    }
    co_return failure(error);
}

// The pending ref follows the commit through a rebase, so that no moment has neither.
Task<Result<bool>> replacePending(GitRun& run, Clone clone, QString from, QString to)
{
    const QStringList keep{QStringLiteral("update-ref"), Clone::pendingRef(to), to};
    Task<Result<QByteArray>> keeping = run.mustGit(clone.command(keep), QStringLiteral("Keeping the commit"));
    Result<QByteArray> kept = co_await keeping;
    if (!kept)
        co_return failure(kept.error());
    Task<Result<bool>> dropping = dropPendingCommit(run, clone, from);
    Result<bool> dropped = co_await dropping;
    co_return dropped;
}

// Pushes until the branch stands still long enough.
Task<Result<PushOutcome>> pushAndRebase(GitRun& run, Clone within, PushOutcome outcome, Recheck recheck)
{
    for (int i = 0; i < kTries; ++i) {
        Task<Result<PushReply>> pushing = pushOnce(run, within, outcome.commit);
        Result<PushReply> reply = co_await pushing;
        if (!reply)
            co_return failure(reply.error());
        if (*reply == PushReply::Done)
            co_return outcome;
        Task<Result<RepositoryState>> fetching = fetchBranch(run, within);
        Result<RepositoryState> state = co_await fetching;
        if (!state)
            co_return failure(state.error());
        Task<Result<QString>> rebasing = rebaseOnTip(run, within, outcome.commit, state->tip, recheck);
        Result<QString> rebased = co_await rebasing;
        if (!rebased)
            co_return failure(rebased.error());
        if (*rebased == state->tip) {
            outcome.alreadyThere = true;
            outcome.commit = state->tip;
            co_return outcome;
        }
        Task<Result<bool>> replacing = replacePending(run, within, outcome.commit, *rebased);
        Result<bool> replaced = co_await replacing;
        if (!replaced)
            co_return failure(replaced.error());
        outcome.commit = *rebased;
        outcome.rebased = true;
    }
    co_return failure(movedTooFast(within));
}

// git does it itself only where the clone's refspec covers the branch.
Task<Result<bool>> noteTip(GitRun& run, Clone clone, QString commit)
{
    const QStringList note{QStringLiteral("update-ref"), clone.trackingRef(), commit};
    Task<Result<QByteArray>> noting = run.mustGit(clone.command(note), QStringLiteral("Noting the push"));
    Result<QByteArray> noted = co_await noting;
    if (!noted)
        co_return failure(noted.error());
    Task<Result<bool>> dropping = dropPendingCommit(run, clone, commit);
    Result<bool> dropped = co_await dropping;
    co_return dropped;
}

} // namespace

Task<Result<PushOutcome>> pushCommit(GitRun& run, Clone clone, QString commit, Recheck recheck)
{
    Task<Result<QString>> resolving = resolveCommit(run, clone, commit);
    Result<QString> found = co_await resolving;
    if (!found)
        co_return failure(found.error());
    // In a work tree of its own: a pre-push hook sees the commit that is pushed, not the user's checkout.
    Task<Result<WorkTree>> adding = addWorkTree(run, clone, *found);
    Result<WorkTree> tree = co_await adding;
    if (!tree)
        co_return failure(tree.error());
    const PushOutcome begun{.commit = *found};
    Task<Result<PushOutcome>> pushing = pushAndRebase(run, inside(clone, *tree), begun, recheck);
    Result<PushOutcome> outcome = co_await pushing;
    Task<bool> removing = removeWorkTree(run, clone, *tree);
    co_await removing;
    if (!outcome)
        co_return failure(outcome.error());
    // It is pushed, whatever these two say; what stays pending is seen to be pushed by the next listing.
    Task<Result<bool>> noting = noteTip(run, clone, outcome->commit);
    co_await noting;
    if (outcome->alreadyThere) {
        Task<Result<bool>> dropping = dropPendingCommit(run, clone, *found);
        co_await dropping;
    }
    co_return outcome;
}

} // namespace postern
