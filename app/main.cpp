#include "app/pages/all_pages.h"
#include "app/settings/command_line.h"
#include "app/settings/preferences.h"
#include "app/shell/main_window.h"
#include "app/shell/screenshots.h"
#include "app/workspace/workspace.h"
#include "gateway/policies/catalogue.h"

#include <QApplication>
#include <QStandardPaths>
#include <QTemporaryDir>
#include <QTextStream>

using namespace postern;

namespace {

int renderScreenshots(MainWindow& window, Workspace& workspace, Theme& theme, const QString& directory)
{
    Screenshots screenshots(window, workspace, theme, {.directory = directory});
    QObject::connect(&screenshots, &Screenshots::finished, qApp, &QApplication::quit, Qt::QueuedConnection);
    screenshots.start();
    QApplication::exec();
    QTextStream(stdout) << screenshots.files().join(QLatin1Char('\n')) << Qt::endl;
    for (const QString& complaint : screenshots.complaints())
        QTextStream(stderr) << "postern-console: " << complaint << Qt::endl;
    return screenshots.complaints().isEmpty() ? 0 : 1;
}

int run(QApplication& application, const LaunchOptions& options)
{
    const QTemporaryDir passing;
    const bool isRendering = !options.screenshots.isEmpty();
    // Pictures must not depend on what a user once chose, nor a rendering change it.
    Preferences preferences =
        isRendering ? Preferences(passing.filePath(QStringLiteral("preferences.ini"))) : Preferences();
    Theme theme(application, options.theme.value_or(preferences.theme()));
    const SystemClock clock;
    const QString drafts =
        isRendering ? passing.path() : QStandardPaths::writableLocation(QStandardPaths::AppDataLocation);
    auto workspace = Workspace::create({.launch = options, .drafts = drafts + QStringLiteral("/drafts")},
                                       policyCatalogue(), clock);
    if (!workspace) {
        QTextStream(stderr) << "postern-console: " << workspace.error().text() << Qt::endl;
        return 2;
    }
    (*workspace)->time().setRange(preferences.range((*workspace)->time().range()));
    (*workspace)->time().setZone(preferences.zone());
    MainWindow window({**workspace, theme, preferences, makePages(**workspace, preferences)});
    (*workspace)->start();
    if (isRendering)
        return renderScreenshots(window, **workspace, theme, options.screenshots);
    window.show();
    return QApplication::exec();
}

} // namespace

int main(int argc, char** argv)
{
    QStringList arguments;
    for (int at = 0; at < argc; ++at)
        arguments << QString::fromLocal8Bit(argv[at]);
    const CommandLineAnswer answer = [&] {
        // Words about arguments must not need a display.
        const QCoreApplication withoutDisplay(argc, argv);
        return parseCommandLine(arguments);
    }();
    if (!answer.options) {
        QTextStream(answer.exitCode == 0 ? stdout : stderr) << answer.words << Qt::endl;
        return answer.exitCode;
    }
    QApplication application(argc, argv);
    QApplication::setApplicationName(QStringLiteral("postern-console"));
    QApplication::setApplicationDisplayName(QStringLiteral("Postern"));
    QApplication::setApplicationVersion(QStringLiteral(POSTERN_VERSION));
    QApplication::setDesktopFileName(QStringLiteral("dev.postern.Console"));
    return run(application, *answer.options);
}
