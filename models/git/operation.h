#pragma once

#include "models/base/result.h"

#include <QObject>

#include <optional>
#include <utility>

namespace postern {

/// What a Git operation is doing now; words and icons for it live in the application.
enum class GitStep { Waiting, Reading, Fetching, Preparing, Committing, Pushing, Rebasing, CleaningUp };

/// One asynchronous operation on a repository: may report progress, may be cancelled, ends exactly once.
/// Owned by the Repository that started it, lives in its thread, and is deleted after `finished`
/// has been delivered: keep a QPointer, not a pointer.
class GitOperation : public QObject
{
    Q_OBJECT

public:
    using QObject::QObject;

    /// Ends the operation soon, with an error; the clone is left as if it had not been started. A push that
    /// had already reached the remote stays there: the next fetch and pending() see it.
    virtual void cancel() = 0;
    [[nodiscard]] virtual bool wasCancelled() const = 0;
    [[nodiscard]] GitStep step() const { return m_step; }

Q_SIGNALS:
    /// \a percent of the step is done; -1 where nobody knows.
    void progressed(postern::GitStep step, int percent);
    void finished();

protected:
    void report(GitStep step, int percent)
    {
        m_step = step;
        Q_EMIT progressed(step, percent);
    }

private:
    GitStep m_step = GitStep::Waiting;
};

/// A GitOperation that ends with a Result<T>.
template<typename T>
class Operation : public GitOperation
{
public:
    using GitOperation::GitOperation;

    /// Only after `finished`.
    [[nodiscard]] const Result<T>& result() const { return *m_result; }

    /// Calls \a receive(const Result<T>&) in \a context's life, once.
    template<typename Receive>
    void then(QObject* context, Receive&& receive)
    {
        connect(this, &GitOperation::finished, context,
                [this, receive = std::forward<Receive>(receive)]() mutable { receive(result()); });
    }

protected:
    std::optional<Result<T>> m_result;
};

} // namespace postern
