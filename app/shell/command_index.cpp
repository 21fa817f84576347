#include "app/shell/command_index.h"

#include "app/shell/navigator.h"
#include "app/words/time_words.h"
#include "app/workspace/document_library.h"
#include "app/workspace/workspace.h"
#include "models/fleet/fleet_poller.h"
#include "widgets/theme/theme.h"

namespace postern {

CommandIndex::CommandIndex(Workspace& workspace, Theme& theme, Navigator& navigator,
                           const std::vector<PageEntry>& pages)
    : m_workspace(workspace), m_theme(theme), m_navigator(navigator), m_pages(pages)
{}

QList<CommandPalette::Command> CommandIndex::collect()
{
    m_commands.clear();
    m_actions.clear();
    addPages();
    addApis();
    addPolicies();
    addActions();
    return m_commands;
}

void CommandIndex::run(const QString& id) const
{
    if (const auto found = m_actions.find(id); found != m_actions.end())
        found->second();
}

void CommandIndex::add(const CommandPalette::Command& command, const std::function<void()>& action)
{
    m_commands.append(command);
    m_actions.emplace(command.id, action);
}

void CommandIndex::addPages()
{
    int number = 0;
    for (const PageEntry& entry : m_pages) {
        if (!entry.navigation)
            continue;
        ++number;
        add({.id = QStringLiteral("page:") + entry.navigation->id,
             .text = entry.navigation->text,
             .detail = tr("page"),
             .shortcut = QStringLiteral("Ctrl+%1").arg(number),
             .icon = entry.navigation->icon},
            [this, kind = entry.kind] { m_navigator.open(Location::ofPage(kind)); });
    }
}

void CommandIndex::addApis()
{
    for (const ApiStatus& api : m_workspace.poller().snapshot()->apis)
        add({.id = QStringLiteral("api:") + api.api,
             .text = api.name(),
             .detail = tr("API in %1").arg(api.nameSpace()),
             .shortcut = {},
             .icon = Icon::Fleet},
            [this, name = api.api] { m_navigator.open(Location::ofApi(name)); });
}

void CommandIndex::addPolicies()
{
    const DocumentSnapshotPtr documents =
        m_workspace.documents() ? m_workspace.documents()->snapshot() : nullptr;
    if (!documents)
        return;
    const auto addEntry = [this](const PolicyEntry& policy, const QString& owner) {
        const Location place = Location::ofPolicy(policy.place.file, policy.place.path);
        add({.id = QStringLiteral("policy:%1:%2").arg(place.file, place.path),
             .text = tr("Edit %1").arg(policy.name),
             .detail = tr("%1 of %2").arg(policy.type, owner),
             .shortcut = {},
             .icon = Icon::Edit},
            [this, place] { m_navigator.open(place); });
    };
    for (const auto& api : documents->documents.apis) {
        for (const PolicyEntry& policy : api.document.spec.policies)
            addEntry(policy, api.document.id());
        for (const Route& route : api.document.spec.routes)
            for (const PolicyEntry& policy : route.policies)
                addEntry(policy, api.document.id() + QLatin1Char(' ') + route.name);
    }
    for (const auto& baseline : documents->documents.baselines)
        for (const PolicyEntry& policy : baseline.document.spec.policies)
            addEntry(policy, tr("baseline %1").arg(baseline.document.metadata.name));
}

void CommandIndex::addActions()
{
    const QString action = tr("action");
    add({.id = QStringLiteral("refresh"),
         .text = tr("Ask all sources again"),
         .detail = action,
         .shortcut = QStringLiteral("F5"),
         .icon = Icon::Refresh},
        [this] { m_workspace.refresh(); });
    add({.id = QStringLiteral("light"),
         .text = tr("Light theme"),
         .detail = action,
         .shortcut = {},
         .icon = Icon::Sun},
        [this] { m_theme.choose(ThemeChoice::Light); });
    add({.id = QStringLiteral("dark"),
         .text = tr("Dark theme"),
         .detail = action,
         .shortcut = {},
         .icon = Icon::Moon},
        [this] { m_theme.choose(ThemeChoice::Dark); });
    add({.id = QStringLiteral("system"),
         .text = tr("Theme of the desktop"),
         .detail = action,
         .shortcut = {},
         .icon = Icon::Settings},
        [this] { m_theme.choose(ThemeChoice::System); });
    for (const std::chrono::seconds range : ViewTime::ranges())
        add({.id = QStringLiteral("range:%1").arg(range.count()),
             .text = rangeName(range),
             .detail = tr("time range"),
             .shortcut = {},
             .icon = Icon::Clock},
            [this, range] { m_workspace.time().setRange(range); });
    add({.id = QStringLiteral("utc"),
         .text = tr("Times in UTC"),
         .detail = action,
         .shortcut = {},
         .icon = Icon::Clock},
        [this] { m_workspace.time().setZone(ZoneChoice::Utc); });
    add({.id = QStringLiteral("local"),
         .text = tr("Times in the local zone"),
         .detail = action,
         .shortcut = {},
         .icon = Icon::Clock},
        [this] { m_workspace.time().setZone(ZoneChoice::Local); });
}

} // namespace postern
