#pragma once

#include "app/settings/command_line.h"
#include "app/workspace/document_snapshot.h"
#include "app/workspace/publisher.h"
#include "app/workspace/view_time.h"
#include "models/base/clock.h"
#include "models/base/result.h"
#include "models/fleet/fleet_snapshot.h"

#include <QObject>

#include <memory>

namespace postern {

class DocumentLibrary;
class EditDesk;
class FleetPoller;
class FleetSource;
class PolicyCatalogue;
class PrometheusClient;
class RolloutTracker;

struct WorkspaceOptions
{
    LaunchOptions launch;
    QString drafts; ///< the folder of edits in progress
    std::chrono::milliseconds refresh{std::chrono::seconds(5)};
    std::chrono::milliseconds fetchEvery{std::chrono::seconds(15)};
};

/// What one session works on: the sources, what was read from them, edits and rollouts. Owned by main(), UI
/// thread; pages get it by their constructor and go before it. Without a repository, documents(), edits() and
/// publisher() are null.
class Workspace final : public QObject
{
    Q_OBJECT
public:
    /// Fails when an address makes no sense; a source that is away is no failure but a state.
    static Result<std::unique_ptr<Workspace>> create(const WorkspaceOptions& options,
                                                     const PolicyCatalogue& catalogue, const Clock& clock);
    ~Workspace() override;

    /// Asks every source, and goes on asking.
    void start();
    /// Asks every source now (F5).
    void refresh();

    [[nodiscard]] const LaunchOptions& launch() const { return m_options.launch; }
    [[nodiscard]] const PolicyCatalogue& catalogue() const { return m_catalogue; }
    [[nodiscard]] const Clock& clock() const { return m_clock; }
    [[nodiscard]] Clock::Wall now() const { return m_clock.wall(); }
    /// A figure older than this is not fresh.
    [[nodiscard]] std::chrono::seconds freshFor() const;
    /// What the environment is called when the fleet does not say.
    [[nodiscard]] QString contextName() const;

    [[nodiscard]] ViewTime& time() { return m_time; }
    [[nodiscard]] PrometheusClient& prometheus() { return *m_prometheus; }
    [[nodiscard]] FleetPoller& poller() { return *m_poller; }
    [[nodiscard]] FleetSnapshotPtr fleet() const; ///< never null
    [[nodiscard]] RolloutTracker& rollouts() { return *m_rollouts; }
    [[nodiscard]] DocumentLibrary* documents() { return m_library.get(); }
    [[nodiscard]] const RepositoryState* repository() const;
    [[nodiscard]] EditDesk* edits() { return m_edits.get(); }
    [[nodiscard]] Publisher* publisher() { return m_publisher.get(); }
    /// Every source, as it is now.
    [[nodiscard]] std::vector<SourceState> sources() const;

Q_SIGNALS:
    void fleetChanged(const postern::FleetSnapshotPtr& fleet);
    void sourcesChanged();
    /// Something runs that can be cancelled.
    void operationStarted(postern::GitOperation* operation, const QString& what);

private:
    Workspace(const WorkspaceOptions& options, const PolicyCatalogue& catalogue, const Clock& clock,
              std::unique_ptr<PrometheusClient> prometheus);
    void openRepository();
    void followPublisher();
    void onDocuments(const DocumentSnapshotPtr& documents);
    void followBranch(const DocumentSnapshot& before, const DocumentSnapshot& now);
    void onPublished(const Publisher::Publication& publication);

    WorkspaceOptions m_options;
    const PolicyCatalogue& m_catalogue;
    const Clock& m_clock;
    ViewTime m_time;
    // In this order: each stands on those above it, and goes before them.
    std::unique_ptr<PrometheusClient> m_prometheus;
    std::unique_ptr<FleetSource> m_fleet;
    std::unique_ptr<FleetPoller> m_poller;
    std::unique_ptr<RolloutTracker> m_rollouts;
    std::unique_ptr<Repository> m_repository;
    std::unique_ptr<DocumentLibrary> m_library;
    std::unique_ptr<EditDesk> m_edits;
    std::unique_ptr<Publisher> m_publisher;
    DocumentSnapshotPtr m_documents; ///< the newest, to see what a newer one changes
};

} // namespace postern
