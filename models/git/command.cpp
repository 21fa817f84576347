#include "models/git/command.h"

#include <QProcessEnvironment>
#include <QRegularExpression>

#include <csignal>
#include <sys/prctl.h>
#include <unistd.h>

namespace postern {

namespace {

constexpr qint64 kMaxErrors = 64 * 1024;
constexpr std::chrono::seconds kPatience{3};

// Runs between fork and exec: only what is safe there.
void becomeLeader()
{
    // Without a terminal nothing below us can stop and wait for a passphrase that nobody sees.
    setsid();
    prctl(PR_SET_PDEATHSIG, SIGTERM);
}

QString commandName(const GitCommand& command)
{
    for (qsizetype i = 0; i < command.arguments.size(); ++i) {
        if (command.arguments[i] == QLatin1String("-c"))
            ++i;
        else if (!command.arguments[i].startsWith(u'-'))
            return QStringLiteral("git ") + command.arguments[i];
    }
    return QStringLiteral("git");
}

} // namespace

GitProcess::GitProcess(const GitCommand& command, const QString& program) : m_command(command)
{
    m_process.setProgram(program);
    m_process.setArguments(command.arguments);
    m_process.setWorkingDirectory(command.directory);
    m_process.setChildProcessModifier(becomeLeader);
    prepareEnvironment();
    m_timeout.setSingleShot(true);
    m_insist.setSingleShot(true);
    connect(&m_process, &QProcess::readyReadStandardOutput, this, &GitProcess::readOutput);
    connect(&m_process, &QProcess::readyReadStandardError, this, &GitProcess::readErrors);
    connect(&m_insist, &QTimer::timeout, this, [this] { signalGroup(SIGKILL); });
    connect(&m_timeout, &QTimer::timeout, this, [this] {
        stop(Error::environment(Error::Kind::TimedOut,
                                QStringLiteral("%1 did not end within %2 s")
                                    .arg(commandName(m_command))
                                    .arg(std::chrono::duration<double>(m_command.timeout).count())));
    });
}

GitProcess::~GitProcess()
{
    m_process.disconnect(this);
    if (m_process.state() == QProcess::NotRunning)
        return;
    // Ends lock files first: git removes its own on SIGTERM. Then QProcess reaps it, at once after SIGKILL.
    signalGroup(SIGTERM);
    if (!m_process.waitForFinished(200))
        signalGroup(SIGKILL);
}

void GitProcess::prepareEnvironment()
{
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    // What `git rev-parse --local-env-vars` lists would make us work on another repository than asked.
    for (const char* name :
         {"GIT_ALTERNATE_OBJECT_DIRECTORIES", "GIT_CONFIG", "GIT_CONFIG_PARAMETERS", "GIT_CONFIG_COUNT",
          "GIT_OBJECT_DIRECTORY", "GIT_DIR", "GIT_WORK_TREE", "GIT_IMPLICIT_WORK_TREE", "GIT_GRAFT_FILE",
          "GIT_INDEX_FILE", "GIT_NO_REPLACE_OBJECTS", "GIT_REPLACE_REF_BASE", "GIT_PREFIX",
          "GIT_SHALLOW_FILE", "GIT_COMMON_DIR", "GIT_NAMESPACE", "GIT_EXTERNAL_DIFF", "LANGUAGE"})
        environment.remove(QLatin1String(name));
    environment.insert(QStringLiteral("LC_ALL"), QStringLiteral("C.UTF-8"));
    environment.insert(QStringLiteral("GIT_TERMINAL_PROMPT"), QStringLiteral("0"));
    environment.insert(QStringLiteral("GIT_OPTIONAL_LOCKS"), QStringLiteral("0"));
    environment.insert(QStringLiteral("GIT_EDITOR"), QStringLiteral(":"));
    environment.insert(QStringLiteral("GIT_SEQUENCE_EDITOR"), QStringLiteral(":"));
    environment.insert(QStringLiteral("GIT_PAGER"), QStringLiteral("cat"));
    // Large files of others are no part of an edit of a document.
    environment.insert(QStringLiteral("GIT_LFS_SKIP_SMUDGE"), QStringLiteral("1"));
    m_process.setProcessEnvironment(environment);
}

void GitProcess::start(Ended ended)
{
    m_ended = std::move(ended);
    connect(&m_process, &QProcess::errorOccurred, this, [this](QProcess::ProcessError error) {
        if (error == QProcess::FailedToStart)
            end(failure(Error::environment(Error::Kind::Unavailable,
                                           QStringLiteral("%1 cannot be started: %2")
                                               .arg(m_process.program(), m_process.errorString()))));
    });
    connect(&m_process, &QProcess::finished, this, [this](int code, QProcess::ExitStatus status) {
        readOutput();
        readErrors();
        m_output.exitCode = status == QProcess::CrashExit ? 128 + code : code;
        if (m_stopped)
            end(failure(*m_stopped));
        else
            end(m_output);
    });
    connect(&m_process, &QProcess::started, this, [this] {
        m_group = m_process.processId();
        m_process.write(m_command.input);
        m_process.closeWriteChannel();
    });
    m_timeout.start(m_command.timeout);
    m_process.start();
}

void GitProcess::stop(const Error& reason)
{
    if (m_stopped || m_process.state() == QProcess::NotRunning)
        return;
    m_stopped = reason;
    signalGroup(SIGTERM);
    m_insist.start(kPatience);
}

Result<GitOutput> GitProcess::takeResult() { return std::move(m_result); }

void GitProcess::readOutput()
{
    m_output.out += m_process.readAllStandardOutput();
    if (m_output.out.size() > m_command.maxOutput)
        stop(Error{.kind = Error::Kind::Exhausted,
                   .fault = Error::Fault::Environment,
                   .retryable = false,
                   .message = QStringLiteral("%1 gives more than %2 MiB")
                                  .arg(commandName(m_command))
                                  .arg(m_command.maxOutput / (1024 * 1024)),
                   .place = {},
                   .cause = {}});
}

void GitProcess::readErrors()
{
    const QByteArray text = m_process.readAllStandardError();
    static const QRegularExpression percent(QStringLiteral("(\\d{1,3})% \\("));
    QRegularExpressionMatch last;
    for (auto match = percent.globalMatch(QString::fromUtf8(text)); match.hasNext();)
        last = match.next();
    if (last.hasMatch())
        Q_EMIT progressed(last.capturedView(1).toInt());
    m_output.err = (m_output.err + text).right(kMaxErrors);
}

void GitProcess::end(Result<GitOutput> result)
{
    m_timeout.stop();
    // What a hook left running in the background with our pipes is not ours to wait for, nor to kill.
    m_insist.stop();
    m_result = std::move(result);
    if (const Ended ended = std::exchange(m_ended, {}))
        ended();
}

void GitProcess::signalGroup(int signalNumber) const
{
    const qint64 group = m_process.state() == QProcess::NotRunning ? 0 : m_group;
    if (group > 1)
        ::kill(static_cast<pid_t>(-group), signalNumber);
}

} // namespace postern
