#pragma once

#include "tests/support/held_port.h"

#include <QByteArray>
#include <QProcess>
#include <QTemporaryDir>
#include <QUrl>

namespace postern::test {

/// A real Prometheus on a loopback port that is its own from beginning to end, with its own folder. Ends with
/// the object, or with the test when that crashes.
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

    /// Waits until it answers. False when the programs are missing or it does not become ready; `error` says
    /// why, in Prometheus' own words where it has any.
    [[nodiscard]] bool start(const Options& options);
    /// The same port and data again, after stop().
    [[nodiscard]] bool restart();
    void stop();
    /// Keeps its connections and answers nothing.
    void freeze();
    void thaw();

    [[nodiscard]] qint64 processId() const { return m_process.processId(); }
    [[nodiscard]] QUrl url() const;
    [[nodiscard]] QString error() const { return m_error; }
    /// Debian's `prometheus` package may be missing on a developer's machine.
    [[nodiscard]] static bool available();

private:
    [[nodiscard]] bool makeBlocks(const QByteArray& openMetrics);
    [[nodiscard]] bool launch();
    [[nodiscard]] bool waitUntilReady();
    [[nodiscard]] bool answersReady() const;
    [[nodiscard]] QString logFile() const { return m_folder.filePath(QStringLiteral("log")); }
    [[nodiscard]] QString lastWords() const;

    QTemporaryDir m_folder;
    HeldPort m_port;
    QProcess m_process;
    QStringList m_arguments;
    QString m_error;
};

} // namespace postern::test
