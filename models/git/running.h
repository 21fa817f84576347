#pragma once

#include "models/git/run.h"

namespace postern {

/// An operation that a coroutine carries out. Owned by the Repository; deletes itself once it has told.
template<typename T>
class Running final : public Operation<T>
{
public:
    using Body = std::function<Task<Result<T>>(GitRun&)>;

    Running(Body body, const QString& program, QObject* parent)
        : Operation<T>(parent)
        , m_run(
              this, [this](GitStep step, int percent) { this->report(step, percent); }, program)
        , m_body(std::move(body))
    {}

    /// From the event loop, so that who asked can connect first.
    void startLater()
    {
        QMetaObject::invokeMethod(
            this, [this] { start(); }, Qt::QueuedConnection);
    }

    void cancel() override
    {
        m_run.cancel();
        if (!m_started)
            end(failure(GitRun::cancelled()));
    }
    [[nodiscard]] bool wasCancelled() const override { return m_run.wasCancelled(); }

private:
    void start()
    {
        if (this->m_result)
            return;
        m_started = true;
        m_task = drive();
        m_task.start();
    }

    Task<bool> drive()
    {
        Task<Result<T>> task = m_body(m_run);
        Result<T> result = co_await task;
        end(std::move(result));
        co_return true;
    }

    void end(Result<T> result)
    {
        if (this->m_result)
            return;
        this->m_result = std::move(result);
        // Queued: a receiver may destroy the repository, and with it the coroutine that stands here.
        QMetaObject::invokeMethod(
            this,
            [this] {
                this->deleteLater();
                Q_EMIT this->finished();
            },
            Qt::QueuedConnection);
    }

    GitRun m_run;
    Body m_body;
    Task<bool> m_task;
    bool m_started = false;
};

} // namespace postern
