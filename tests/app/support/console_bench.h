#pragma once

#include "app/pages/all_pages.h"
#include "app/settings/preferences.h"
#include "app/shell/main_window.h"
#include "app/workspace/workspace.h"
#include "tests/support/git_sandbox.h"
#include "widgets/theme/theme.h"

#include <QTemporaryDir>

#include <memory>
#include <optional>

namespace postern::test {

/// A whole console over real git and whatever Prometheus a test names: workspace, window, pages. The
/// documents are the contract's samples. Settings and drafts lie in a folder of its own.
class ConsoleBench
{
public:
    struct Options
    {
        QUrl prometheus = QUrl(QStringLiteral("http://127.0.0.1:1")); ///< nobody listens there
        QByteArray fleet;                                             ///< the fleet file's text; empty: none
        bool repository = true;
    };

    explicit ConsoleBench(const Options& options);
    ~ConsoleBench();

    /// Closes the console and opens it again on the same folder, as after a crash.
    void restart();

    [[nodiscard]] Workspace& workspace() { return *m_workspace; }
    [[nodiscard]] MainWindow& window() { return *m_window; }
    [[nodiscard]] Theme& theme() { return *m_theme; }
    [[nodiscard]] GitSandbox& git() { return m_git; }
    [[nodiscard]] Preferences& preferences() { return *m_preferences; }
    [[nodiscard]] QString clone() const { return m_clone; }
    /// The window's page of that kind.
    template<typename PageType>
    PageType& page(Location::Page kind)
    {
        return *static_cast<PageType*>(m_window->page(kind));
    }
    template<typename Widget>
    Widget& find(const QString& name)
    {
        auto* widget = m_window->findChild<Widget*>(name);
        Q_ASSERT(widget);
        return *widget;
    }

    static const QString accounts; ///< the sample document's path in the repository
    static const QString baseline;

private:
    void open();
    void close();

    Options m_options;
    QTemporaryDir m_folder;
    GitSandbox m_git;
    SystemClock m_clock;
    QString m_clone;
    std::unique_ptr<Preferences> m_preferences;
    std::unique_ptr<Theme> m_theme;
    std::unique_ptr<Workspace> m_workspace;
    std::unique_ptr<MainWindow> m_window;
};

/// A sample of the contract, as it lies in tests/data.
[[nodiscard]] QByteArray sample(const char* name);

} // namespace postern::test
