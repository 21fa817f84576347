#include "app/pages/api/api_page.h"

#include "app/pages/api/budget_cards.h"
#include "app/pages/api/change_card.h"
#include "app/pages/api/golden_signals.h"
#include "app/pages/page_heading.h"
#include "app/pages/table_roles.h"
#include "app/words/fleet_words.h"
#include "app/words/health_words.h"
#include "app/words/policy_words.h"
#include "app/workspace/document_library.h"
#include "app/workspace/policy_place.h"
#include "app/workspace/workspace.h"
#include "models/items/instances_model.h"
#include "models/items/policies_model.h"
#include "widgets/chart/chart_group.h"
#include "widgets/chart/time_series_chart.h"
#include "widgets/frame/card.h"
#include "widgets/frame/state_view.h"
#include "widgets/table/data_table.h"

#include <QHBoxLayout>
#include <QPushButton>
#include <QVBoxLayout>

namespace postern {

ApiPage::ApiPage(Workspace& workspace, Preferences& preferences, QWidget* parent)
    : Page(parent)
    , m_workspace(workspace)
    , m_historyLoader(workspace.prometheus(), std::chrono::seconds(15))
    , m_decisionsLoader(workspace.prometheus())
    , m_policies(new PoliciesModel(this))
    , m_instances(new InstancesModel(this))
    , m_heading(new PageHeading(QString(), this))
    , m_edit(new QPushButton(tr("Edit policies"), this))
    , m_budgets(new BudgetCards(this))
    , m_change(new ChangeCard(this))
    , m_group(new ChartGroup(this))
    , m_traffic(new TimeSeriesChart(this))
    , m_errors(new TimeSeriesChart(this))
    , m_latency(new TimeSeriesChart(this))
    , m_policyTable(new DataTable(itemRoles(), this))
    , m_instanceTable(new DataTable(itemRoles(), this))
    , m_state(new StateView(makeContent(), this))
{
    setObjectName(QStringLiteral("apiPage"));
    m_edit->setObjectName(QStringLiteral("editPolicies"));
    m_edit->setProperty("primary", true);
    m_heading->addControl(m_edit);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(space::page, space::page, space::page, space::page);
    column->setSpacing(space::card);
    column->addWidget(m_heading);
    column->addWidget(m_state, 1);
    makeTableColumns(preferences);
    connectSources();
}

QWidget* ApiPage::makeContent()
{
    auto* content = new QWidget(this);
    auto* cards = new QHBoxLayout;
    cards->setSpacing(space::card);
    cards->addWidget(m_budgets, 2);
    cards->addWidget(m_change, 1);
    auto* column = new QVBoxLayout(content);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(space::card);
    column->addLayout(cards);
    column->addWidget(makeCharts(), 2);
    column->addWidget(makeTables(), 3);
    return content;
}

QWidget* ApiPage::makeCharts()
{
    auto* charts = new QWidget(this);
    auto* row = new QHBoxLayout(charts);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(space::card);
    for (TimeSeriesChart* chart : {m_traffic, m_errors, m_latency}) {
        auto* card = new Card(charts);
        card->body()->addWidget(chart);
        row->addWidget(card, 1);
        m_group->add(chart);
        connect(chart, &TimeSeriesChart::markActivated, this, &ApiPage::openChange);
    }
    return charts;
}

void ApiPage::connectSources()
{
    connect(m_edit, &QPushButton::clicked, this, &ApiPage::editPolicies);
    connect(m_state, &StateView::actionTriggered, this, [this] { Q_EMIT openRequested(Location::fleet()); });
    const auto openPolicy = [this](const QModelIndex& index) {
        if (const PolicyStatus* policy = m_policies->status(index))
            openOrigin(QStringLiteral("%1:%2").arg(policy->file).arg(policy->line));
    };
    connect(m_policyTable, &DataTable::opened, this, openPolicy);
    connect(m_policyTable, &DataTable::linkActivated, this, &ApiPage::openOrigin);
    connect(m_instanceTable, &DataTable::linkActivated, this, &ApiPage::openChange);
    connect(&m_historyLoader, &ApiHistoryLoader::loaded, this, [this](const ApiHistory& history) {
        if (history.api != m_api)
            return;
        m_history = history;
        showFleet();
        settle();
    });
    connect(&m_historyLoader, &ApiHistoryLoader::failed, this, &ApiPage::settle);
    connect(&m_decisionsLoader, &PolicyDecisionsLoader::loaded, this,
            [this](const QString& api, const DecisionStats& stats) {
                if (api != m_api)
                    return;
                m_decisions = stats;
                showPolicies();
            });
    connect(&m_workspace, &Workspace::fleetChanged, this, [this] {
        if (isVisible())
            load();
        showFleet();
    });
    connect(&m_workspace.time(), &ViewTime::rangeChanged, this, &ApiPage::load);
    connect(&m_workspace.time(), &ViewTime::zoneChanged, this, &ApiPage::showFleet);
    if (DocumentLibrary* documents = m_workspace.documents())
        connect(documents, &DocumentLibrary::snapshotChanged, this, &ApiPage::showPolicies);
}

void ApiPage::visit(const Location& location)
{
    if (m_api != location.api) {
        m_api = location.api;
        m_history.reset();
        m_decisions.reset();
        m_settled = false;
        m_group->setZoom({});
    }
    showFleet();
    showPolicies();
    load();
}

std::vector<Page::Crumb> ApiPage::breadcrumb() const
{
    return {{tr("Fleet"), Location::fleet()},
            {m_api.section(QLatin1Char('/'), 0, 0), Location::fleet()},
            {m_api.section(QLatin1Char('/'), 1), Location::ofApi(m_api)}};
}

void ApiPage::refresh() { load(); }

bool ApiPage::isSettled() const { return m_settled; }

void ApiPage::settle()
{
    m_settled = true;
    Q_EMIT settledChanged();
}

void ApiPage::load()
{
    if (m_api.isEmpty())
        return settle();
    if (const FleetSnapshotPtr fleet = m_workspace.fleet())
        m_historyLoader.setScrapeInterval(fleet->scrapeInterval);
    m_historyLoader.load(m_api, m_workspace.now(), m_workspace.time().range());
    m_decisionsLoader.load(m_api, m_workspace.time().range());
}

void ApiPage::showFleet()
{
    const FleetSnapshotPtr fleet = m_workspace.fleet();
    const ApiStatus* api = fleet->find(m_api);
    if (!api) {
        m_heading->setTitle(m_api);
        m_state->showEmpty(tr("The fleet has no API named “%1”.").arg(m_api), tr("Back to the fleet"));
        return;
    }
    m_heading->setTitle(api->name());
    m_heading->setState(stateOf(api->health));
    m_heading->setSubtitle(labelsText(*api));
    const FleetRemark remark = fleetRemark(*fleet, m_workspace.time().zone());
    m_budgets->showBudgets(api->budgets, !remark.stale.isEmpty());
    m_instances->setInstances(api->instances, fleet->takenAt, m_workspace.freshFor());
    showChange(*api);
    m_state->showContent();
    if (!remark.stale.isEmpty())
        m_state->setStale(remark.stale);
    else if (!remark.partial.isEmpty())
        m_state->setPartial(remark.partial);
    else
        m_state->clearBanner();
    showCharts();
}

void ApiPage::showCharts()
{
    const QTimeZone zone =
        m_workspace.time().zone() == ZoneChoice::Utc ? QTimeZone::utc() : QTimeZone::systemTimeZone();
    for (TimeSeriesChart* chart : {m_traffic, m_errors, m_latency})
        chart->setTimeZone(zone);
    const FleetSnapshotPtr fleet = m_workspace.fleet();
    const ApiStatus* api = fleet->find(m_api);
    std::vector<slo::Objective> objectives;
    if (api)
        for (const slo::BudgetStatus& budget : api->budgets)
            objectives.push_back(budget.objective);
    ApiHistory none;
    none.end = m_workspace.now();
    none.start = none.end - m_workspace.time().range();
    const auto subjectOf = [this](const QString& revision) {
        const Commit* commit = m_workspace.documents() ? m_workspace.documents()->commit(revision) : nullptr;
        return commit ? commit->subject : QString();
    };
    const bool stale = !fleetRemark(*fleet, m_workspace.time().zone()).stale.isEmpty();
    const GoldenSignals golden{m_history ? *m_history : none, objectives, subjectOf, stale};
    m_traffic->setData(trafficChart(golden));
    m_errors->setData(errorChart(golden));
    m_latency->setData(latencyChart(golden));
}

void ApiPage::showPolicies()
{
    const DocumentSnapshotPtr documents =
        m_workspace.documents() ? m_workspace.documents()->snapshot() : nullptr;
    const EffectiveDocument* effective = documents ? documents->effectiveOf(m_api) : nullptr;
    std::vector<PolicyStatus> policies;
    if (effective)
        policies = policyStatuses(*effective, m_decisions ? &*m_decisions : nullptr);
    for (PolicyStatus& policy : policies)
        policy.layer = originText(policy, m_api);
    m_policies->setPolicies(std::move(policies));
    if (!m_workspace.documents())
        m_policyState->showEmpty(tr("No repository is named, so policies are not known."), QString());
    else if (effective)
        m_policyState->showContent();
    else if (!documents)
        m_policyState->showLoading(4);
    else if (documents->documents.api(m_api))
        m_policyState->showEmpty(tr("The API's document has errors: its policies can not be told."),
                                 QString());
    else
        m_policyState->showEmpty(tr("The repository has no document of this API."), QString());
    m_edit->setEnabled(documents && documents->documents.api(m_api));
}

void ApiPage::showChange(const ApiStatus& api)
{
    const ConfigurationChange* newest =
        m_history && !m_history->changes.empty() ? &m_history->changes.back() : nullptr;
    const QString revision = api.configurations.empty() ? QString() : api.configurations.front().revision;
    const Commit* commit = m_workspace.documents() ? m_workspace.documents()->commit(revision) : nullptr;
    m_change->showReading({api, newest, commit, m_workspace.now(), m_workspace.time().zone()});
}

void ApiPage::editPolicies()
{
    const DocumentSnapshotPtr documents = m_workspace.documents()->snapshot();
    const Loaded<ApiGateway>* api = documents ? documents->documents.api(m_api) : nullptr;
    if (!api)
        return;
    const auto& policies = api->document.spec.policies;
    Q_EMIT openRequested(
        Location::ofPolicy(api->file, policies.empty() ? QString() : policies.front().place.path));
}

void ApiPage::openOrigin(const QString& link)
{
    const PolicyStatus* policy = nullptr;
    for (int row = 0; row < m_policies->rowCount() && !policy; ++row) {
        const PolicyStatus* at = m_policies->status(m_policies->index(row, 0));
        if (link == QStringLiteral("%1:%2").arg(at->file).arg(at->line))
            policy = at;
    }
    const DocumentSnapshotPtr documents =
        m_workspace.documents() ? m_workspace.documents()->snapshot() : nullptr;
    if (!policy || !documents)
        return;
    if (const std::optional<QString> path = policyPathAt(*documents, policy->file, policy->line))
        Q_EMIT openRequested(Location::ofPolicy(policy->file, *path));
}

void ApiPage::openChange(const QString&) { Q_EMIT openRequested(Location::ofPage(Location::Page::Rollouts)); }

} // namespace postern
