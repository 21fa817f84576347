#pragma once

#include "app/settings/preferences.h"
#include "app/shell/main_window.h"
#include "app/workspace/workspace.h"
#include "models/base/clock.h"
#include "widgets/theme/theme.h"

#include <QApplication>

#include <memory>

namespace postern::demo {

class Platform;

/// The console itself, in this process: the same workspace, window and pages that postern-console shows, on a
/// Platform. Owned by main(), UI thread; goes before the Platform.
class Desk
{
public:
    static Result<std::unique_ptr<Desk>> create(QApplication& application, const Platform& platform);

    [[nodiscard]] Workspace& workspace() { return *m_workspace; }
    [[nodiscard]] MainWindow& window() { return *m_window; }
    [[nodiscard]] Theme& theme() { return m_theme; }
    /// What the fleet page says of \a api now; null before it says anything.
    [[nodiscard]] const ApiStatus* status(const QString& api);

private:
    Desk(QApplication& application, const QString& directory);

    SystemClock m_clock;
    Preferences m_preferences;
    Theme m_theme;
    FleetSnapshotPtr m_seen; ///< keeps what status() points into
    std::unique_ptr<Workspace> m_workspace;
    std::unique_ptr<MainWindow> m_window;
};

} // namespace postern::demo
