// The story's steps after the push: what the commit and an error spell do, as the console and a caller see
// it.
#include "app/demo/story/story.h"
#include "app/pages/policy_editor/policy_editor_page.h"
#include "app/shell/screenshots.h"
#include "models/fleet/rollout_tracker.h"
#include "widgets/frame/stage_strip.h"

#include <QJsonDocument>

namespace postern::demo {

namespace {

constexpr int kOldBurst = 200; // as the document in the tree has it
constexpr int kCalls = 300;
// Of requests: as when one of the ledger's many shards is away.
constexpr double kErrors = 0.15;

QString leftText(double left)
{
    return left > 0 ? percent(left) : QStringLiteral("spent (%1 times over)").arg(1 - left, 0, 'f', 0);
}

QString textOf(const QMap<int, qint64>& counts)
{
    QStringList parts;
    for (auto it = counts.cbegin(); it != counts.cend(); ++it)
        parts << QStringLiteral("%1 × %2").arg(it.value()).arg(it.key());
    return parts.join(QStringLiteral(", "));
}

} // namespace

Story::Seen Story::seeItEverywhere()
{
    const auto newest = [this] { return m_desk.workspace().rollouts().newest(kStoryApi); };
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
        if (gateway->api().id() != kStoryApi)
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

Story::Seen Story::watchTheRefusals()
{
    m_desk.window().navigator().open(Location::ofApi(kStoryApi));
    if (!linger(0.25))
        return missed(QStringLiteral("there was no time"));
    // Refusals are no errors: the objective does not count them.
    const ApiStatus* api = m_desk.status(kStoryApi);
    if (!api || !api->errorRatio.known() || api->errorRatio.value > 0)
        return failure(Error::invalid(QStringLiteral("429 answers of %1 count as errors").arg(kStoryApi)));
    return QStringLiteral("accounts at %1 requests/s, %2 errors")
        .arg(api->requestsPerSecond.value, 0, 'f', 0)
        .arg(percent(api->errorRatio.value));
}

Story::Seen Story::feelErrors()
{
    const auto budget = [this]() -> std::optional<slo::BudgetStatus> {
        const ApiStatus* api = m_desk.status(kStoryApi);
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
    m_platform.setSpell(QStringLiteral("accounts"), {.errors = kErrors, .slowness = 2});
    const bool lasted = linger(0.15);
    const bool moved = lasted && waitFor([&] {
                           const std::optional<slo::BudgetStatus> now = budget();
                           return now && *now->left < *before.left && burn(*now) > burn(before) + 1;
                       });
    m_platform.setSpell(QStringLiteral("accounts"), {});
    if (!moved)
        return missed(
            QStringLiteral("budget left %1, burn rate %2").arg(percent(*before.left)).arg(burn(before)));
    const slo::BudgetStatus after = *budget();
    return QStringLiteral("%1 of requests fail: budget left %2 → %3, burn rate over 1 h %4 → %5")
        .arg(percent(kErrors), leftText(*before.left), leftText(*after.left))
        .arg(burn(before), 0, 'f', 1)
        .arg(burn(after), 0, 'f', 1);
}

Story::Seen Story::recover()
{
    if (!linger(0.15))
        return missed(QStringLiteral("there was no time"));
    const ApiStatus* api = nullptr;
    const auto calm = [&] {
        api = m_desk.status(kStoryApi);
        return api && api->errorRatio.known() && api->errorRatio.value == 0;
    };
    if (!waitFor(calm))
        return missed(QStringLiteral("errors of %1 do not end").arg(kStoryApi));
    return QStringLiteral("accounts at %1 errors").arg(percent(api->errorRatio.value));
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
