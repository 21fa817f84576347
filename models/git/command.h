#pragma once

#include "models/base/result.h"

#include <QByteArray>
#include <QObject>
#include <QProcess>
#include <QStringList>
#include <QTimer>

#include <chrono>
#include <functional>
#include <optional>

namespace postern {

/// What to run: `git` with these arguments.
struct GitCommand
{
    QStringList arguments;
    QString directory; ///< where it runs
    QByteArray input = {};
    std::chrono::milliseconds timeout{std::chrono::minutes(2)};
    qint64 maxOutput = 64 * 1024 * 1024;
};

struct GitOutput
{
    int exitCode = 0;
    QByteArray out;
    QByteArray err; ///< the last 64 KiB
};

/// One run of `git`, without a terminal and in the C language, in a session of its own so that hooks and
/// `ssh` end with it. Ends exactly once, through the callback given to start(). Owned by what awaits it;
/// destroying it ends the process.
class GitProcess : public QObject
{
    Q_OBJECT

public:
    using Ended = std::function<void()>;

    GitProcess(const GitCommand& command, const QString& program);
    ~GitProcess() override;

    void start(Ended ended);
    /// Asks the process and its children to end, insists after three seconds; \a reason becomes the result.
    void stop(const Error& reason);
    /// After the end. An exit code other than 0 is an output, not an Error: that is for the caller to judge.
    [[nodiscard]] Result<GitOutput> takeResult();

Q_SIGNALS:
    void progressed(int percent);

private:
    void prepareEnvironment();
    void readOutput();
    void readErrors();
    void end(Result<GitOutput> result);
    void signalGroup(int signalNumber) const;

    GitCommand m_command;
    QProcess m_process;
    QTimer m_timeout;
    QTimer m_insist;
    Ended m_ended;
    GitOutput m_output;
    std::optional<Error> m_stopped;
    Result<GitOutput> m_result;
    qint64 m_group = 0;
};

} // namespace postern
