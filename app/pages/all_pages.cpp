#include "app/pages/all_pages.h"

#include "app/pages/api/api_page.h"
#include "app/pages/fleet/fleet_page.h"
#include "app/pages/policies/policies_page.h"
#include "app/pages/policy_editor/policy_editor_page.h"
#include "app/pages/rollouts/rollouts_page.h"
#include "app/pages/sources/sources_page.h"

#include <QCoreApplication>

namespace postern {

std::vector<PageEntry> makePages(Workspace& workspace, Preferences& preferences)
{
    using Kind = Location::Page;
    const auto tr = [](const char* text) { return QCoreApplication::translate("Navigation", text); };
    std::vector<PageEntry> pages;
    const auto addTop = [&](Kind kind, Page* page, const QString& id, Icon icon, const QString& text) {
        pages.push_back({kind, page, PageEntry::Navigation{id, icon, text}, kind});
    };
    addTop(Kind::Fleet, new FleetPage(workspace, preferences), QStringLiteral("fleet"), Icon::Fleet,
           tr("Fleet"));
    pages.push_back({Kind::Api, new ApiPage(workspace, preferences), {}, Kind::Fleet});
    addTop(Kind::Policies, new PoliciesPage(workspace, preferences), QStringLiteral("policies"),
           Icon::Policies, tr("Policies"));
    pages.push_back({Kind::PolicyEditor, new PolicyEditorPage(workspace), {}, Kind::Policies});
    addTop(Kind::Rollouts, new RolloutsPage(workspace, preferences), QStringLiteral("rollouts"),
           Icon::Rollouts, tr("Rollouts"));
    addTop(Kind::Sources, new SourcesPage(workspace), QStringLiteral("sources"), Icon::Sources,
           tr("Sources"));
    return pages;
}

} // namespace postern
