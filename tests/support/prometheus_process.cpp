#include "tests/support/prometheus_process.h"

#include "tests/support/child_of_test.h"

#include <QDeadlineTimer>
#include <QFile>
#include <QStandardPaths>
#include <QTcpSocket>

#include <csignal>

namespace postern::test {
namespace {

constexpr int kPatienceMs = 60'000;
constexpr int kProbeEveryMs = 20;

bool write(const QString& path, const QByteArray& text)
{
    QFile file(path);
    return file.open(QIODevice::WriteOnly) && file.write(text) == text.size();
}

} // namespace

PrometheusProcess::~PrometheusProcess() { stop(); }

bool PrometheusProcess::available()
{
    return !QStandardPaths::findExecutable(QStringLiteral("prometheus")).isEmpty() &&
           !QStandardPaths::findExecutable(QStringLiteral("promtool")).isEmpty();
}

bool PrometheusProcess::start(const Options& options)
{
    QByteArray config =
        "global: {scrape_interval: " + options.interval + ", scrape_timeout: " + options.interval + "}\n";
    if (!options.targets.isEmpty())
        config += "scrape_configs: [{job_name: postern, static_configs: [{targets: [\"" +
                  options.targets.join(QLatin1String("\", \"")).toUtf8() + "\"]}]}]\n";
    if (!write(m_folder.filePath(QStringLiteral("prometheus.yml")), config)) {
        m_error = QStringLiteral("the folder is not writable");
        return false;
    }
    m_arguments = options.arguments;
    return (options.openMetrics.isEmpty() || makeBlocks(options.openMetrics)) && launch();
}

bool PrometheusProcess::restart() { return launch(); }

bool PrometheusProcess::makeBlocks(const QByteArray& openMetrics)
{
    const QString input = m_folder.filePath(QStringLiteral("input.om"));
    if (!write(input, openMetrics)) {
        m_error = QStringLiteral("the folder is not writable");
        return false;
    }
    QProcess promtool;
    endsWithTest(promtool);
    // A month in blocks of two hours takes a minute to write.
    promtool.start(QStringLiteral("promtool"),
                   {QStringLiteral("tsdb"), QStringLiteral("create-blocks-from"),
                    QStringLiteral("--max-block-duration=744h"), QStringLiteral("openmetrics"), input,
                    m_folder.filePath(QStringLiteral("data"))});
    if (!promtool.waitForFinished(kPatienceMs) || promtool.exitStatus() != QProcess::NormalExit ||
        promtool.exitCode() != 0) {
        const QString words = QString::fromUtf8(promtool.readAllStandardError());
        m_error = QStringLiteral("promtool: ") + (words.isEmpty() ? promtool.errorString() : words);
        return false;
    }
    return true;
}

bool PrometheusProcess::launch()
{
    endsWithTest(m_process);
    // Into a file: nobody has to read on for it not to block, and what it said can be told when it fails.
    m_process.setProcessChannelMode(QProcess::MergedChannels);
    m_process.setStandardOutputFile(logFile());
    m_process.start(
        QStringLiteral("prometheus"),
        QStringList{QStringLiteral("--config.file=") + m_folder.filePath(QStringLiteral("prometheus.yml")),
                    QStringLiteral("--storage.tsdb.path=") + m_folder.filePath(QStringLiteral("data")),
                    // Test data lies at fixed moments of the past.
                    QStringLiteral("--storage.tsdb.retention.time=50y"),
                    QStringLiteral("--web.listen-address=127.0.0.1:%1").arg(m_port.number())} +
            m_arguments);
    return waitUntilReady();
}

bool PrometheusProcess::waitUntilReady()
{
    if (!m_process.waitForStarted(kPatienceMs)) {
        m_error = QStringLiteral("prometheus can not be started: ") + m_process.errorString();
        return false;
    }
    const QDeadlineTimer deadline(kPatienceMs);
    while (!deadline.hasExpired()) {
        if (answersReady())
            return true;
        if (m_process.waitForFinished(kProbeEveryMs) || m_process.state() == QProcess::NotRunning) {
            m_error = QStringLiteral("prometheus ended with %1 before it was ready:\n%2")
                          .arg(m_process.exitCode())
                          .arg(lastWords());
            return false;
        }
    }
    m_error = QStringLiteral("prometheus is not ready after %1 ms:\n%2").arg(kPatienceMs).arg(lastWords());
    stop();
    return false;
}

// Asked over HTTP, as its users will. Its log is no witness: "Server is ready" comes from another goroutine
// than "Listening on", and on a busy machine before it.
bool PrometheusProcess::answersReady() const
{
    QTcpSocket socket;
    socket.connectToHost(QStringLiteral("127.0.0.1"), m_port.number());
    if (!socket.waitForConnected(kPatienceMs))
        return false;
    socket.write("GET /-/ready HTTP/1.0\r\n\r\n");
    while (!socket.canReadLine()) {
        if (!socket.waitForReadyRead(kPatienceMs))
            return false;
    }
    return socket.readLine().contains(" 200 ");
}

QString PrometheusProcess::lastWords() const
{
    QFile log(logFile());
    return log.open(QIODevice::ReadOnly) ? QString::fromUtf8(log.readAll().right(4000)) : QString();
}

void PrometheusProcess::stop()
{
    if (m_process.state() == QProcess::NotRunning)
        return;
    thaw();
    m_process.terminate();
    if (!m_process.waitForFinished(kPatienceMs))
        m_process.kill();
    m_process.waitForFinished(kPatienceMs);
}

void PrometheusProcess::freeze() { ::kill(static_cast<pid_t>(m_process.processId()), SIGSTOP); }

void PrometheusProcess::thaw() { ::kill(static_cast<pid_t>(m_process.processId()), SIGCONT); }

QUrl PrometheusProcess::url() const
{
    return QUrl(QStringLiteral("http://127.0.0.1:%1").arg(m_port.number()));
}

} // namespace postern::test
