#pragma once

#include "models/git/command.h"
#include "models/git/operation.h"
#include "models/git/task.h"

#include <QFutureWatcher>
#include <QPromise>
#include <QThreadPool>

#include <coroutine>
#include <memory>

namespace postern {

/// What the steps of one operation share: where resumption happens, cancellation, progress.
/// Owned by the operation, and outlives every step of it.
class GitRun
{
public:
    using Report = std::function<void(GitStep, int)>;

    GitRun(QObject* operation, Report report, const QString& program);

    void cancel();
    [[nodiscard]] bool wasCancelled() const { return m_cancelled; }
    void enter(GitStep step);

    /// Runs `git`; an Error only when it could not run to its end. Not started any more after a cancel.
    Task<Result<GitOutput>> git(GitCommand command);
    /// Also an Error when it exits with anything but 0; \a what names what was tried, for the message.
    Task<Result<QByteArray>> mustGit(GitCommand command, QString what);
    /// What has to happen after a cancel, too: cleaning up.
    Task<Result<GitOutput>> gitAlways(GitCommand command);

    /// For awaiters: continues \a waiting from the event loop, unless the operation is gone by then.
    void resumeLater(std::coroutine_handle<> waiting);
    [[nodiscard]] static Error cancelled();

private:
    QObject* m_operation;
    Report m_report;
    QString m_program;
    GitStep m_step = GitStep::Waiting;
    bool m_cancelled = false;
    GitProcess* m_current = nullptr;
};

/// Awaits \a work done on a thread of the pool, for file access. It may outlive the operation: it must own
/// all it uses.
template<typename T>
class OffThread
{
public:
    OffThread(GitRun& run, std::function<T()> work) : m_run(run), m_work(std::move(work)) {}

    bool await_ready() const noexcept { return false; }
    void await_suspend(std::coroutine_handle<> waiting)
    {
        QObject::connect(&m_watcher, &QFutureWatcherBase::finished, &m_watcher,
                         [this, waiting] { m_run.resumeLater(waiting); });
        auto promise = std::make_shared<QPromise<T>>();
        promise->start();
        m_watcher.setFuture(promise->future());
        QThreadPool::globalInstance()->start([promise, work = m_work] {
            promise->addResult(work());
            promise->finish();
        });
    }
    T await_resume() { return m_watcher.result(); }

private:
    GitRun& m_run;
    std::function<T()> m_work;
    QFutureWatcher<T> m_watcher;
};

} // namespace postern
