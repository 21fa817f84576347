#pragma once

#include <QByteArray>
#include <QProcess>
#include <QTemporaryDir>
#include <QUrl>

namespace postern::test {

/// A real Prometheus on a free loopback port, with its own folder; ends with the object.
class PrometheusProcess
{
public:
    struct Options
    {
        QByteArray openMetrics; ///< made into TSDB blocks by promtool first; empty: no data
        QStringList targets;    ///< `127.0.0.1:9911`: scraped as the job `postern`
        QByteArray interval = "1s";
        QStringList arguments; ///< further ones
    };

    PrometheusProcess() = default;
    ~PrometheusProcess();

    /// False when the programs are missing or it does not become ready; `error` says why.
    [[nodiscard]] bool start(const Options& options);
    /// The same port and data again, after stop().
    [[nodiscard]] bool restart();
    void stop();
    /// Keeps its connections and answers nothing.
    void freeze();
    void thaw();

    [[nodiscard]] QUrl url() const;
    [[nodiscard]] QString error() const { return m_error; }
    /// Debian's `prometheus` package may be missing on a developer's machine.
    [[nodiscard]] static bool available();

private:
    [[nodiscard]] bool makeBlocks(const QByteArray& openMetrics);
    [[nodiscard]] bool launch(quint16 port);
    [[nodiscard]] bool waitUntilReady();

    QTemporaryDir m_folder;
    QProcess m_process;
    QStringList m_arguments;
    quint16 m_port = 0;
    QString m_error;
};

} // namespace postern::test
