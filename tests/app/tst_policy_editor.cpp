#include "app/pages/policy_editor/commit_panel.h"
#include "app/pages/policy_editor/policy_editor_page.h"
#include "app/pages/policy_editor/policy_form.h"
#include "app/workspace/document_library.h"
#include "app/workspace/edit_desk.h"
#include "models/fleet/rollout_tracker.h"
#include "tests/app/support/console_bench.h"
#include "widgets/editor/semantic_diff_view.h"
#include "widgets/editor/yaml_editor.h"
#include "widgets/frame/state_view.h"
#include "widgets/frame/status_pill.h"

#include <QLabel>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QTest>

using namespace postern;
using namespace postern::test;

namespace {

const QByteArray fleet =
    "gateways:\n"
    "  - {api: payments/accounts, instance: \"10.0.0.1:9909\", url: \"http://10.0.0.1:9909\"}\n"
    "  - {api: payments/accounts, instance: \"10.0.0.2:9909\", url: \"http://10.0.0.2:9909\"}\n";

/// Notes every window that shows itself: a widget without a parent that is shown for a moment flashes on a
/// real desktop, and takes the keyboard with it.
class WindowWatch : public QObject
{
public:
    WindowWatch() { qApp->installEventFilter(this); }
    bool eventFilter(QObject* watched, QEvent* event) override
    {
        const auto* widget = qobject_cast<QWidget*>(watched);
        if (widget && event->type() == QEvent::Show && widget->isWindow())
            m_shown << QString::fromLatin1(widget->metaObject()->className()) + QLatin1Char(' ') +
                           widget->objectName();
        return false;
    }
    QStringList m_shown;
};

/// An open editor on `fair-use` of payments/accounts.
struct EditorBench : ConsoleBench
{
    EditorBench() : ConsoleBench({.fleet = fleet}) {}

    PolicyEditorPage& editor() { return page<PolicyEditorPage>(Location::Page::PolicyEditor); }
    bool openFairUse()
    {
        const bool opened = QTest::qWaitFor([this] {
            return editor().openPolicy(QStringLiteral("payments/accounts"), QStringLiteral("fair-use"));
        });
        return opened && settled() && editor().place();
    }
    bool settled()
    {
        return QTest::qWaitFor([this] { return editor().session() && editor().isSettled(); });
    }
    YamlEditor& yaml() { return find<YamlEditor>(QStringLiteral("yaml")); }
    /// As a user types into the field of the form.
    bool fill(const QString& field, const QString& text)
    {
        auto* form = editor().findChild<PolicyForm*>();
        if (!form->focusField(field))
            return false;
        auto* line = qobject_cast<QLineEdit*>(window().focusWidget());
        if (!line)
            return false;
        line->selectAll();
        QTest::keyClicks(line, text);
        QTest::keyClick(line, Qt::Key_Tab);
        return settled();
    }
    /// As a user types into the text: the session is told by the editor's own signal.
    bool type(const QString& text)
    {
        yaml().setText(text);
        Q_EMIT yaml().textEdited(text);
        return settled();
    }
    bool isActive() { return QTest::qWaitForWindowActive(&window()); }
    QPushButton& push() { return find<QPushButton>(QStringLiteral("push")); }
    QString remoteText()
    {
        return GitSandbox::git(git().remote(), {QStringLiteral("show"), QStringLiteral("main:") + accounts});
    }
};

} // namespace

class tst_PolicyEditor : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void formSplicesTheText();
    void textUpdatesTheForm();
    void findingsAtTheirPlace();
    void brokenTextKeepsTheForm();
    void undoTakesBack();
    void proposesAMessage();
    void pushes();
    void pushOntoAMovedBranch();
    void conflictLosesNothing();
    void neverPushesErrors();
    void neverPushesABrokenBaseline();
    void draftSurvives();
    void discardGoesBack();
    void renamedInTheText();
};

void tst_PolicyEditor::formSplicesTheText()
{
    EditorBench bench;
    QVERIFY(bench.isActive());
    const WindowWatch watch;
    QVERIFY(bench.openFairUse());
    QVERIFY(!bench.push().isEnabled());
    QVERIFY(bench.fill(QStringLiteral("limit"), QStringLiteral("50")));
    QCOMPARE(watch.m_shown, QStringList());
    QString expected = QString::fromUtf8(sample("core.yaml"));
    expected.replace(QStringLiteral("key: jwt.sub, limit: 100,"), QStringLiteral("key: jwt.sub, limit: 50,"));
    QCOMPARE(bench.yaml().text(), expected); // not one other byte
    const QString effect = bench.editor().findChild<SemanticDiffView*>()->plainText();
    QVERIFY2(effect.contains(QStringLiteral("fair-use")) && effect.contains(QStringLiteral("50")),
             qPrintable(effect));
    QVERIFY2(effect.contains(QStringLiteral("2 gateways")), qPrintable(effect));
    QVERIFY(bench.push().isEnabled());
}

void tst_PolicyEditor::textUpdatesTheForm()
{
    EditorBench bench;
    QVERIFY(bench.isActive());
    QVERIFY(bench.openFairUse());
    QString text = bench.yaml().text();
    text.replace(QStringLiteral("limit: 100, per: 1s, burst: 200"),
                 QStringLiteral("limit: 70, per: 1s, burst: 140"));
    QVERIFY(bench.type(text));
    auto* form = bench.editor().findChild<PolicyForm*>();
    QVERIFY(form->focusField(QStringLiteral("limit")));
    QCOMPARE(qobject_cast<QLineEdit*>(bench.window().focusWidget())->text(), QStringLiteral("70"));
    QCOMPARE(bench.editor().session()->judgement()->changedLines, 1);
}

void tst_PolicyEditor::findingsAtTheirPlace()
{
    EditorBench bench;
    QVERIFY(bench.isActive());
    QVERIFY(bench.openFairUse());
    QVERIFY(bench.fill(QStringLiteral("per"), QStringLiteral("soon")));
    const EditJudgement* judgement = bench.editor().session()->judgement();
    QVERIFY(hasErrors(judgement->findings));
    const Finding& finding = judgement->findings.front();
    QCOMPARE(finding.place.path, QStringLiteral("spec.policies[1].config.per"));
    QCOMPARE(finding.place.line, bench.editor().place()->firstLine + 2);
    const auto remarks = bench.editor().findChild<PolicyForm*>()->findChildren<QLabel*>();
    QVERIFY(std::ranges::any_of(
        remarks, [](QLabel* label) { return label->text().contains(QStringLiteral("soon")); }));
    QVERIFY(bench.find<StatusPill>(QStringLiteral("verdict")).text().contains(QStringLiteral("error")));
    QVERIFY(!bench.push().isEnabled());
}

void tst_PolicyEditor::brokenTextKeepsTheForm()
{
    EditorBench bench;
    QVERIFY(bench.isActive());
    QVERIFY(bench.openFairUse());
    const QString text = bench.yaml().text();
    QVERIFY(bench.type(text + QStringLiteral("\n  : [broken")));
    QVERIFY(!bench.push().isEnabled());
    QVERIFY(!bench.editor().canPush());
    QVERIFY(bench.type(text));
    QVERIFY(bench.editor().place().has_value());
    QVERIFY(!bench.editor().session()->isEdited());
}

void tst_PolicyEditor::undoTakesBack()
{
    EditorBench bench;
    QVERIFY(bench.isActive());
    QVERIFY(bench.openFairUse());
    const QString before = bench.yaml().text();
    QVERIFY(bench.fill(QStringLiteral("limit"), QStringLiteral("50")));
    // A step for each key that was typed.
    auto& undo = bench.find<QPushButton>(QStringLiteral("undo"));
    for (int steps = 0; steps < 3 && bench.yaml().text() != before; ++steps)
        QTest::mouseClick(&undo, Qt::LeftButton);
    QCOMPARE(bench.yaml().text(), before);
    QVERIFY(bench.settled());
    QTRY_VERIFY(!bench.editor().session()->isEdited());
}

void tst_PolicyEditor::proposesAMessage()
{
    EditorBench bench;
    QVERIFY(bench.isActive());
    QVERIFY(bench.openFairUse());
    auto& message = bench.find<QPlainTextEdit>(QStringLiteral("commitMessage"));
    QVERIFY(bench.fill(QStringLiteral("limit"), QStringLiteral("50")));
    QVERIFY2(message.toPlainText().startsWith(QStringLiteral("accounts: fair-use")),
             qPrintable(message.toPlainText()));
    // Once the user wrote one, it is theirs.
    message.setPlainText(QStringLiteral("Agreed with Risk"));
    QVERIFY(bench.fill(QStringLiteral("limit"), QStringLiteral("40")));
    QCOMPARE(message.toPlainText(), QStringLiteral("Agreed with Risk"));
    message.clear();
    QVERIFY(!bench.push().isEnabled());
}

void tst_PolicyEditor::pushes()
{
    EditorBench bench;
    QVERIFY(bench.isActive());
    QVERIFY(bench.openFairUse());
    QVERIFY(bench.fill(QStringLiteral("limit"), QStringLiteral("50")));
    const QString sentence = bench.find<QLabel>(QStringLiteral("pushSentence")).text();
    QVERIFY2(sentence.contains(ConsoleBench::accounts) && sentence.contains(QStringLiteral("origin/main")),
             qPrintable(sentence));
    QVERIFY(QApplication::activeWindow() == &bench.window());
    QTest::keyClick(bench.window().focusWidget(), Qt::Key_Return, Qt::ControlModifier);
    QCOMPARE(bench.workspace().publisher()->step(), Publisher::Step::Committing);
    QTRY_VERIFY_WITH_TIMEOUT(bench.remoteText().contains(QStringLiteral("limit: 50, per: 1s, burst: 200")),
                             15'000);
    QTRY_VERIFY(!bench.editor().session()->isEdited());
    const Rollout* rollout = bench.workspace().rollouts().newest(u"payments/accounts");
    QVERIFY(rollout);
    QTRY_VERIFY(rollout->pushedAt.has_value());
    QCOMPARE(rollout->of, 2);
    QVERIFY(!rollout->expectedHash.isEmpty());
    QTRY_COMPARE(
        bench.workspace().documents()->snapshot()->effectiveOf(QStringLiteral("payments/accounts"))->hash,
        rollout->expectedHash);
}

void tst_PolicyEditor::pushOntoAMovedBranch()
{
    EditorBench bench;
    QVERIFY(bench.isActive());
    QVERIFY(bench.openFairUse());
    QVERIFY(bench.fill(QStringLiteral("limit"), QStringLiteral("50")));
    const QString other = bench.git().clone(QStringLiteral("grace"));
    QByteArray theirs = sample("core.yaml");
    theirs.replace("window: 30d", "window: 28d");
    bench.git().commitAndPush(other, ConsoleBench::accounts, theirs, QStringLiteral("28 days"));
    bench.editor().push();
    QTRY_VERIFY_WITH_TIMEOUT(bench.remoteText().contains(QStringLiteral("limit: 50, per")), 15'000);
    QVERIFY(bench.remoteText().contains(QStringLiteral("window: 28d"))); // both are there
}

void tst_PolicyEditor::conflictLosesNothing()
{
    EditorBench bench;
    QVERIFY(bench.isActive());
    QVERIFY(bench.openFairUse());
    QVERIFY(bench.fill(QStringLiteral("limit"), QStringLiteral("50")));
    const QString other = bench.git().clone(QStringLiteral("grace"));
    QByteArray theirs = sample("core.yaml");
    theirs.replace("limit: 100, per: 1s", "limit: 80, per: 1s");
    bench.git().commitAndPush(other, ConsoleBench::accounts, theirs, QStringLiteral("80 will do"));
    bench.editor().push();
    auto* panel = bench.editor().findChild<CommitPanel*>();
    QTRY_VERIFY_WITH_TIMEOUT(!panel->failureText().isEmpty(), 15'000);
    QVERIFY2(panel->failureText().contains(QStringLiteral("kept")), qPrintable(panel->failureText()));
    QVERIFY(bench.yaml().text().contains(QStringLiteral("limit: 50, per")));
    QVERIFY(bench.remoteText().contains(QStringLiteral("limit: 80, per")));
    QTRY_VERIFY(bench.editor().session()->hasMovedOn());
}

void tst_PolicyEditor::neverPushesErrors()
{
    EditorBench bench;
    QVERIFY(bench.isActive());
    QVERIFY(bench.openFairUse());
    QVERIFY(bench.fill(QStringLiteral("limit"), QStringLiteral("0")));
    QVERIFY(hasErrors(bench.editor().session()->judgement()->findings));
    const QString before = bench.remoteText();
    bench.editor().push();
    QVERIFY(!bench.workspace().publisher()->publish(*bench.editor().session()));
    QCOMPARE(bench.workspace().publisher()->step(), Publisher::Step::Idle);
    QCOMPARE(bench.remoteText(), before);
}

void tst_PolicyEditor::neverPushesABrokenBaseline()
{
    EditorBench bench;
    QVERIFY(bench.isActive());
    QVERIFY(bench.openFairUse());
    QString text = bench.yaml().text();
    text.replace(QStringLiteral("    - name: callers\n      type: jwt\n"),
                 QStringLiteral("    - name: callers\n      type: jwt\n      mode: shadow\n"));
    QVERIFY(bench.type(text));
    const EditJudgement* judgement = bench.editor().session()->judgement();
    QVERIFY(!hasErrors(judgement->findings));
    QCOMPARE(judgement->causedUnmet.size(), std::size_t(1));
    QVERIFY(!judgement->isSound());
    QVERIFY(!bench.push().isEnabled());
}

void tst_PolicyEditor::draftSurvives()
{
    EditorBench bench;
    QVERIFY(bench.isActive());
    QVERIFY(bench.openFairUse());
    QVERIFY(bench.fill(QStringLiteral("limit"), QStringLiteral("50")));
    bench.restart();
    QTRY_VERIFY(bench.workspace().edits()->editedFiles().contains(ConsoleBench::accounts));
    QVERIFY(bench.openFairUse());
    QVERIFY(bench.yaml().text().contains(QStringLiteral("limit: 50, per")));
    const QString banner = bench.editor().findChild<StateView*>()->bannerText();
    QVERIFY2(banner.contains(QStringLiteral("restored")), qPrintable(banner));
    QVERIFY(bench.push().isEnabled());
}

void tst_PolicyEditor::discardGoesBack()
{
    EditorBench bench;
    QVERIFY(bench.isActive());
    QVERIFY(bench.openFairUse());
    const QString before = bench.yaml().text();
    QVERIFY(bench.fill(QStringLiteral("limit"), QStringLiteral("50")));
    bench.editor().session()->discard();
    QCOMPARE(bench.yaml().text(), before);
    bench.restart();
    QTRY_VERIFY(bench.workspace().documents()->snapshot());
    QVERIFY(bench.openFairUse());
    QVERIFY(!bench.editor().session()->isEdited());
}

void tst_PolicyEditor::renamedInTheText()
{
    EditorBench bench;
    QVERIFY(bench.isActive());
    QVERIFY(bench.openFairUse());
    QString text = bench.yaml().text();
    const qsizetype at = text.indexOf(QStringLiteral("    - name: fair-use"));
    text.replace(at, QStringLiteral("    - name: fair-use").size(), QStringLiteral("    - name: fairer-use"));
    QVERIFY(bench.type(text));
    QVERIFY(bench.editor().place().has_value());
    QCOMPARE(bench.editor().place()->identity.policy, QStringLiteral("fairer-use"));
}

QTEST_MAIN(tst_PolicyEditor)
#include "tst_policy_editor.moc"
