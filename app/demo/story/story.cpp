#include "app/demo/story/story.h"

#include "app/demo/platform/wait_until.h"
#include "app/pages/policy_editor/policy_editor_page.h"

#include <algorithm>

namespace postern::demo {

namespace {

// What the steps themselves take, and what a slow machine takes more.
constexpr std::chrono::seconds kBusy{26};
constexpr std::chrono::seconds kReserve{24};

} // namespace

QString percent(double share) { return QStringLiteral("%1 %").arg(share * 100, 0, 'f', 1); }

Story::Story(Platform& platform, Desk& desk, const ProgressLog& log, const QString& screenshots)
    : m_platform(platform), m_desk(desk), m_log(log), m_screenshots(screenshots)
{}

Result<void> Story::tell(std::chrono::seconds budget)
{
    m_deadline = QDeadlineTimer(budget);
    m_spare = std::max<std::chrono::milliseconds>(budget - kBusy, std::chrono::milliseconds(0));
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
        {"the desk shows the refusals", &Story::watchTheRefusals},
        {"an error spell moves budget and burn rate", &Story::feelErrors},
        {"the origin recovers", &Story::recover},
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

bool Story::linger(double share)
{
    const auto wanted = std::chrono::duration_cast<std::chrono::milliseconds>(m_spare * share);
    const std::chrono::milliseconds left(m_deadline.remainingTime());
    const QDeadlineTimer over(
        std::clamp<std::chrono::milliseconds>(left - kReserve, std::chrono::milliseconds(0), wanted));
    return waitFor([&] { return over.hasExpired(); });
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

// Charts of a few seconds show nothing.
Story::Seen Story::watch()
{
    m_desk.window().navigator().open(Location::ofApi(kStoryApi));
    if (!linger(0.45))
        return missed(QStringLiteral("there was no time"));
    const ApiStatus* api = m_desk.status(kStoryApi);
    if (!api || !api->errorRatio.known())
        return failure(Error::invalid(QStringLiteral("the desk lost sight of %1").arg(kStoryApi)));
    return QStringLiteral("accounts at %1 requests/s, %2 errors, p99 %3 ms")
        .arg(api->requestsPerSecond.value, 0, 'f', 0)
        .arg(percent(api->errorRatio.value))
        .arg(api->p99.value * 1000, 0, 'f', 1);
}

} // namespace postern::demo
