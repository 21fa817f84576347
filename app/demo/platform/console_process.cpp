#include "app/demo/platform/console_process.h"

#include <QDir>
#include <QFile>

#include <csignal>

namespace postern::demo {

namespace {

// Its drafts and preferences are the demo's, and go with it.
QStringList environment(const Platform& platform)
{
    const QString home = platform.directory() + QStringLiteral("/home");
    QStringList entries{QStringLiteral("XDG_DATA_HOME=") + home, QStringLiteral("XDG_CONFIG_HOME=") + home,
                        QStringLiteral("XDG_CACHE_HOME=") + home};
    if (!qEnvironmentVariableIsSet("XDG_RUNTIME_DIR")) {
        QDir().mkpath(home);
        QFile(home).setPermissions(QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner);
        entries << QStringLiteral("XDG_RUNTIME_DIR=") + home;
    }
    return entries;
}

} // namespace

ConsoleProcess::ConsoleProcess(const QString& programs, const Platform& platform, const QStringList& more,
                               QObject* parent)
    : QObject(parent)
    , m_process({.name = QStringLiteral("console"),
                 .program = programs + QStringLiteral("/postern-console"),
                 .arguments = arguments(platform) + more,
                 .lines = ChildProcess::Lines::Output,
                 // Asked, not killed: it writes what is being edited.
                 .deathSignal = SIGTERM,
                 .environment = environment(platform)})
{}

QString ConsoleProcess::preferences(const Platform& platform)
{
    return platform.directory() + QStringLiteral("/home/Postern/postern-console.conf");
}

QStringList ConsoleProcess::arguments(const Platform& platform)
{
    return {QStringLiteral("--fleet"),      platform.fleetFile(),
            QStringLiteral("--prometheus"), platform.prometheusUrl().toString(),
            QStringLiteral("--repository"), platform.repository().clone};
}

} // namespace postern::demo
