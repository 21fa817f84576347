#include "app/pages/policy_editor/policy_editor_page.h"

#include "app/pages/page_heading.h"
#include "app/pages/policy_editor/commit_panel.h"
#include "app/pages/policy_editor/form_splice.h"
#include "app/pages/policy_editor/policy_form.h"
#include "app/words/effect_words.h"
#include "app/workspace/document_library.h"
#include "app/workspace/edit_desk.h"
#include "app/workspace/workspace.h"
#include "models/fleet/rollout_tracker.h"
#include "widgets/editor/semantic_diff_view.h"
#include "widgets/editor/yaml_editor.h"
#include "widgets/frame/card.h"
#include "widgets/frame/state_view.h"
#include "widgets/frame/status_pill.h"

#include <QGridLayout>
#include <QMessageBox>
#include <QPushButton>
#include <QVBoxLayout>

namespace postern {

PolicyEditorPage::PolicyEditorPage(Workspace& workspace, QWidget* parent)
    : Page(parent)
    , m_workspace(workspace)
    , m_heading(new PageHeading(tr("Policy"), this))
    , m_undo(new QPushButton(tr("Undo"), this))
    , m_form(new PolicyForm(this))
    , m_yamlCard(new Card(this))
    , m_verdict(new StatusPill(this))
    , m_editor(new YamlEditor(this))
    , m_effect(new SemanticDiffView(this))
    , m_commit(new CommitPanel(this))
    , m_state(new StateView(makeContent(), this))
{
    setObjectName(QStringLiteral("policyEditorPage"));
    m_undo->setObjectName(QStringLiteral("undo"));
    m_undo->setEnabled(false);
    m_undo->setToolTip(tr("Take the last change back (Ctrl+Z in the text)"));
    m_verdict->setObjectName(QStringLiteral("verdict"));
    m_verdict->setFocusPolicy(Qt::NoFocus);
    m_editor->setObjectName(QStringLiteral("yaml"));
    m_heading->addControl(m_undo);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(space::page, space::page, space::page, space::page);
    column->setSpacing(space::card);
    column->addWidget(m_heading);
    column->addWidget(m_state, 1);
    connectParts();
    connectWorkspace();
    openWanted();
}

QWidget* PolicyEditorPage::makeContent()
{
    auto* content = new QWidget(this);
    m_yamlCard->setFlush(true);
    m_yamlCard->addToHeading(m_verdict);
    m_yamlCard->body()->addWidget(m_editor);
    auto* effect = new Card(tr("What changes in effect"), Card::Heading::Section, content);
    effect->body()->addWidget(m_effect);
    auto* top = new QHBoxLayout;
    top->setSpacing(space::card);
    top->addWidget(m_form, 3);
    top->addWidget(m_yamlCard, 5);
    auto* bottom = new QHBoxLayout;
    bottom->setSpacing(space::card);
    bottom->addWidget(effect, 1);
    bottom->addWidget(m_commit, 1);
    auto* column = new QVBoxLayout(content);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(space::card);
    column->addLayout(top, 11);
    column->addLayout(bottom, 8);
    return content;
}

void PolicyEditorPage::connectParts()
{
    connect(m_undo, &QPushButton::clicked, this, &PolicyEditorPage::undo);
    connect(m_editor, &YamlEditor::textEdited, this, [this](const QString& text) {
        if (m_session)
            m_session->setText(text.toUtf8());
    });
    connect(m_form, &PolicyForm::valueChanged, this, [this](const QString& path, const Node& value) {
        spliceForm([&](YamlEdit& edit, const QString& policy) {
            return putValue(edit, policy + QLatin1Char('.') + path, value);
        });
    });
    connect(m_form, &PolicyForm::itemInserted, this,
            [this](const QString& path, qsizetype index, const Node& item) {
                spliceForm([&](YamlEdit& edit, const QString& policy) {
                    return edit.insertItem(policy + QLatin1Char('.') + path, index, item);
                });
            });
    connect(m_form, &PolicyForm::valueRemoved, this, [this](const QString& path) {
        spliceForm([&](YamlEdit& edit, const QString& policy) {
            return edit.remove(policy + QLatin1Char('.') + path);
        });
    });
    connect(m_commit, &CommitPanel::messageEdited, this, [this](const QString& message) {
        if (m_session)
            m_session->setMessage(message);
        showCommit();
    });
    connect(m_commit, &CommitPanel::pushRequested, this, &PolicyEditorPage::push);
    connect(m_commit, &CommitPanel::discardRequested, this, &PolicyEditorPage::askToDiscard);
    connect(m_state, &StateView::actionTriggered, this,
            [this] { Q_EMIT openRequested(Location::ofPage(Location::Page::Policies)); });
}

void PolicyEditorPage::connectWorkspace()
{
    connect(&m_workspace, &Workspace::fleetChanged, this, [this] {
        showEffect();
        showCommit();
    });
    connect(&m_workspace.rollouts(), &RolloutTracker::changed, this, &PolicyEditorPage::showCommit);
    DocumentLibrary* documents = m_workspace.documents();
    if (!documents)
        return;
    connect(documents, &DocumentLibrary::snapshotChanged, this, &PolicyEditorPage::openWanted);
    connect(documents, &DocumentLibrary::stateChanged, this, [this] {
        if (!m_session)
            openWanted();
        showBanner();
    });
    connect(m_workspace.edits(), &EditDesk::restored, this, &PolicyEditorPage::openWanted);
    connect(m_workspace.publisher(), &Publisher::stepChanged, this, &PolicyEditorPage::showCommit);
    connect(m_workspace.publisher(), &Publisher::failed, this, &PolicyEditorPage::onPushFailed);
    connect(m_workspace.publisher(), &Publisher::pushed, this, &PolicyEditorPage::onPushed);
}

void PolicyEditorPage::visit(const Location& location)
{
    if (location == m_wanted && m_session)
        return;
    m_wanted = location;
    m_reveal = true;
    m_identity.reset();
    m_place.reset();
    openWanted();
}

bool PolicyEditorPage::openPolicy(const QString& api, const QString& policy)
{
    const DocumentSnapshotPtr documents =
        m_workspace.documents() ? m_workspace.documents()->snapshot() : nullptr;
    const Loaded<ApiGateway>* loaded = documents ? documents->documents.api(api) : nullptr;
    if (!loaded)
        return false;
    for (const PolicyEntry& entry : loaded->document.spec.policies)
        if (entry.name == policy) {
            Q_EMIT openRequested(Location::ofPolicy(loaded->file, entry.place.path));
            return true;
        }
    return false;
}

std::vector<Page::Crumb> PolicyEditorPage::breadcrumb() const
{
    std::vector<Crumb> crumbs{{tr("Policies"), Location::ofPage(Location::Page::Policies)}};
    if (m_place && m_place->identity.owner == PolicyIdentity::Owner::Api)
        crumbs.push_back({documentName(), Location::ofApi(m_place->identity.document)});
    else if (m_place)
        crumbs.push_back({documentName(), Location::ofPage(Location::Page::Policies)});
    const QString name = m_place ? m_place->identity.policy : m_wanted.file;
    crumbs.push_back({name.isEmpty() ? tr("no policy") : name, m_wanted});
    return crumbs;
}

QString PolicyEditorPage::documentName() const
{
    const QString name = m_place->identity.document;
    return name.contains(QLatin1Char('/')) ? name.section(QLatin1Char('/'), 1) : name;
}

void PolicyEditorPage::focusFilter() { m_editor->showFind(); }

void PolicyEditorPage::commit() { push(); }

bool PolicyEditorPage::isSettled() const
{
    if (m_session)
        return m_session->isJudged();
    const DocumentLibrary* documents = m_workspace.documents();
    return !documents || documents->snapshot() || documents->state().state == SourceState::State::Away;
}

void PolicyEditorPage::undo() { m_editor->undo(); }

} // namespace postern
