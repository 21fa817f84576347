#include "models/git/repository.h"

#include "models/git/clone.h"
#include "models/git/publish.h"
#include "models/git/reading.h"
#include "models/git/running.h"
#include "models/git/work_tree.h"

namespace postern {

/// Starts operations, and lets those that write wait for each other.
class Repository::Private
{
public:
    Private(Repository* owner, const QString& directory, const Options& options)
        : m_owner(owner), m_directory(directory), m_options(options)
    {}

    enum class Order { AtOnce, InTurn };

    template<typename T>
    Operation<T>* run(Order order, std::function<Task<Result<T>>(GitRun&)> body)
    {
        auto* operation = new Running<T>(std::move(body), QStringLiteral("git"), m_owner);
        if (order == Order::AtOnce) {
            operation->startLater();
            return operation;
        }
        m_turns.push_back({operation, [operation] { operation->startLater(); }});
        QObject::connect(operation, &GitOperation::finished, m_owner,
                         [this, operation] { leave(operation); });
        if (m_turns.size() == 1)
            m_turns.front().start();
        return operation;
    }

    /// Runs \a body with the opened clone.
    template<typename T, typename Body>
    Operation<T>* runOpened(Order order, Body body)
    {
        return run<T>(order, [this, body](GitRun& run) -> Task<Result<T>> {
            if (m_clone)
                return body(run, *m_clone);
            return notOpen<T>();
        });
    }

    Task<Result<RepositoryState>> open(GitRun& run)
    {
        run.enter(GitStep::Reading);
        Task<Result<Clone>> opening = openClone(run, m_directory, m_options);
        Result<Clone> clone = co_await opening;
        if (!clone)
            co_return failure(clone.error());
        Task<bool> cleaning = removeLeftovers(run, *clone);
        co_await cleaning;
        run.enter(GitStep::Reading);
        Task<Result<RepositoryState>> reading = readState(run, *clone);
        Result<RepositoryState> state = co_await reading;
        if (!state)
            co_return failure(state.error());
        m_clone = *clone;
        m_owner->setState(*state);
        co_return state;
    }

    // The user may have checked out another branch since: what open() found is found again.
    Task<Result<RepositoryState>> refresh(GitRun& run)
    {
        Task<Result<Clone>> opening = openClone(run, m_directory, m_options);
        Result<Clone> clone = co_await opening;
        if (!clone)
            co_return failure(clone.error());
        m_clone = *clone;
        Task<Result<RepositoryState>> reading = readState(run, *clone);
        Result<RepositoryState> state = co_await reading;
        if (!state)
            co_return failure(state.error());
        state->fetchedAt = m_owner->m_state.fetchedAt;
        m_owner->setState(*state);
        co_return state;
    }

    Task<Result<RepositoryState>> fetch(GitRun& run)
    {
        Task<Result<RepositoryState>> fetching = fetchBranch(run, *m_clone);
        Result<RepositoryState> state = co_await fetching;
        if (state)
            m_owner->setState(*state);
        co_return state;
    }

    Task<Result<PushOutcome>> push(GitRun& run, QString commit, Recheck recheck)
    {
        Task<Result<PushOutcome>> pushing = pushCommit(run, *m_clone, commit, recheck);
        Result<PushOutcome> outcome = co_await pushing;
        // Also after a failure: a rebase may have fetched.
        if (!run.wasCancelled()) {
            Task<Result<RepositoryState>> reading = readState(run, *m_clone);
            Result<RepositoryState> state = co_await reading;
            if (state) {
                state->fetchedAt = outcome ? QDateTime::currentDateTimeUtc() : m_owner->m_state.fetchedAt;
                m_owner->setState(*state);
            }
        }
        co_return outcome;
    }

private:
    struct Turn
    {
        GitOperation* operation;
        std::function<void()> start;
    };

    template<typename T>
    static Task<Result<T>> notOpen()
    {
        co_return failure(
            Error::environment(Error::Kind::Unavailable, QStringLiteral("The repository is not open")));
    }

    void leave(GitOperation* operation)
    {
        const bool first = m_turns.front().operation == operation;
        std::erase_if(m_turns, [operation](const Turn& turn) { return turn.operation == operation; });
        if (first && !m_turns.empty())
            m_turns.front().start();
    }

    Repository* m_owner;
    QString m_directory;
    Options m_options;
    std::optional<Clone> m_clone;
    std::deque<Turn> m_turns;
};

Repository::Repository(const QString& directory, QObject* parent) : Repository(directory, Options(), parent)
{}

Repository::Repository(const QString& directory, const Options& options, QObject* parent)
    : QObject(parent), m_private(std::make_unique<Private>(this, directory, options))
{}

Repository::~Repository()
{
    // Before m_private goes, which their coroutines use.
    qDeleteAll(findChildren<GitOperation*>(Qt::FindDirectChildrenOnly));
}

void Repository::setState(const RepositoryState& state)
{
    if (state == m_state)
        return;
    m_state = state;
    Q_EMIT stateChanged(m_state);
}

Operation<RepositoryState>* Repository::open()
{
    return m_private->run<RepositoryState>(Private::Order::InTurn,
                                           [this](GitRun& run) { return m_private->open(run); });
}

Operation<RepositoryState>* Repository::fetch()
{
    return m_private->runOpened<RepositoryState>(
        Private::Order::InTurn, [this](GitRun& run, const Clone&) { return m_private->fetch(run); });
}

Operation<RepositoryState>* Repository::refresh()
{
    return m_private->runOpened<RepositoryState>(
        Private::Order::InTurn, [this](GitRun& run, const Clone&) { return m_private->refresh(run); });
}

Operation<std::vector<TreeFile>>* Repository::listFiles(const QString& revision, const QString& folder)
{
    return m_private->runOpened<std::vector<TreeFile>>(
        Private::Order::AtOnce,
        [=](GitRun& run, const Clone& clone) { return listTree(run, clone, revision, folder); });
}

Operation<std::vector<FileAtRevision>>* Repository::readFiles(const QString& revision,
                                                              const QStringList& paths)
{
    return m_private->runOpened<std::vector<FileAtRevision>>(
        Private::Order::AtOnce,
        [=](GitRun& run, const Clone& clone) { return readTree(run, clone, revision, paths); });
}

Operation<std::vector<Commit>>* Repository::log(const LogRequest& request)
{
    return m_private->runOpened<std::vector<Commit>>(
        Private::Order::AtOnce,
        [=](GitRun& run, const Clone& clone) { return readLog(run, clone, request); });
}

Operation<Commit>* Repository::commit(const CommitRequest& request)
{
    return m_private->runOpened<Commit>(Private::Order::InTurn, [=](GitRun& run, const Clone& clone) {
        return commitEdit(run, clone, request);
    });
}

Operation<PushOutcome>* Repository::push(const QString& commit, const Recheck& recheck)
{
    return m_private->runOpened<PushOutcome>(Private::Order::InTurn, [=, this](GitRun& run, const Clone&) {
        return m_private->push(run, commit, recheck);
    });
}

Operation<std::vector<Commit>>* Repository::pending()
{
    return m_private->runOpened<std::vector<Commit>>(
        Private::Order::InTurn, [](GitRun& run, const Clone& clone) { return listPending(run, clone); });
}

Operation<bool>* Repository::dropPending(const QString& commit)
{
    return m_private->runOpened<bool>(Private::Order::InTurn, [=](GitRun& run, const Clone& clone) {
        return dropPendingCommit(run, clone, commit);
    });
}

} // namespace postern
