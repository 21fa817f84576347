#include "app/pages/policies/policies_page.h"

#include "app/pages/filter_field.h"
#include "app/pages/page_heading.h"
#include "app/pages/policies/policy_list_model.h"
#include "app/pages/table_roles.h"
#include "app/settings/preferences.h"
#include "app/words/error_words.h"
#include "app/words/health_words.h"
#include "app/words/source_words.h"
#include "app/workspace/document_library.h"
#include "app/workspace/edit_desk.h"
#include "app/workspace/workspace.h"
#include "widgets/frame/card.h"
#include "widgets/frame/state_view.h"
#include "widgets/table/data_table.h"

#include <QVBoxLayout>

namespace postern {

PoliciesPage::PoliciesPage(Workspace& workspace, Preferences& preferences, QWidget* parent)
    : Page(parent)
    , m_workspace(workspace)
    , m_model(new PolicyListModel(this))
    , m_heading(new PageHeading(tr("Policies"), this))
    , m_table(new DataTable(itemRoles(), this))
    , m_filter(new FilterField(*m_table, tr("Filter the policies"), this))
{
    setObjectName(QStringLiteral("policiesPage"));
    m_filter->setObjectName(QStringLiteral("policiesFilter"));
    m_heading->addControl(m_filter);
    makeTable(preferences);
    auto* card = new Card(this);
    card->setFlush(true);
    card->body()->addWidget(m_table);
    m_state = new StateView(card, this);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(space::page, space::page, space::page, space::page);
    column->setSpacing(space::card);
    column->addWidget(m_heading);
    column->addWidget(m_state, 1);
    setFocusProxy(m_table);
    connect(m_state, &StateView::actionTriggered, this,
            [this] { Q_EMIT openRequested(Location::ofPage(Location::Page::Sources)); });
    if (DocumentLibrary* documents = m_workspace.documents()) {
        connect(documents, &DocumentLibrary::snapshotChanged, this, &PoliciesPage::showDocuments);
        connect(documents, &DocumentLibrary::stateChanged, this, &PoliciesPage::showState);
        connect(m_workspace.edits(), &EditDesk::editsChanged, this, &PoliciesPage::showDocuments);
        connect(m_workspace.edits(), &EditDesk::restored, this, &PoliciesPage::showDocuments);
    }
    showDocuments();
}

void PoliciesPage::makeTable(Preferences& preferences)
{
    m_table->setObjectName(QStringLiteral("policiesTable"));
    m_table->setAccessibleName(tr("Policies"));
    m_table->setRowHint(tr("Enter edits the policy"));
    m_table->setSource(m_model, {{.kind = CellKind::StateName, .width = 200, .header = tr("Policy")},
                                 {.kind = CellKind::Text, .width = 240, .header = tr("On")},
                                 {.kind = CellKind::Muted, .width = 96, .header = tr("Type")},
                                 {.kind = CellKind::Muted, .width = 100, .header = tr("Stage")},
                                 {.kind = CellKind::Text, .width = 72, .header = tr("Mode")},
                                 {.kind = CellKind::Link, .width = 300, .header = tr("Written in")}});
    m_table->remember(preferences.tables(), QStringLiteral("tables/policies"));
    connect(m_table, &DataTable::opened, this, &PoliciesPage::openPolicy);
    connect(m_table, &DataTable::linkActivated, this,
            [this](const QString&, const QModelIndex& index) { openPolicy(index); });
}

void PoliciesPage::visit(const Location&) { showDocuments(); }

std::vector<Page::Crumb> PoliciesPage::breadcrumb() const
{
    return {{tr("Policies"), Location::ofPage(Location::Page::Policies)}};
}

void PoliciesPage::focusFilter() { m_filter->begin(); }

bool PoliciesPage::closeNearest() { return m_filter->end(); }

bool PoliciesPage::isSettled() const
{
    const DocumentLibrary* documents = m_workspace.documents();
    return !documents || documents->snapshot() || documents->state().state == SourceState::State::Away;
}

void PoliciesPage::showDocuments()
{
    const DocumentSnapshotPtr documents =
        m_workspace.documents() ? m_workspace.documents()->snapshot() : nullptr;
    if (documents) {
        m_model->setPolicies(
            policyRows(*documents, m_workspace.catalogue(), m_workspace.edits()->editedFiles()));
        m_heading->setSubtitle(
            tr("%1 policies in %2 documents, as of %3")
                .arg(m_model->rowCount())
                .arg(documents->documents.apis.size() + documents->documents.baselines.size())
                .arg(shortRevision(documents->revision)));
        if (!m_table->currentIndex().isValid() && m_model->rowCount() > 0)
            m_table->selectSource(m_model->index(0, 0));
    }
    showState();
    Q_EMIT settledChanged();
}

void PoliciesPage::showState()
{
    const DocumentLibrary* documents = m_workspace.documents();
    if (!documents)
        return m_state->showEmpty(
            tr("No repository is named: start with --repository to read and edit policies."),
            tr("Look at the sources"));
    const bool away = documents->state().state == SourceState::State::Away;
    if (!documents->snapshot()) {
        if (!away)
            return m_state->showLoading(8);
        const FailureWords words = sourceFailureWords(documents->state());
        return m_state->showBroken(words.what, words.advice, words.details);
    }
    if (m_model->rowCount() == 0)
        return m_state->showEmpty(tr("The documents write no policies yet."), QString());
    m_state->showContent();
    if (away)
        m_state->setStale(
            tr("The repository is %1: these are the documents as last read.")
                .arg(sourceStateText(documents->state(), m_workspace.now(), m_workspace.time().zone())));
    else
        m_state->clearBanner();
}

void PoliciesPage::openPolicy(const QModelIndex& index)
{
    if (const PolicyRow* row = m_model->policy(index))
        Q_EMIT openRequested(Location::ofPolicy(row->identity.file, row->path));
}

} // namespace postern
