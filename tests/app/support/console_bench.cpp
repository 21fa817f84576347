#include "tests/app/support/console_bench.h"

#include "gateway/policies/catalogue.h"

#include <QApplication>

namespace postern::test {

const QString ConsoleBench::accounts = QStringLiteral("apis/payments/accounts/gateway.yaml");
const QString ConsoleBench::baseline = QStringLiteral("baselines/payments.yaml");

QByteArray sample(const char* name)
{
    return GitSandbox::read(QStringLiteral(POSTERN_TEST_DATA "/samples/") + QString::fromLatin1(name));
}

ConsoleBench::ConsoleBench(const Options& options) : m_options(options)
{
    if (options.repository) {
        m_git.seed({{accounts, sample("core.yaml")},
                    {QStringLiteral("apis/payments/accounts/jwks.json"), sample("jwks.json")},
                    {baseline, sample("core-baseline.yaml")}});
        m_clone = m_git.clone(QStringLiteral("ada"));
    }
    open();
}

ConsoleBench::~ConsoleBench() { close(); }

void ConsoleBench::restart()
{
    close();
    open();
}

void ConsoleBench::open()
{
    LaunchOptions launch;
    launch.prometheus = m_options.prometheus;
    launch.repository = m_clone;
    if (!m_options.fleet.isEmpty()) {
        launch.fleetFile = m_folder.filePath(QStringLiteral("fleet.yaml"));
        GitSandbox::write(launch.fleetFile, m_options.fleet);
    }
    m_preferences = std::make_unique<Preferences>(m_folder.filePath(QStringLiteral("preferences.ini")));
    m_theme = std::make_unique<Theme>(*qApp, ThemeChoice::Light);
    WorkspaceOptions options;
    options.launch = launch;
    options.drafts = m_folder.filePath(QStringLiteral("drafts"));
    options.refresh = std::chrono::milliseconds(500);
    options.fetchEvery = std::chrono::milliseconds(1000);
    m_workspace = std::move(*Workspace::create(options, policyCatalogue(), m_clock));
    m_window = std::make_unique<MainWindow>(
        MainWindow::Parts{*m_workspace, *m_theme, *m_preferences, makePages(*m_workspace, *m_preferences)});
    m_workspace->start();
    m_window->show();
}

void ConsoleBench::close()
{
    m_window.reset();
    m_workspace.reset();
    m_theme.reset();
    m_preferences.reset();
}

} // namespace postern::test
