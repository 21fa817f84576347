#pragma once

#include "app/demo/origin/spell.h"
#include "app/demo/platform/gateway_process.h"
#include "app/demo/platform/prometheus_process.h"
#include "app/demo/platform/seed_repository.h"

#include <QMap>
#include <QNetworkAccessManager>
#include <QTemporaryDir>

#include <functional>
#include <memory>

namespace postern::demo {

/// The whole payments platform on loopback: repository, origin, two gateways for each API, Prometheus,
/// traffic and the deployment that follows the branch. start() and stop() run the event loop; in between it
/// only watches. Everything it writes lies in one temporary folder, which goes at the end.
class Platform : public QObject
{
    Q_OBJECT

public:
    struct Options
    {
        QString programs;    ///< the folder of postern-gateway and postern-demo-part
        bool weather = true; ///< spells that come by themselves
        double traffic = 1;  ///< factor on all rates
    };

    explicit Platform(const Options& options, QObject* parent = nullptr);
    ~Platform() override;

    /// Up to a platform whose gateways are ready, scraped, and called.
    Result<void> start();
    /// In order, so that no part complains about another's end.
    void stop();
    /// What start() waits for now fails at once.
    void interrupt() { m_interrupted = true; }

    [[nodiscard]] QString directory() const { return m_directory.path(); }
    [[nodiscard]] QString fleetFile() const { return m_directory.filePath(QStringLiteral("fleet.yaml")); }
    [[nodiscard]] QUrl prometheusUrl() const { return m_prometheus->url(); }
    [[nodiscard]] const SeedRepository& repository() const { return m_repository; }
    [[nodiscard]] const std::vector<std::unique_ptr<GatewayProcess>>& gateways() const { return m_gateways; }
    /// The commit that the deployment last brought to all folders.
    [[nodiscard]] const QString& syncedRevision() const { return m_synced; }

    /// Until the next one; a default Spell ends it.
    void setSpell(const QString& api, const Spell& spell);
    /// `burstEnded` tells what came back.
    void burst(const QString& api, const QString& caller, int count);
    /// The body of a GET, empty on any failure. Runs the event loop.
    QByteArray get(const QUrl& url);

Q_SIGNALS:
    /// What is being brought up, for the impatient.
    void progressed(const QString& what);
    void synced(const QString& revision);
    void syncFailed(const QString& api, const QString& message);
    void burstEnded(const QString& api, const QMap<int, qint64>& counts);
    /// Answers of the last second, by API and status.
    void counted(const QMap<QString, QMap<int, qint64>>& counts);
    void partDied(const QString& name, const QString& lastWords);

private:
    std::unique_ptr<ChildProcess> makePart(const QString& name);
    Result<void> startOrigin();
    Result<void> startSync();
    Result<void> startGateways();
    Result<void> startPrometheus();
    Result<void> startTraffic();
    Result<void> writeFleetFile();
    Result<void> waitFor(const QString& what, const std::function<bool()>& holds, int seconds);
    void hear(const QByteArray& line);
    void hearCounts(const QJsonObject& counts);

    Options m_options;
    QTemporaryDir m_directory;
    QNetworkAccessManager m_network;
    std::vector<TokenKey> m_keys;
    SeedRepository m_repository;
    QHash<QString, quint16> m_originPorts;
    QString m_synced;
    QString m_refused;
    bool m_calling = false;
    bool m_interrupted = false;
    std::unique_ptr<ChildProcess> m_origin, m_sync, m_traffic;
    std::vector<std::unique_ptr<GatewayProcess>> m_gateways;
    std::unique_ptr<PrometheusProcess> m_prometheus;
};

} // namespace postern::demo
