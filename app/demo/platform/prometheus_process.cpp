#include "app/demo/platform/prometheus_process.h"

#include "app/demo/platform/wait_until.h"

#include <QDir>
#include <QFile>
#include <QRegularExpression>

namespace postern::demo {

namespace {

ChildProcess::Plan plan(const QString& directory)
{
    return {.name = QStringLiteral("prometheus"),
            .program = QStringLiteral("prometheus"),
            .arguments = {QStringLiteral("--config.file=%1/prometheus.yml").arg(directory),
                          QStringLiteral("--storage.tsdb.path=%1/data").arg(directory),
                          QStringLiteral("--storage.tsdb.retention.time=1d"),
                          QStringLiteral("--web.listen-address=127.0.0.1:0"),
                          QStringLiteral("--log.level=info")},
            .lines = ChildProcess::Lines::Errors,
            // It shares two processors with all the others.
            .environment = {QStringLiteral("GOMAXPROCS=1")}};
}

} // namespace

PrometheusProcess::PrometheusProcess(const QString& directory, const QStringList& targets, QObject* parent)
    : QObject(parent), m_directory(directory), m_targets(targets), m_process(plan(directory))
{
    connect(&m_process, &ChildProcess::line, this, [this](const QByteArray& line) {
        if (const quint16 port = portIn(line); port != 0)
            m_url = QUrl(QStringLiteral("http://127.0.0.1:%1").arg(port));
    });
}

Result<void> PrometheusProcess::start()
{
    QFile file(m_directory + QStringLiteral("/prometheus.yml"));
    const QByteArray text = configuration(m_targets);
    if (!QDir().mkpath(m_directory) || !file.open(QIODevice::WriteOnly) || file.write(text) != text.size())
        return failure(Error::environment(Error::Kind::Unavailable,
                                          QStringLiteral("%1 cannot be written").arg(file.fileName())));
    file.close();
    if (Result<void> started = m_process.start(); !started)
        return started;
    const bool listens =
        waitUntil([this] { return !m_url.isEmpty() || !m_process.isRunning(); }, std::chrono::seconds(60));
    if (!listens || m_url.isEmpty())
        return failure(
            Error::environment(Error::Kind::Unavailable,
                               QStringLiteral("Prometheus does not listen: %1").arg(m_process.lastWords())));
    return {};
}

quint16 PrometheusProcess::portIn(const QByteArray& line)
{
    static const QRegularExpression listening(
        QStringLiteral("msg=\"Listening on\" address=127\\.0\\.0\\.1:(\\d+)"));
    return listening.match(QString::fromUtf8(line)).captured(1).toUShort();
}

QByteArray PrometheusProcess::configuration(const QStringList& targets)
{
    QByteArray text = "global:\n  scrape_interval: 1s\n  scrape_timeout: 1s\n  evaluation_interval: 1s\n"
                      "scrape_configs:\n  - job_name: postern\n    static_configs:\n      - targets:\n";
    for (const QString& target : targets)
        text += "          - \"" + target.toLatin1() + "\"\n";
    return text;
}

} // namespace postern::demo
