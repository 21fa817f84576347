// The part of PolicyEditorPage that shows its session: form, findings, verdict, effect, commit.
#include "app/pages/page_heading.h"
#include "app/pages/policy_editor/commit_panel.h"
#include "app/pages/policy_editor/policy_editor_page.h"
#include "app/pages/policy_editor/policy_form.h"
#include "app/words/effect_words.h"
#include "app/words/finding_words.h"
#include "app/words/rollout_words.h"
#include "app/words/source_words.h"
#include "app/words/time_words.h"
#include "app/workspace/commit_rollout.h"
#include "app/workspace/document_library.h"
#include "app/workspace/workspace.h"
#include "models/fleet/rollout_tracker.h"
#include "widgets/editor/semantic_diff_view.h"
#include "widgets/editor/yaml_editor.h"
#include "widgets/frame/card.h"
#include "widgets/frame/state_view.h"
#include "widgets/frame/status_pill.h"

#include <QFileInfo>
#include <QLocale>

#include <algorithm>

namespace postern {
namespace {

TextFinding textFinding(const Finding& finding)
{
    return {.state = finding.severity == Finding::Severity::Error ? State::Bad : State::Watch,
            .line = std::max(1, finding.place.line),
            .column = finding.place.column,
            .message = findingText(finding)};
}

} // namespace

void PolicyEditorPage::showText(const QByteArray& text)
{
    m_editor->setText(QString::fromUtf8(text));
    m_editor->setOriginal(QString::fromUtf8(m_session->baseText()));
}

void PolicyEditorPage::showHeading()
{
    m_yamlCard->setTitle(QFileInfo(m_session->file()).fileName());
    m_yamlCard->setSubtitle(QFileInfo(m_session->file()).path());
    if (!m_place)
        return m_heading->setTitle(m_identity ? m_identity->policy : m_session->file());
    const PolicyIdentity& policy = m_place->identity;
    m_heading->setTitle(policy.policy);
    const QString scope = policy.owner == PolicyIdentity::Owner::Baseline
                              ? tr("baseline %1").arg(policy.document)
                          : policy.route.isEmpty() ? tr("on %1, all routes").arg(policy.document)
                                                   : tr("on %1, route %2").arg(policy.document, policy.route);
    m_heading->setSubtitle(
        tr("%1 · %2 · from %3:%4").arg(m_place->entry.type, scope, policy.file).arg(m_place->firstLine));
}

void PolicyEditorPage::showForm()
{
    const EditJudgement* judgement = m_session->judgement();
    if (m_wanted.path.isEmpty())
        return m_form->showWords(tr("The whole document is open: edit it as text."));
    if (!judgement)
        return;
    if (m_place) {
        m_form->showPolicy(*m_place, judgement->findings);
        m_editor->setCurrentObject(m_place->firstLine, m_place->lastLine);
        if (std::exchange(m_reveal, false))
            m_editor->reveal(m_place->firstLine);
        return;
    }
    m_editor->setCurrentObject(0, 0);
    m_form->showWords(m_identity
                          ? tr("The text has no policy “%1” at the moment; the form follows when it has.")
                                .arg(m_identity->policy)
                          : tr("This policy is not in the document any more."));
}

void PolicyEditorPage::showFindings()
{
    const EditJudgement* judgement = m_session->judgement();
    QList<TextFinding> findings;
    if (judgement) {
        for (const auto* group : {&judgement->findings, &judgement->causedUnmet, &judgement->stillUnmet})
            for (const Finding& finding : *group)
                if (finding.place.file == m_session->file())
                    findings.append(textFinding(finding));
    }
    m_editor->setFindings(findings);
}

void PolicyEditorPage::showVerdict()
{
    if (!m_session->isJudged())
        return m_verdict->setState(tr("checking"), State::Unknown);
    const EditJudgement& judgement = *m_session->judgement();
    const auto isError = [](const Finding& finding) { return finding.severity == Finding::Severity::Error; };
    const auto errors = std::ranges::count_if(judgement.findings, isError);
    const auto warnings = static_cast<qsizetype>(judgement.findings.size()) - errors;
    if (errors > 0)
        m_verdict->setState(errors == 1 ? tr("1 error") : tr("%1 errors").arg(errors), State::Bad);
    else if (!judgement.causedUnmet.empty())
        m_verdict->setState(tr("breaks the baseline"), State::Bad);
    else if (!judgement.stillUnmet.empty())
        m_verdict->setState(tr("valid, baseline not met"), State::Watch);
    else if (warnings > 0)
        m_verdict->setState(warnings == 1 ? tr("1 warning") : tr("%1 warnings").arg(warnings), State::Watch);
    else
        m_verdict->setState(tr("valid, baseline met"), State::Good);
}

void PolicyEditorPage::showEffect()
{
    const EditJudgement* judgement = m_session ? m_session->judgement() : nullptr;
    if (judgement)
        m_effect->setChanges(effectChanges(judgement->effects, *m_workspace.fleet()),
                             effectRemark(*judgement));
}

void PolicyEditorPage::showCommit()
{
    if (!m_session)
        return;
    const Publisher& publisher = *m_workspace.publisher();
    const RepositoryState& target = publisher.target();
    const bool ours = publisher.file() == m_session->file();
    const EditJudgement* judgement = m_session->judgement();
    const EditProgress progress{.edited = m_session->isEdited(),
                                .judged = m_session->isJudged(),
                                .sound = judgement && judgement->isSound(),
                                .committing = ours && publisher.step() == Publisher::Step::Committing,
                                .pushing = ours && publisher.step() == Publisher::Step::Pushing};
    const std::optional<CommitRollout> rollout = m_pushedFile == m_session->file()
                                                     ? rolloutOf(m_workspace.rollouts().rollouts(), m_pushed)
                                                     : std::nullopt;
    const int gateways = judgement ? gatewaysOf(judgement->effects, *m_workspace.fleet()) : 0;
    m_commit->showReading({.branch = target.branch,
                           .where = target.upstream,
                           .sentence = pushWords(),
                           .canPush = canPush(),
                           .canDiscard = m_session->isEdited() && !progress.committing && !progress.pushing,
                           .stages = editStages(progress, rollout ? &rollout->together : nullptr, gateways,
                                                m_workspace.time().zone())});
}

QString PolicyEditorPage::pushWords() const
{
    const EditJudgement* judgement = m_session->judgement();
    if (!m_session->isEdited())
        return tr("Nothing to push: the text is as on the branch.");
    if (!m_session->isJudged())
        return tr("The edit is being checked.");
    if (hasErrors(judgement->findings))
        return tr("A document with errors is never pushed: correct them first.");
    if (!judgement->causedUnmet.empty())
        return tr("The edit breaks a baseline: %1").arg(findingText(judgement->causedUnmet.front()));
    if (m_session->message().trimmed().isEmpty())
        return tr("A commit needs a message.");
    const QString what = pushSentence(*judgement, m_session->file(),
                                      m_workspace.publisher()->target().upstream, *m_workspace.fleet());
    return m_session->hasMovedOn()
               ? tr("%1 The branch has changed this file meanwhile: your edit is put on top of it.").arg(what)
               : what;
}

void PolicyEditorPage::showBanner()
{
    if (!m_session)
        return;
    const SourceState& source = m_workspace.documents()->state();
    if (source.state == SourceState::State::Away)
        m_state->setStale(tr("The repository is %1: the edit is kept as a draft, pushing waits.")
                              .arg(sourceStateText(source, m_workspace.now(), m_workspace.time().zone())));
    else if (m_session->isEdited() && m_session->restoredFrom())
        m_state->setPartial(tr("Your edit of %1 was restored from its draft: it is not pushed yet.")
                                .arg(QLocale::c().toString(m_workspace.time().zone() == ZoneChoice::Utc
                                                               ? m_session->restoredFrom()->toUTC()
                                                               : m_session->restoredFrom()->toLocalTime(),
                                                           QStringLiteral("d MMM HH:mm"))));
    else
        m_state->clearBanner();
}

} // namespace postern
