#pragma once

#include "app/demo/demo_api.h"
#include "app/demo/platform/child_process.h"

#include <memory>
#include <vector>

namespace postern::demo {

/// One `postern-gateway serve` of the demo, on ports that it picks itself.
class GatewayProcess : public QObject
{
    Q_OBJECT

public:
    GatewayProcess(const QString& program, const DemoApi& api, int number, const QString& folder,
                   QObject* parent = nullptr);

    Result<void> start() { return m_process.start(); }
    [[nodiscard]] bool listens() const { return m_port != 0 && !m_admin.isEmpty(); }
    [[nodiscard]] ChildProcess& process() { return m_process; }
    [[nodiscard]] const ChildProcess& process() const { return m_process; }

    [[nodiscard]] const DemoApi& api() const { return m_api; }
    [[nodiscard]] const QString& folder() const { return m_folder; }
    [[nodiscard]] quint16 port() const { return m_port; }
    /// `127.0.0.1:PORT` of the admin listener: the instance's name in Prometheus.
    [[nodiscard]] const QString& admin() const { return m_admin; }

private:
    void read(const QByteArray& line);

    DemoApi m_api;
    QString m_folder;
    ChildProcess m_process;
    quint16 m_port = 0;
    QString m_admin;
};

/// What the console's `--fleet` reads.
[[nodiscard]] QByteArray fleetFileText(const std::vector<std::unique_ptr<GatewayProcess>>& gateways);

} // namespace postern::demo
