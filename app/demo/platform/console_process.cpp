#include "app/demo/platform/console_process.h"

#include <csignal>

namespace postern::demo {

ConsoleProcess::ConsoleProcess(const QString& programs, const Platform& platform, const QStringList& more,
                               QObject* parent)
    : QObject(parent)
    , m_process({.name = QStringLiteral("console"),
                 .program = programs + QStringLiteral("/postern-console"),
                 .arguments = arguments(platform) + more,
                 .lines = ChildProcess::Lines::Output,
                 // Asked, not killed: it writes what is being edited.
                 .deathSignal = SIGTERM,
                 // Its drafts and preferences are the demo's, and go with it.
                 .environment = {QStringLiteral("XDG_DATA_HOME=%1/home").arg(platform.directory()),
                                 QStringLiteral("XDG_CONFIG_HOME=%1/home").arg(platform.directory())}})
{}

QStringList ConsoleProcess::arguments(const Platform& platform)
{
    return {QStringLiteral("--fleet"),      platform.fleetFile(),
            QStringLiteral("--prometheus"), platform.prometheusUrl().toString(),
            QStringLiteral("--repository"), platform.repository().clone};
}

} // namespace postern::demo
