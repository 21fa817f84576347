#pragma once

#include "models/fleet/fleet_source.h"
#include "models/schema/finding.h"

#include <QFileSystemWatcher>
#include <QTimer>

namespace postern {

/// The fleet as a YAML file states it: `gateways: [{api, instance, url, labels}]`. Followed for changes, also
/// when an editor or a ConfigMap replaces the file. A file with errors never replaces a good list: the state
/// turns `Partial` while the last good one is held, `Away` while there is none.
/// Owner: the shell. Thread: the UI's; the file is small and local, at most 16 MiB.
class FleetFile final : public FleetSource
{
    Q_OBJECT
public:
    FleetFile(const QString& path, const Clock& clock, QObject* parent = nullptr);

    [[nodiscard]] std::vector<GatewayInstance> instances() const override { return m_instances; }
    [[nodiscard]] SourceState state() const override { return m_state; }
    /// Of the newest reading, with their places.
    [[nodiscard]] const std::vector<Finding>& findings() const { return m_findings; }

private:
    void read();
    void watch();

    QString m_path;
    const Clock& m_clock;
    QFileSystemWatcher m_watcher;
    QTimer m_settle; ///< editors write in several steps
    std::vector<GatewayInstance> m_instances;
    std::vector<Finding> m_findings;
    SourceState m_state;
};

/// The gateways of a fleet file's text; what is wrong goes to \a findings.
[[nodiscard]] std::vector<GatewayInstance> parseFleet(const QByteArray& yaml, Findings& findings);

} // namespace postern
