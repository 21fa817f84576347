// The story's steps on the editor page: from the open form to the pushed commit.
#include "app/demo/story/hand.h"
#include "app/demo/story/story.h"
#include "app/pages/policy_editor/policy_editor_page.h"
#include "app/pages/policy_editor/policy_form.h"
#include "app/workspace/document_library.h"
#include "app/workspace/edit_session.h"
#include "app/workspace/publisher.h"
#include "widgets/editor/semantic_diff_view.h"

#include <QLabel>
#include <QPushButton>

namespace postern::demo {

namespace {

const QString kPolicy = QStringLiteral("fair-use");
constexpr int kNewLimit = 20;
constexpr int kNewBurst = 40;

} // namespace

Story::Seen Story::openEditor()
{
    DocumentLibrary* documents = m_desk.workspace().documents();
    if (!documents || !waitFor([&] { return documents->snapshot() != nullptr; }))
        return missed(QStringLiteral("the documents were not read from the clone"));
    if (!editor() || !editor()->openPolicy(kStoryApi, kPolicy))
        return failure(Error::invalid(QStringLiteral("%1 has no policy %2").arg(kStoryApi, kPolicy)));
    if (!waitFor([&] {
            return m_desk.window().currentPage() == editor() && editor()->isSettled() && editor()->place();
        }))
        return missed(QStringLiteral("the editor does not show the policy"));
    return QStringLiteral("%1:%2").arg(editor()->session()->file()).arg(editor()->place()->firstLine);
}

Result<void> Story::fill(const QString& field, const QString& text)
{
    auto* form = editor()->findChild<PolicyForm*>();
    if (!form || !form->focusField(field))
        return failure(Error::invalid(QStringLiteral("the form has no field %1").arg(field)));
    QWidget* focused = m_desk.window().focusWidget();
    if (!focused || !form->isAncestorOf(focused))
        return failure(Error::invalid(QStringLiteral("the field %1 does not take the keyboard").arg(field)));
    typeOver(focused, text);
    return {};
}

Story::Seen Story::editLimit()
{
    for (const auto& [field, value] :
         {std::pair{QStringLiteral("limit"), kNewLimit}, {QStringLiteral("burst"), kNewBurst}}) {
        if (Result<void> filled = fill(field, QString::number(value)); !filled)
            return failure(filled.error());
    }
    const QByteArray wanted =
        QStringLiteral("limit: %1, per: 1s, burst: %2").arg(kNewLimit).arg(kNewBurst).toUtf8();
    if (!waitFor([&] { return editor()->session()->text().contains(wanted); }))
        return missed(
            QStringLiteral("the YAML beside the form does not say “%1”").arg(QString::fromUtf8(wanted)));
    return QString::fromUtf8(wanted);
}

Story::Seen Story::seeDifference()
{
    const auto* view = editor()->findChild<SemanticDiffView*>();
    const auto shown = [view] { return view ? view->plainText() : QString(); };
    const QString wanted = QStringLiteral("→ %1").arg(kNewLimit);
    if (!waitFor([&] { return editor()->canPush() && shown().contains(wanted); }))
        return missed(QStringLiteral("the page shows “%1”").arg(shown()));
    return shown().section(u'\n', 0, 0);
}

Story::Seen Story::push()
{
    auto* message = editor()->findChild<QWidget*>(QStringLiteral("commitMessage"));
    auto* button = editor()->findChild<QPushButton*>(QStringLiteral("push"));
    const auto* problem = editor()->findChild<QLabel*>(QStringLiteral("pushFailure"));
    if (!message || !button || !problem)
        return failure(Error::invalid(QStringLiteral("the editor page lacks its commit panel")));
    typeOver(message, QStringLiteral("Lower the fair-use limit of accounts\n\nThe demo's story."));
    const QMetaObject::Connection pushed =
        connect(m_desk.workspace().publisher(), &Publisher::pushed, this,
                [this](const Publisher::Publication& publication) { m_commit = publication.outcome.commit; });
    if (!waitFor([&] { return button->isEnabled(); }) || !click(button))
        return missed(QStringLiteral("the button “%1” cannot be clicked").arg(button->text()));
    const bool ended = waitFor([&] { return !m_commit.isEmpty() || !problem->isHidden(); });
    disconnect(pushed);
    if (!problem->isHidden())
        return failure(Error::invalid(problem->text()));
    if (!ended)
        return missed(QStringLiteral("nothing was pushed"));
    return QStringLiteral("%1 by “%2”").arg(m_commit.left(8), button->text());
}

} // namespace postern::demo
