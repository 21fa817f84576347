#include "tests/support/prometheus_process.h"

#include <QDeadlineTimer>
#include <QFile>
#include <QJsonDocument>
#include <QJsonObject>
#include <QStandardPaths>

#include <signal.h>

namespace postern::test {
namespace {

constexpr int kPatienceMs = 60'000;

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
    return (options.openMetrics.isEmpty() || makeBlocks(options.openMetrics)) && launch(0);
}

bool PrometheusProcess::restart() { return launch(m_port); }

bool PrometheusProcess::makeBlocks(const QByteArray& openMetrics)
{
    const QString input = m_folder.filePath(QStringLiteral("input.om"));
    if (!write(input, openMetrics)) {
        m_error = QStringLiteral("the folder is not writable");
        return false;
    }
    QProcess promtool;
    // A month in blocks of two hours takes a minute to write.
    promtool.start(QStringLiteral("promtool"),
                   {QStringLiteral("tsdb"), QStringLiteral("create-blocks-from"),
                    QStringLiteral("--max-block-duration=744h"), QStringLiteral("openmetrics"), input,
                    m_folder.filePath(QStringLiteral("data"))});
    if (!promtool.waitForFinished(kPatienceMs) || promtool.exitCode() != 0) {
        m_error = QStringLiteral("promtool: ") + QString::fromUtf8(promtool.readAllStandardError());
        return false;
    }
    return true;
}

bool PrometheusProcess::launch(quint16 port)
{
    m_process.setProcessChannelMode(QProcess::MergedChannels);
    m_process.start(
        QStringLiteral("prometheus"),
        QStringList{QStringLiteral("--config.file=") + m_folder.filePath(QStringLiteral("prometheus.yml")),
                    QStringLiteral("--storage.tsdb.path=") + m_folder.filePath(QStringLiteral("data")),
                    // Test data lies at fixed moments of the past.
                    QStringLiteral("--storage.tsdb.retention.time=50y"),
                    QStringLiteral("--web.listen-address=127.0.0.1:%1").arg(port),
                    QStringLiteral("--log.format=json")} +
            m_arguments);
    return waitUntilReady();
}

bool PrometheusProcess::waitUntilReady()
{
    const QDeadlineTimer deadline(kPatienceMs);
    QByteArray told;
    while (!deadline.hasExpired()) {
        if (!m_process.canReadLine() && !m_process.waitForReadyRead(kPatienceMs))
            break;
        while (m_process.canReadLine()) {
            const QByteArray line = m_process.readLine();
            told += line;
            const QJsonObject event = QJsonDocument::fromJson(line).object();
            const QString message = event.value(QLatin1String("msg")).toString();
            if (message == QLatin1String("Listening on"))
                m_port =
                    event.value(QLatin1String("address")).toString().section(QLatin1Char(':'), -1).toUShort();
            if (message.startsWith(QLatin1String("Server is ready"))) {
                // Nobody reads on: the pipe must not fill up.
                m_process.closeReadChannel(QProcess::StandardOutput);
                return m_port != 0;
            }
        }
    }
    m_error = QStringLiteral("prometheus: ") + m_process.errorString() + QString::fromUtf8(told.right(2000));
    return false;
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

QUrl PrometheusProcess::url() const { return QUrl(QStringLiteral("http://127.0.0.1:%1").arg(m_port)); }

} // namespace postern::test
