#include "app/pages/rollouts/rollouts_page.h"

#include "app/pages/page_heading.h"
#include "app/pages/rollouts/commits_model.h"
#include "app/pages/rollouts/rollout_card.h"
#include "app/pages/table_roles.h"
#include "app/settings/preferences.h"
#include "app/words/error_words.h"
#include "app/words/source_words.h"
#include "app/workspace/document_library.h"
#include "app/workspace/workspace.h"
#include "models/fleet/rollout_tracker.h"
#include "widgets/frame/card.h"
#include "widgets/frame/state_view.h"
#include "widgets/table/data_table.h"

#include <QVBoxLayout>

#include <algorithm>

namespace postern {
namespace {

/// The newest are on top; what is older stands in the commits.
constexpr std::size_t mostCards = 3;

} // namespace

RolloutsPage::RolloutsPage(Workspace& workspace, Preferences& preferences, QWidget* parent)
    : Page(parent)
    , m_workspace(workspace)
    , m_commits(new CommitsModel(this))
    , m_heading(new PageHeading(tr("Rollouts"), this))
    , m_cards(new QVBoxLayout)
    , m_table(new DataTable(itemRoles(), this))
    , m_state(new StateView(makeContent(preferences), this))
{
    setObjectName(QStringLiteral("rolloutsPage"));
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(space::page, space::page, space::page, space::page);
    column->setSpacing(space::card);
    column->addWidget(m_heading);
    column->addWidget(m_state, 1);
    setFocusProxy(m_table);
    connect(&m_workspace.rollouts(), &RolloutTracker::changed, this, &RolloutsPage::showRollouts);
    connect(&m_workspace, &Workspace::fleetChanged, this, [this] {
        showRollouts();
        showCommits();
    });
    connect(&m_workspace.time(), &ViewTime::zoneChanged, this, [this] {
        showRollouts();
        showCommits();
    });
    connect(m_state, &StateView::actionTriggered, this,
            [this] { Q_EMIT openRequested(Location::ofPage(Location::Page::Sources)); });
    if (DocumentLibrary* documents = m_workspace.documents()) {
        connect(documents, &DocumentLibrary::commitsChanged, this, &RolloutsPage::showCommits);
        connect(documents, &DocumentLibrary::stateChanged, this, &RolloutsPage::showState);
    }
    showRollouts();
    showCommits();
}

QWidget* RolloutsPage::makeContent(Preferences& preferences)
{
    auto* content = new QWidget(this);
    m_table->setObjectName(QStringLiteral("commitsTable"));
    m_table->setAccessibleName(tr("Commits"));
    m_table->setSource(m_commits, {{.kind = CellKind::Text, .width = 120, .header = tr("Commit")},
                                   {.kind = CellKind::Text, .width = 400, .header = tr("Subject")},
                                   {.kind = CellKind::Muted, .width = 140, .header = tr("By")},
                                   {.kind = CellKind::Muted, .width = 96, .header = tr("When")},
                                   {.kind = CellKind::Number, .width = 96, .header = tr("Gateways on it")},
                                   {.kind = CellKind::Muted, .width = 200, .header = tr("Of")}});
    m_table->remember(preferences.tables(), QStringLiteral("tables/commits"));
    auto* commits = new Card(tr("Commits, and who runs them"), Card::Heading::Section, content);
    commits->setFlush(true);
    commits->body()->addWidget(m_table);
    m_cards->setSpacing(space::card);
    auto* column = new QVBoxLayout(content);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(space::card);
    column->addLayout(m_cards);
    column->addWidget(commits, 1);
    return content;
}

void RolloutsPage::visit(const Location&)
{
    showRollouts();
    showCommits();
}

std::vector<Page::Crumb> RolloutsPage::breadcrumb() const
{
    return {{tr("Rollouts"), Location::ofPage(Location::Page::Rollouts)}};
}

bool RolloutsPage::isSettled() const
{
    const DocumentLibrary* documents = m_workspace.documents();
    return !documents || !documents->commits().empty() ||
           documents->state().state == SourceState::State::Away;
}

void RolloutsPage::showRollouts()
{
    std::vector<CommitRollout> rollouts = byCommit(m_workspace.rollouts().rollouts());
    const auto running = std::ranges::count_if(rollouts, [](const CommitRollout& rollout) {
        return rollout.together.state == Rollout::State::Running ||
               rollout.together.state == Rollout::State::Slow;
    });
    m_heading->setSubtitle(rollouts.empty() ? tr("no commit was followed since the console started")
                           : running == 1   ? tr("1 commit is on its way")
                                            : tr("%1 commits are on their way").arg(running));
    if (rollouts.size() > mostCards)
        rollouts.resize(mostCards);
    while (m_shown.size() > rollouts.size()) {
        delete m_shown.back();
        m_shown.pop_back();
    }
    while (m_shown.size() < rollouts.size()) {
        m_shown.push_back(new RolloutCard(this));
        m_cards->addWidget(m_shown.back());
    }
    for (std::size_t at = 0; at < rollouts.size(); ++at)
        m_shown[at]->showRollout(rollouts[at], m_workspace.now(), m_workspace.time().zone());
}

void RolloutsPage::showCommits()
{
    if (const DocumentLibrary* documents = m_workspace.documents())
        m_commits->setCommits(commitRows(documents->commits(), *m_workspace.fleet()), m_workspace.now(),
                              m_workspace.time().zone());
    showState();
    Q_EMIT settledChanged();
}

void RolloutsPage::showState()
{
    const DocumentLibrary* documents = m_workspace.documents();
    if (!documents)
        return m_state->showEmpty(tr("No repository is named: start with --repository to follow commits."),
                                  tr("Look at the sources"));
    const bool away = documents->state().state == SourceState::State::Away;
    if (documents->commits().empty() && away) {
        const FailureWords words = sourceFailureWords(documents->state());
        return m_state->showBroken(words.what, words.advice, words.details);
    }
    if (documents->commits().empty() && !documents->snapshot())
        return m_state->showLoading(8);
    m_state->showContent();
    if (away)
        m_state->setStale(
            tr("The repository is %1: these are the commits as last read.")
                .arg(sourceStateText(documents->state(), m_workspace.now(), m_workspace.time().zone())));
    else
        m_state->clearBanner();
}

} // namespace postern
