#include "models/git/run.h"

#include "models/git/failure.h"

namespace postern {

namespace {

/// Awaits one run of git.
class GitAwaiter
{
public:
    GitAwaiter(GitRun& run, GitProcess& process) : m_run(run), m_process(process) {}

    bool await_ready() const noexcept { return false; }
    void await_suspend(std::coroutine_handle<> waiting)
    {
        m_process.start([this, waiting] { m_run.resumeLater(waiting); });
    }
    Result<GitOutput> await_resume() { return m_process.takeResult(); }

private:
    GitRun& m_run;
    GitProcess& m_process;
};

} // namespace

GitRun::GitRun(QObject* operation, Report report, const QString& program)
    : m_operation(operation), m_report(std::move(report)), m_program(program)
{}

void GitRun::cancel()
{
    m_cancelled = true;
    // Cleaning up is not interrupted: it is what a cancel asks for.
    if (m_current && m_step != GitStep::CleaningUp)
        m_current->stop(cancelled());
}

void GitRun::enter(GitStep step)
{
    m_step = step;
    m_report(step, -1);
}

Task<Result<GitOutput>> GitRun::git(GitCommand command)
{
    if (m_cancelled)
        co_return failure(cancelled());
    Task<Result<GitOutput>> run = gitAlways(std::move(command));
    Result<GitOutput> output = co_await run;
    co_return output;
}

Task<Result<GitOutput>> GitRun::gitAlways(GitCommand command)
{
    GitProcess process(command, m_program);
    QObject::connect(&process, &GitProcess::progressed, m_operation,
                     [this](int percent) { m_report(m_step, percent); });
    m_current = &process;
    GitAwaiter awaiter(*this, process);
    Result<GitOutput> output = co_await awaiter;
    m_current = nullptr;
    co_return output;
}

Task<Result<QByteArray>> GitRun::mustGit(GitCommand command, QString what)
{
    Task<Result<GitOutput>> run = git(std::move(command));
    Result<GitOutput> output = co_await run;
    if (!output)
        co_return failure(output.error());
    if (output->exitCode != 0)
        co_return failure(gitFailure(what, *output));
    co_return output->out;
}

void GitRun::resumeLater(std::coroutine_handle<> waiting)
{
    QMetaObject::invokeMethod(
        m_operation, [waiting] { waiting.resume(); }, Qt::QueuedConnection);
}

Error GitRun::cancelled()
{
    return Error::environment(Error::Kind::Unavailable, QStringLiteral("Cancelled"));
}

} // namespace postern
