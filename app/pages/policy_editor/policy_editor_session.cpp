// The part of PolicyEditorPage that opens a document, follows its session, and pushes it; what is shown of it
// stands in policy_editor_view.cpp, the layout and the wiring in policy_editor_page.cpp.
#include "app/pages/policy_editor/commit_panel.h"
#include "app/pages/policy_editor/policy_editor_page.h"
#include "app/words/effect_words.h"
#include "app/workspace/document_library.h"
#include "app/workspace/edit_desk.h"
#include "app/workspace/workspace.h"
#include "widgets/editor/yaml_editor.h"
#include "widgets/frame/state_view.h"

#include <QMessageBox>
#include <QPushButton>

namespace postern {

void PolicyEditorPage::openWanted()
{
    DocumentLibrary* documents = m_workspace.documents();
    if (!documents)
        return m_state->showEmpty(tr("No repository is named: start with --repository to edit policies."),
                                  QString());
    if (!documents->snapshot()) {
        if (documents->state().state != SourceState::State::Away)
            return m_state->showLoading(6);
        const FailureWords words = sourceFailureWords(documents->state());
        return m_state->showBroken(words.what, words.advice, words.details);
    }
    if (m_wanted.file.isEmpty())
        return m_state->showEmpty(tr("No policy is open."), tr("Choose a policy"));
    EditSession* session = m_workspace.edits()->open(m_wanted.file);
    if (!session)
        return m_state->showEmpty(tr("The branch has no file %1 any more.").arg(m_wanted.file),
                                  tr("Choose a policy"));
    m_state->showContent();
    take(session);
    if (!m_identity)
        m_identity = identify(*documents->snapshot(), m_wanted.file, m_wanted.path);
    onJudged();
}

void PolicyEditorPage::take(EditSession* session)
{
    if (m_session == session) {
        m_editor->setOriginal(QString::fromUtf8(session->baseText()));
        return;
    }
    if (m_session)
        m_session->disconnect(this);
    m_session = session;
    m_undo->setEnabled(true);
    m_proposed.clear();
    m_commit->showFailure({});
    m_editor->openText(QString::fromUtf8(session->text()));
    m_editor->setOriginal(QString::fromUtf8(session->baseText()));
    m_commit->setMessage(session->message());
    connect(session, &EditSession::textReplaced, this, &PolicyEditorPage::showText);
    connect(session, &EditSession::textChanged, this, [this] {
        m_editor->setOriginal(QString::fromUtf8(m_session->baseText()));
        showVerdict();
        showCommit();
    });
    connect(session, &EditSession::judged, this, &PolicyEditorPage::onJudged);
    connect(session, &EditSession::messageChanged, this,
            [this] { m_commit->setMessage(m_session->message()); });
}

void PolicyEditorPage::onJudged()
{
    findPlace();
    showHeading();
    showForm();
    showFindings();
    showVerdict();
    showEffect();
    proposeMessage();
    showCommit();
    showBanner();
    Q_EMIT breadcrumbChanged();
    Q_EMIT settledChanged();
}

void PolicyEditorPage::findPlace()
{
    const EditJudgement* judgement = m_session ? m_session->judgement() : nullptr;
    if (!judgement || !m_identity)
        return;
    const DocumentSnapshot& after = *judgement->after;
    std::optional<PolicyPlace> place = locate(after, *m_identity, m_workspace.catalogue());
    // It may have been given another name: what stands in its place now is meant.
    if (!place && m_place) {
        if (const auto renamed = identify(after, m_identity->file, m_place->path)) {
            m_identity = renamed;
            place = locate(after, *renamed, m_workspace.catalogue());
        }
    }
    m_place = place;
}

void PolicyEditorPage::spliceForm(const std::function<Result<void>(YamlEdit&, const QString&)>& change)
{
    if (!m_session || !m_place)
        return;
    // The text may be newer than the place: a splice parses it anew, and refuses a path that is not there.
    const Result<void> done =
        m_session->splice(m_place->document, [&](YamlEdit& edit) { return change(edit, m_place->path); });
    if (!done)
        m_state->setPartial(tr("The form could not change the text: %1").arg(done.error().text()));
}

void PolicyEditorPage::proposeMessage()
{
    if (!m_session->isEdited() || !m_session->isJudged())
        return;
    const bool ours = m_session->message().isEmpty() || m_session->message() == m_proposed;
    if (!ours)
        return;
    m_proposed = proposedMessage(*m_session->judgement(), m_session->file());
    m_session->setMessage(m_proposed);
}

bool PolicyEditorPage::canPush() const
{
    return m_session && m_session->isEdited() && m_session->isJudged() && m_session->judgement()->isSound() &&
           !m_session->message().trimmed().isEmpty() &&
           m_workspace.publisher()->step() == Publisher::Step::Idle;
}

void PolicyEditorPage::push()
{
    if (!canPush())
        return;
    m_commit->showFailure({});
    m_workspace.publisher()->publish(*m_session);
}

void PolicyEditorPage::onPushFailed(const QString& file, const Error& error)
{
    if (m_session && file == m_session->file())
        m_commit->showFailure(failureWords(error));
    showCommit();
}

void PolicyEditorPage::onPushed(const Publisher::Publication& publication)
{
    m_pushed = publication.outcome.commit;
    m_pushedFile = publication.file;
    m_proposed.clear();
    showCommit();
}

void PolicyEditorPage::askToDiscard()
{
    if (!m_session || !m_session->isEdited())
        return;
    const int lines = m_session->judgement() ? m_session->judgement()->changedLines : 0;
    auto* question =
        new QMessageBox(QMessageBox::NoIcon, tr("Discard the edit"),
                        tr("Throw away the edit of %1 (%2 changed lines)? It can not be brought back.")
                            .arg(m_session->file())
                            .arg(lines),
                        QMessageBox::NoButton, this);
    question->setAttribute(Qt::WA_DeleteOnClose);
    question->addButton(tr("Keep it"), QMessageBox::RejectRole);
    QPushButton* away = question->addButton(tr("Throw it away"), QMessageBox::DestructiveRole);
    connect(question, &QMessageBox::buttonClicked, this, [this, away](QAbstractButton* button) {
        if (button == static_cast<QAbstractButton*>(away) && m_session)
            m_session->discard();
    });
    question->open();
}

} // namespace postern
