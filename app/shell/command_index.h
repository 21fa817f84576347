#pragma once

#include "app/shell/page_entry.h"
#include "widgets/frame/command_palette.h"

#include <QCoreApplication>

#include <functional>
#include <map>
#include <vector>

namespace postern {

class Navigator;
class Theme;
class Workspace;

/// Everything that the palette (Ctrl+K) finds: pages, APIs, policies, actions. Made anew each time it opens,
/// so that it names what there is now. Owned by the main window, UI thread.
class CommandIndex final
{
    Q_DECLARE_TR_FUNCTIONS(CommandIndex)

public:
    CommandIndex(Workspace& workspace, Theme& theme, Navigator& navigator,
                 const std::vector<PageEntry>& pages);

    [[nodiscard]] QList<CommandPalette::Command> collect();
    void run(const QString& id) const;

private:
    void add(const CommandPalette::Command& command, const std::function<void()>& action);
    void addPages();
    void addApis();
    void addPolicies();
    void addActions();

    Workspace& m_workspace;
    Theme& m_theme;
    Navigator& m_navigator;
    const std::vector<PageEntry>& m_pages;
    QList<CommandPalette::Command> m_commands;
    std::map<QString, std::function<void()>> m_actions;
};

} // namespace postern
