#include "app/workspace/workspace.h"

#include "app/workspace/document_library.h"
#include "app/workspace/edit_desk.h"
#include "app/workspace/no_fleet.h"
#include "models/fleet/fleet_file.h"
#include "models/fleet/fleet_poller.h"
#include "models/fleet/rollout_tracker.h"
#include "models/prometheus/client.h"

#include <QFileInfo>

#include <algorithm>

namespace postern {
namespace {

std::unique_ptr<FleetSource> makeFleet(const QString& file, const Clock& clock)
{
    if (file.isEmpty())
        return std::make_unique<NoFleet>();
    return std::make_unique<FleetFile>(file, clock);
}

} // namespace

Result<std::unique_ptr<Workspace>> Workspace::create(const WorkspaceOptions& options,
                                                     const PolicyCatalogue& catalogue, const Clock& clock)
{
    PrometheusEndpoint endpoint;
    endpoint.url = options.launch.prometheus;
    Result<std::unique_ptr<PrometheusClient>> prometheus = PrometheusClient::create(endpoint);
    if (!prometheus)
        return failure(prometheus.error());
    return std::unique_ptr<Workspace>(new Workspace(options, catalogue, clock, std::move(*prometheus)));
}

Workspace::Workspace(const WorkspaceOptions& options, const PolicyCatalogue& catalogue, const Clock& clock,
                     std::unique_ptr<PrometheusClient> prometheus)
    : m_options(options)
    , m_catalogue(catalogue)
    , m_clock(clock)
    , m_prometheus(std::move(prometheus))
    , m_fleet(makeFleet(options.launch.fleetFile, clock))
{
    FleetPoller::Options polling;
    polling.refresh = options.refresh;
    polling.range = m_time.range();
    m_poller = std::make_unique<FleetPoller>(*m_prometheus, *m_fleet, clock, polling);
    m_rollouts = std::make_unique<RolloutTracker>(RolloutTracker::Options());
    connect(m_poller.get(), &FleetPoller::snapshotChanged, this, [this](const FleetSnapshotPtr& fleet) {
        m_rollouts->update(*fleet);
        Q_EMIT fleetChanged(fleet);
        Q_EMIT sourcesChanged();
    });
    connect(&m_time, &ViewTime::rangeChanged, m_poller.get(), &FleetPoller::setRange);
    if (!options.launch.repository.isEmpty())
        openRepository();
}

Workspace::~Workspace() = default;

void Workspace::openRepository()
{
    const QString directory = QFileInfo(m_options.launch.repository).canonicalFilePath();
    m_repository = std::make_unique<Repository>(directory);
    m_library = std::make_unique<DocumentLibrary>(*m_repository, m_catalogue, m_clock,
                                                  DocumentLibrary::Options{m_options.fetchEvery});
    m_edits = std::make_unique<EditDesk>(*m_library, m_catalogue, directory, m_options.drafts);
    m_publisher = std::make_unique<Publisher>(*m_repository, *m_library, m_catalogue);
    connect(m_library.get(), &DocumentLibrary::stateChanged, this, &Workspace::sourcesChanged);
    connect(m_library.get(), &DocumentLibrary::snapshotChanged, this, &Workspace::onDocuments);
    followPublisher();
}

void Workspace::followPublisher()
{
    connect(
        m_publisher.get(), &Publisher::committed, this, [this](const Publisher::Publication& publication) {
            for (const auto& [api, hash] : publication.hashes)
                m_rollouts->committed(api, publication.commit.hash, publication.commit.subject, hash, now());
        });
    connect(m_publisher.get(), &Publisher::pushed, this, &Workspace::onPublished);
    connect(m_publisher.get(), &Publisher::started, this,
            [this](GitOperation* operation, Publisher::Step step) {
                const QString branch = m_repository->state().branch;
                Q_EMIT operationStarted(operation, step == Publisher::Step::Committing
                                                       ? tr("Committing to %1").arg(branch)
                                                       : tr("Pushing to %1").arg(branch));
            });
}

void Workspace::onPublished(const Publisher::Publication& publication)
{
    // After a rebase the commit has another name: its rollout begins anew under that.
    if (publication.outcome.commit != publication.commit.hash)
        for (const auto& [api, hash] : publication.hashes)
            m_rollouts->committed(api, publication.outcome.commit, publication.commit.subject, hash, now());
    m_rollouts->pushed(publication.outcome.commit, now());
    m_poller->refresh();
}

void Workspace::start()
{
    m_poller->start();
    if (m_library)
        m_library->start();
    Q_EMIT sourcesChanged();
}

void Workspace::refresh()
{
    m_poller->refresh();
    if (m_library)
        m_library->refresh();
}

std::chrono::seconds Workspace::freshFor() const
{
    // Three answers may be late before figures count as old.
    return std::max(std::chrono::seconds(30),
                    std::chrono::duration_cast<std::chrono::seconds>(3 * m_options.refresh));
}

QString Workspace::contextName() const { return QFileInfo(m_options.launch.fleetFile).completeBaseName(); }

FleetSnapshotPtr Workspace::fleet() const { return m_poller->snapshot(); }

const RepositoryState* Workspace::repository() const
{
    return m_repository ? &m_repository->state() : nullptr;
}

std::vector<SourceState> Workspace::sources() const
{
    std::vector<SourceState> sources = m_poller->snapshot()->sources;
    if (m_library)
        sources.push_back(m_library->state());
    return sources;
}

void Workspace::onDocuments(const DocumentSnapshotPtr& documents)
{
    std::vector<ApiExpectation> expectations;
    for (const auto& [api, effective] : documents->effective)
        if (effective.document)
            expectations.push_back(expectationOf(*effective.document, documents->revision));
    m_poller->setExpectations(std::move(expectations));
    if (const DocumentSnapshotPtr before = std::exchange(m_documents, documents))
        followBranch(*before, *documents);
    m_poller->refresh();
}

void Workspace::followBranch(const DocumentSnapshot& before, const DocumentSnapshot& now)
{
    const Commit* commit = m_library->commit(now.revision);
    for (const auto& [api, effective] : now.effective) {
        const EffectiveDocument* old = before.effectiveOf(api);
        if (!effective.document || !old || old->hash == effective.document->hash)
            continue;
        // Our own pushes are followed since their commit.
        if (const Rollout* newest = m_rollouts->newest(api);
            newest && newest->expectedHash == effective.document->hash)
            continue;
        m_rollouts->committed(api, now.revision, commit ? commit->subject : QString(),
                              effective.document->hash, m_clock.wall());
    }
    m_rollouts->pushed(now.revision, m_clock.wall());
}

} // namespace postern
