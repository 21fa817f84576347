#include "app/pages/fleet/fleet_page.h"

#include "app/pages/filter_field.h"
#include "app/pages/fleet/attention_card.h"
#include "app/pages/fleet/figure_card.h"
#include "app/pages/fleet/fleet_preview.h"
#include "app/pages/fleet/fleet_words_model.h"
#include "app/pages/page_heading.h"
#include "app/pages/table_roles.h"
#include "app/settings/preferences.h"
#include "app/words/error_words.h"
#include "app/words/figure_words.h"
#include "app/words/fleet_words.h"
#include "app/words/time_words.h"
#include "app/workspace/workspace.h"
#include "models/base/quantity.h"
#include "models/items/fleet_model.h"
#include "widgets/frame/card.h"
#include "widgets/frame/state_view.h"
#include "widgets/table/data_table.h"

#include <QVBoxLayout>

namespace postern {

FleetPage::FleetPage(Workspace& workspace, Preferences& preferences, QWidget* parent)
    : Page(parent)
    , m_workspace(workspace)
    , m_model(new FleetModel(this))
    , m_words(new FleetWordsModel(*m_model, workspace.time(), this))
    , m_heading(new PageHeading(tr("Fleet"), this))
    , m_attention(new AttentionCard(this))
    , m_budget(new FigureCard(tr("Error budget left"), this))
    , m_governance(new FigureCard(tr("Governance"), this))
    , m_table(new DataTable(itemRoles(), this))
    , m_filter(new FilterField(*m_table, tr("Filter the APIs"), this))
    , m_state(new StateView(makeContent(), this))
{
    setObjectName(QStringLiteral("fleetPage"));
    m_filter->setObjectName(QStringLiteral("fleetFilter"));
    m_heading->addControl(m_filter);
    makeTable(preferences);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(space::page, space::page, space::page, space::page);
    column->setSpacing(space::card);
    column->addWidget(m_heading);
    column->addWidget(m_state, 1);
    setFocusProxy(m_table);
    connect(m_attention, &AttentionCard::apiActivated, this,
            [this](const QString& api) { Q_EMIT openRequested(Location::ofApi(api)); });
    connect(m_state, &StateView::actionTriggered, this,
            [this] { Q_EMIT openRequested(Location::ofPage(Location::Page::Sources)); });
    connect(&m_workspace, &Workspace::fleetChanged, this, &FleetPage::showFleet);
    connect(&m_workspace.time(), &ViewTime::zoneChanged, this, [this] { showFleet(m_workspace.fleet()); });
    showFleet(m_workspace.fleet());
}

QWidget* FleetPage::makeContent()
{
    auto* content = new QWidget(this);
    auto* cards = new QHBoxLayout;
    cards->setSpacing(space::card);
    cards->addWidget(m_attention, 27);
    cards->addWidget(m_budget, 10);
    cards->addWidget(m_governance, 10);
    auto* card = new Card(content);
    card->setFlush(true);
    card->body()->addWidget(m_table);
    auto* column = new QVBoxLayout(content);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(space::card);
    column->addLayout(cards);
    column->addWidget(card, 1);
    return content;
}

void FleetPage::makeTable(Preferences& preferences)
{
    m_table->setObjectName(QStringLiteral("fleetTable"));
    m_table->setAccessibleName(tr("APIs"));
    m_table->setRowHint(tr("Enter opens the API, Space previews it"));
    m_table->setSource(m_words, {{.kind = CellKind::StateName, .width = 120, .header = tr("API")},
                                 {.kind = CellKind::Muted, .width = 82, .header = tr("Namespace")},
                                 {.kind = CellKind::Muted, .width = 84, .header = tr("Team")},
                                 {.kind = CellKind::Sparkline, .width = 96, .header = QString()},
                                 {.kind = CellKind::Number, .width = 52, .header = tr("Req/s")},
                                 {.kind = CellKind::Number, .width = 64, .header = tr("Errors, %")},
                                 {.kind = CellKind::Number, .width = 58, .header = tr("p99, ms")},
                                 {.kind = CellKind::Budget, .width = 126, .header = tr("Budget left, %")},
                                 {.kind = CellKind::Number, .width = 62, .header = tr("Burn 1 h")},
                                 {.kind = CellKind::Number, .width = 62, .header = tr("Burn 6 h")},
                                 {.kind = CellKind::Text, .width = 96, .header = tr("Gone in")},
                                 {.kind = CellKind::Number, .width = 66, .header = tr("Gateways")},
                                 {.kind = CellKind::Link, .width = 68, .header = tr("Runs")},
                                 {.kind = CellKind::Number, .width = 44, .header = tr("Age")}});
    nameTraffic();
    connect(&m_workspace.time(), &ViewTime::rangeChanged, this, &FleetPage::nameTraffic);
    m_table->remember(preferences.tables(), QStringLiteral("tables/fleet"));
    connect(m_table, &DataTable::opened, this, &FleetPage::openApi);
    connect(m_table, &DataTable::linkActivated, this,
            [this](const QString&, const QModelIndex& index) { openApi(index); });
    connect(m_table, &DataTable::previewed, this, &FleetPage::previewRequested);
    connect(m_table, &DataTable::currentSourceChanged, this, &FleetPage::previewChanged);
}

void FleetPage::visit(const Location&) {}

std::vector<Page::Crumb> FleetPage::breadcrumb() const { return {{tr("Fleet"), Location::fleet()}}; }

void FleetPage::focusFilter() { m_filter->begin(); }

bool FleetPage::closeNearest() { return m_filter->end(); }

QWidget* FleetPage::makePreview()
{
    const ApiStatus* api = statusAt(m_table->currentSource());
    if (!api)
        return nullptr;
    auto* preview = new FleetPreview(*api, m_workspace.now(), m_workspace.time().zone());
    connect(preview, &FleetPreview::openRequested, this, &FleetPage::openRequested);
    return preview;
}

bool FleetPage::isSettled() const
{
    const SourceState* prometheus = m_workspace.fleet()->source(u"prometheus");
    return prometheus && prometheus->state != SourceState::State::Waiting;
}

void FleetPage::showFleet(const FleetSnapshotPtr& fleet)
{
    m_model->setSnapshot(fleet);
    m_heading->setSubtitle(fleetSummary(*fleet));
    const FleetRemark remark = fleetRemark(*fleet, m_workspace.time().zone());
    showCards(*fleet, !remark.stale.isEmpty());
    showState(*fleet);
    if (!remark.stale.isEmpty())
        m_state->setStale(remark.stale);
    else if (!remark.partial.isEmpty())
        m_state->setPartial(remark.partial);
    else
        m_state->clearBanner();
    if (!m_table->currentIndex().isValid() && m_model->rowCount() > 0)
        m_table->selectSource(m_words->index(0, 0));
    Q_EMIT previewChanged();
    Q_EMIT settledChanged();
}

void FleetPage::showCards(const FleetSnapshot& fleet, bool stale)
{
    const bool known = hasFigures(fleet);
    m_attention->showFleet(fleet, m_workspace.time().zone());
    m_budget->showReading({.figure = orDash(quantity::sharePercent(fleet.totals.budgetLeft.value)),
                           .unit = fleet.totals.budgetLeft.known() ? tr("%") : QString(),
                           .state = {},
                           .words = known ? budgetSummary(fleet) : tr("waiting for the first figures"),
                           .stale = stale});
    m_governance->showReading(
        {.figure = orDash(known ? quantity::plain(fleet.totals.governanceMet) : QString()),
         .unit = known ? tr("of %1").arg(quantity::plain(fleet.totals.apis)) : QString(),
         .state = {},
         .words = known ? governanceSummary(fleet.totals) : tr("waiting for the first figures"),
         .stale = stale});
}

void FleetPage::showState(const FleetSnapshot& fleet)
{
    const SourceState* list = fleet.source(u"fleet");
    if (!fleet.apis.empty())
        m_state->showContent();
    else if (!list || list->state == SourceState::State::Waiting)
        m_state->showLoading(8);
    else if (list->state == SourceState::State::Away) {
        const FailureWords words = sourceFailureWords(*list);
        m_state->showBroken(words.what, words.advice, words.details);
    } else
        m_state->showEmpty(tr("The fleet has no gateways yet."), tr("Look at the sources"));
}

const ApiStatus* FleetPage::statusAt(const QModelIndex& index) const
{
    return m_model->status(m_words->mapToSource(index));
}

void FleetPage::nameTraffic()
{
    m_model->setHeaderData(FleetModel::Traffic, Qt::Horizontal,
                           tr("Traffic, %1").arg(spanName(m_workspace.time().range())));
}

void FleetPage::openApi(const QModelIndex& index)
{
    if (const ApiStatus* api = statusAt(index))
        Q_EMIT openRequested(Location::ofApi(api->api));
}

} // namespace postern
