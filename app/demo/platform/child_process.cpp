#include "app/demo/platform/child_process.h"

#include <QJsonDocument>
#include <QProcessEnvironment>

#include <csignal>
#include <sys/prctl.h>
#include <unistd.h>

namespace postern::demo {

namespace {

constexpr qsizetype kLastLines = 20;

} // namespace

ChildProcess::ChildProcess(const Plan& plan, QObject* parent) : QObject(parent), m_plan(plan)
{
    m_process.setProgram(plan.program);
    m_process.setArguments(plan.arguments);
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    for (const QString& entry : plan.environment)
        environment.insert(entry.section(u'=', 0, 0), entry.section(u'=', 1));
    m_process.setProcessEnvironment(environment);
    if (plan.lines == Lines::Errors) {
        m_process.setStandardOutputFile(QProcess::nullDevice());
        m_process.setReadChannel(QProcess::StandardError);
        connect(&m_process, &QProcess::readyReadStandardError, this, &ChildProcess::readLines);
    } else {
        m_process.setProcessChannelMode(QProcess::ForwardedErrorChannel);
        connect(&m_process, &QProcess::readyReadStandardOutput, this, &ChildProcess::readLines);
    }
    m_process.setChildProcessModifier([signal = plan.deathSignal] {
        prctl(PR_SET_PDEATHSIG, signal);
        // Ctrl+C reaches the demo alone, which then ends all in order.
        setpgid(0, 0);
    });
    connect(&m_process, &QProcess::finished, this, [this](int code) {
        readLines();
        if (!m_terminated)
            Q_EMIT died(m_plan.name, lastWords());
        Q_EMIT ended(code);
    });
}

ChildProcess::~ChildProcess()
{
    m_process.disconnect(this);
    if (isRunning()) {
        m_process.kill();
        m_process.waitForFinished(2000);
    }
}

Result<void> ChildProcess::start()
{
    m_process.start();
    if (!m_process.waitForStarted(10000))
        return failure(Error::environment(Error::Kind::Unavailable,
                                          QStringLiteral("%1 cannot be started: %2 (%3)")
                                              .arg(m_plan.name, m_plan.program, m_process.errorString())));
    return {};
}

void ChildProcess::send(const QJsonObject& object)
{
    m_process.write(QJsonDocument(object).toJson(QJsonDocument::Compact) + '\n');
}

void ChildProcess::terminate()
{
    m_terminated = true;
    m_process.terminate();
}

void ChildProcess::waitEnded(std::chrono::milliseconds patience)
{
    if (!isRunning() || m_process.waitForFinished(static_cast<int>(patience.count())))
        return;
    m_process.kill();
    m_process.waitForFinished(2000);
}

QString ChildProcess::lastWords() const { return QString::fromUtf8(m_last.join('\n')); }

void ChildProcess::readLines()
{
    while (m_process.canReadLine()) {
        const QByteArray text = m_process.readLine().trimmed();
        m_last.append(text);
        if (m_last.size() > kLastLines)
            m_last.removeFirst();
        Q_EMIT line(text);
    }
}

} // namespace postern::demo
