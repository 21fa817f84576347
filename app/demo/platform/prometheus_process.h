#pragma once

#include "app/demo/platform/child_process.h"

#include <QUrl>

namespace postern::demo {

/// A real Prometheus that scrapes the demo's gateways every second, on a free port of the loopback.
class PrometheusProcess : public QObject
{
    Q_OBJECT

public:
    /// Everything it writes lies below \a directory; \a targets are `host:port`.
    PrometheusProcess(const QString& directory, const QStringList& targets, QObject* parent = nullptr);

    /// Runs the event loop until it listens.
    Result<void> start();
    [[nodiscard]] ChildProcess& process() { return m_process; }
    [[nodiscard]] const QUrl& url() const { return m_url; }

    /// The port in one line of its log, 0 when the line says something else.
    [[nodiscard]] static quint16 portIn(const QByteArray& line);
    [[nodiscard]] static QByteArray configuration(const QStringList& targets);

private:
    QString m_directory;
    QStringList m_targets;
    ChildProcess m_process;
    QUrl m_url;
};

} // namespace postern::demo
