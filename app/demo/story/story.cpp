#include "app/demo/story/story.h"

#include "app/demo/platform/wait_until.h"
#include "app/demo/story/hand.h"
#include "app/pages/policy_editor/policy_editor_page.h"
#include "app/pages/policy_editor/policy_form.h"
#include "app/shell/screenshots.h"
#include "app/workspace/document_library.h"
#include "app/workspace/edit_session.h"
#include "app/workspace/publisher.h"
#include "models/fleet/rollout_tracker.h"
#include "widgets/editor/semantic_diff_view.h"
#include "widgets/frame/stage_strip.h"

#include <QJsonDocument>
#include <QLabel>
#include <QPushButton>

#include <algorithm>

namespace postern::demo {

namespace {

const QString kApi = QStringLiteral("payments/accounts");
const QString kPolicy = QStringLiteral("fair-use");
constexpr int kOldBurst = 200; // as the document in the tree has it
constexpr int kNewLimit = 20;
constexpr int kNewBurst = 40;
constexpr int kCalls = 300;
constexpr std::chrono::seconds kBusy{40}; // what the steps may take on a slow machine
constexpr std::chrono::seconds kLongestWatch{30};

QString percent(double share) { return QStringLiteral("%1 %").arg(share * 100, 0, 'f', 1); }

QString textOf(const QMap<int, qint64>& counts)
{
    QStringList parts;
    for (auto it = counts.cbegin(); it != counts.cend(); ++it)
        parts << QStringLiteral("%1 × %2").arg(it.value()).arg(it.key());
    return parts.join(QStringLiteral(", "));
}

} // namespace

Story::Story(Platform& platform, Desk& desk, const ProgressLog& log, const QString& screenshots)
    : m_platform(platform), m_desk(desk), m_log(log), m_screenshots(screenshots)
{}

Result<void> Story::tell(std::chrono::seconds budget)
{
    m_deadline = QDeadlineTimer(budget);
    using Step = Seen (Story::*)();
    static constexpr std::pair<const char*, Step> steps[] = {
        {"the console sees the fleet", &Story::seeFleet},
        {"the desk is watched for a while", &Story::watch},
        {"the editor opens the rate limit of accounts", &Story::openEditor},
        {"the limit is lowered in the form", &Story::editLimit},
        {"the difference is shown", &Story::seeDifference},
        {"committed and pushed", &Story::push},
        {"both instances run it", &Story::seeItEverywhere},
        {"a caller meets the new limit", &Story::meetTheLimit},
        {"an error spell moves budget and burn rate", &Story::feelErrors},
        {"screenshots", &Story::takeScreenshots},
    };
    for (const auto& [name, step] : steps) {
        const Seen seen = (this->*step)();
        if (!seen)
            return failure(
                seen.error().wrappedIn(QStringLiteral("step “%1” failed").arg(QLatin1String(name))));
        m_log.say(QStringLiteral("%1: %2").arg(QLatin1String(name), *seen));
    }
    return {};
}

bool Story::waitFor(const std::function<bool()>& holds)
{
    const std::chrono::milliseconds left(std::max<qint64>(m_deadline.remainingTime(), 0));
    return waitUntil([&] { return m_interrupted || holds(); }, left) && !m_interrupted;
}

Failure Story::missed(const QString& what) const
{
    return failure(Error::environment(
        Error::Kind::TimedOut, m_interrupted ? QStringLiteral("interrupted")
                                             : QStringLiteral("%1, and the story's time is over").arg(what)));
}

PolicyEditorPage* Story::editor()
{
    return qobject_cast<PolicyEditorPage*>(m_desk.window().page(Location::Page::PolicyEditor));
}

Story::Seen Story::seeFleet()
{
    // Live: figures of every API, every instance up, and none of the sources silent.
    const auto complete = [this] {
        const FleetSnapshotPtr fleet = m_desk.workspace().fleet();
        return fleet->apis.size() == demoApis().size() &&
               std::ranges::all_of(fleet->apis,
                                   [](const ApiStatus& api) {
                                       return api.instances.size() == 2 && api.instancesUp() == 2 &&
                                              api.requestsPerSecond.value > 0 && api.p99.known() &&
                                              api.instancesAsExpected() == 2;
                                   }) &&
               std::ranges::all_of(m_desk.workspace().sources(), [](const SourceState& source) {
                   return source.state == SourceState::State::Live;
               });
    };
    if (!waitFor(complete))
        return missed(
            QStringLiteral("not all APIs have figures, two instances each, and the expected configuration"));
    double rate = 0;
    for (const ApiStatus& api : m_desk.workspace().fleet()->apis)
        rate += api.requestsPerSecond.value;
    return QStringLiteral("%1 APIs, %2 gateways, %3 requests/s")
        .arg(demoApis().size())
        .arg(m_platform.gateways().size())
        .arg(rate, 0, 'f', 0);
}

// Time that is to spare goes here: charts of a few seconds show nothing.
Story::Seen Story::watch()
{
    const std::chrono::milliseconds left(m_deadline.remainingTime());
    const auto spare =
        std::clamp<std::chrono::milliseconds>(left - kBusy, std::chrono::milliseconds(0), kLongestWatch);
    const QDeadlineTimer over(spare);
    m_desk.window().navigator().open(Location::ofApi(kApi));
    if (!waitFor([&] { return over.hasExpired(); }))
        return missed(QStringLiteral("there was no time"));
    const ApiStatus* api = m_desk.status(kApi);
    if (!api || !api->errorRatio.known())
        return failure(Error::invalid(QStringLiteral("the desk lost sight of %1").arg(kApi)));
    return QStringLiteral("accounts at %1 requests/s, %2 errors, p99 %3 ms")
        .arg(api->requestsPerSecond.value, 0, 'f', 0)
        .arg(percent(api->errorRatio.value))
        .arg(api->p99.value * 1000, 0, 'f', 1);
}

Story::Seen Story::openEditor()
{
    DocumentLibrary* documents = m_desk.workspace().documents();
    if (!documents || !waitFor([&] { return documents->snapshot() != nullptr; }))
        return missed(QStringLiteral("the documents were not read from the clone"));
    if (!editor() || !editor()->openPolicy(kApi, kPolicy))
        return failure(Error::invalid(QStringLiteral("%1 has no policy %2").arg(kApi, kPolicy)));
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

Story::Seen Story::seeItEverywhere()
{
    const auto newest = [this] { return m_desk.workspace().rollouts().newest(kApi); };
    const auto everywhere = [&] {
        const Rollout* rollout = newest();
        return rollout && rollout->commit == m_commit && rollout->of == 2 && rollout->seen == 2;
    };
    if (!waitFor(everywhere))
        return missed(QStringLiteral("%1 of %2 instances run it")
                          .arg(newest() ? newest()->seen : 0)
                          .arg(newest() ? newest()->of : 0));
    // The gateways' own word for it.
    for (const auto& gateway : m_platform.gateways()) {
        if (gateway->api().id() != kApi)
            continue;
        const QByteArray answer =
            m_platform.get(QUrl(QStringLiteral("http://%1/config").arg(gateway->admin())));
        const QString revision =
            QJsonDocument::fromJson(answer).object().value(QLatin1String("revision")).toString();
        if (revision != m_commit)
            return failure(Error::invalid(
                QStringLiteral("%1 runs revision “%2”").arg(gateway->process().name(), revision)));
    }
    QStringList stages;
    if (const auto* strip = editor()->findChild<StageStrip*>()) {
        for (const StageStrip::Stage& stage : strip->stages())
            stages << stage.text;
    }
    return stages.join(QStringLiteral(" → "));
}

Story::Seen Story::meetTheLimit()
{
    QMap<int, qint64> counts;
    connect(
        &m_platform, &Platform::burstEnded, this,
        [&counts](const QString&, const QMap<int, qint64>& ended) { counts = ended; },
        Qt::SingleShotConnection);
    m_platform.burst(QStringLiteral("accounts"), QStringLiteral("mobile-app"), kCalls);
    if (!waitFor([&] { return !counts.isEmpty(); }))
        return missed(QStringLiteral("the burst of calls did not end"));
    const qint64 passed = counts.value(200);
    // Under the old limit at least its whole burst would have passed.
    if (counts.value(429) == 0 || passed == 0 || passed >= kOldBurst)
        return failure(Error::invalid(
            QStringLiteral("%1 calls at once were answered %2").arg(kCalls).arg(textOf(counts))));
    return QStringLiteral("%1 calls at once, answered %2").arg(kCalls).arg(textOf(counts));
}

Story::Seen Story::feelErrors()
{
    const auto budget = [this]() -> std::optional<slo::BudgetStatus> {
        const ApiStatus* api = m_desk.status(kApi);
        for (const slo::BudgetStatus& status : api ? api->budgets : std::vector<slo::BudgetStatus>()) {
            if (status.objective.name == QLatin1String("availability") && status.left)
                return status;
        }
        return {};
    };
    if (!waitFor([&] { return budget().has_value(); }))
        return missed(QStringLiteral("the error budget of accounts is not known"));
    const slo::BudgetStatus before = *budget();
    const auto burn = [](const slo::BudgetStatus& status) {
        return status.burn(std::chrono::hours(1)).value_or(0);
    };
    m_desk.window().navigator().open(Location::ofApi(kApi));
    m_platform.setSpell(QStringLiteral("accounts"), {.errors = 0.5, .slowness = 3});
    const bool moved = waitFor([&] {
        const std::optional<slo::BudgetStatus> now = budget();
        return now && *now->left < *before.left && burn(*now) > burn(before) + 1;
    });
    m_platform.setSpell(QStringLiteral("accounts"), {});
    if (!moved)
        return missed(
            QStringLiteral("budget left %1, burn rate %2").arg(percent(*before.left)).arg(burn(before)));
    const slo::BudgetStatus after = *budget();
    return QStringLiteral("budget left %1 → %2, burn rate over 1 h %3 → %4")
        .arg(percent(*before.left), percent(*after.left))
        .arg(burn(before), 0, 'f', 1)
        .arg(burn(after), 0, 'f', 1);
}

Story::Seen Story::takeScreenshots()
{
    Screenshots screenshots(m_desk.window(), m_desk.workspace(), m_desk.theme(),
                            {.directory = m_screenshots});
    bool finished = false;
    connect(&screenshots, &Screenshots::finished, this, [&finished] { finished = true; });
    screenshots.start();
    if (!waitFor([&] { return finished; }))
        return missed(QStringLiteral("%1 pictures were made").arg(screenshots.files().size()));
    if (!screenshots.complaints().isEmpty())
        return failure(Error::invalid(screenshots.complaints().join(QStringLiteral("; "))));
    return QStringLiteral("%1 in %2").arg(screenshots.files().size()).arg(m_screenshots);
}

} // namespace postern::demo
