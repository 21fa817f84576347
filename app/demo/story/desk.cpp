#include "app/demo/story/desk.h"

#include "app/demo/platform/platform.h"
#include "app/pages/all_pages.h"
#include "gateway/policies/catalogue.h"

namespace postern::demo {

Desk::Desk(QApplication& application, const QString& directory)
    : m_preferences(directory + QStringLiteral("/preferences.ini")), m_theme(application, ThemeChoice::Light)
{}

Result<std::unique_ptr<Desk>> Desk::create(QApplication& application, const Platform& platform)
{
    std::unique_ptr<Desk> desk(new Desk(application, platform.directory()));
    LaunchOptions launch;
    launch.prometheus = platform.prometheusUrl();
    launch.fleetFile = platform.fleetFile();
    launch.repository = platform.repository().clone;
    // A story is told faster than a desk is watched.
    const WorkspaceOptions options{.launch = launch,
                                   .drafts = platform.directory() + QStringLiteral("/drafts"),
                                   .refresh = std::chrono::seconds(1),
                                   .fetchEvery = std::chrono::seconds(5)};
    Result<std::unique_ptr<Workspace>> workspace =
        Workspace::create(options, policyCatalogue(), desk->m_clock);
    if (!workspace)
        return failure(workspace.error());
    desk->m_workspace = std::move(*workspace);
    desk->m_workspace->time().setRange(desk->m_workspace->time().ranges().front());
    desk->m_window =
        std::make_unique<MainWindow>(MainWindow::Parts{*desk->m_workspace, desk->m_theme, desk->m_preferences,
                                                       makePages(*desk->m_workspace, desk->m_preferences)});
    desk->m_window->resize(1280, 800);
    desk->m_workspace->start();
    desk->m_window->show();
    return desk;
}

const ApiStatus* Desk::status(const QString& api)
{
    m_seen = m_workspace->fleet();
    return m_seen->find(api);
}

} // namespace postern::demo
