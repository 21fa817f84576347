#include "app/demo/platform/arguments.h"
#include "app/demo/platform/console_process.h"
#include "app/demo/platform/platform.h"
#include "app/demo/platform/progress_log.h"
#include "app/demo/platform/stop_signals.h"

#include <QCoreApplication>

#include <cstdio>

using namespace postern;
using namespace postern::demo;

namespace {

int complain(const Error& error)
{
    std::fprintf(stderr, "demo: %s\n", qUtf8Printable(error.text()));
    return 1;
}

void narrate(Platform& platform, const ProgressLog& log)
{
    QObject::connect(&platform, &Platform::progressed, &platform,
                     [&log](const QString& what) { log.say(what); });
    QObject::connect(&platform, &Platform::synced, &platform, [&log](const QString& revision) {
        log.say(QStringLiteral("deployed %1").arg(revision.left(8)));
    });
    QObject::connect(&platform, &Platform::syncFailed, &platform,
                     [&log](const QString& api, const QString& message) {
                         log.say(QStringLiteral("not deployed: %1 %2").arg(api, message));
                     });
    QObject::connect(&platform, &Platform::partDied, &platform,
                     [&log](const QString& name, const QString& lastWords) {
                         log.say(QStringLiteral("%1 died: %2").arg(name, lastWords));
                     });
}

// The console on a screen; its end is the demo's end.
int openConsole(const DemoArguments& arguments)
{
    const ProgressLog log;
    const QString programs = QCoreApplication::applicationDirPath();
    StopSignals signals_;
    Platform platform({.programs = programs});
    narrate(platform, log);
    QEventLoop loop;
    bool stopped = false;
    QObject::connect(&signals_, &StopSignals::asked, &loop, [&] {
        stopped = true;
        loop.quit();
    });
    Result<void> started = platform.start();
    std::unique_ptr<ConsoleProcess> console;
    int code = 0;
    if (started && !stopped) {
        console = std::make_unique<ConsoleProcess>(programs, platform, arguments.console);
        QObject::connect(&console->process(), &ChildProcess::ended, &loop, [&](int exitCode) {
            code = exitCode;
            loop.quit();
        });
        started = console->start();
        if (started) {
            log.say(QStringLiteral("console open; close it to end everything"));
            loop.exec();
            console->process().terminate();
            console->process().waitEnded(std::chrono::seconds(5));
        }
    }
    log.say(QStringLiteral("ending"));
    platform.stop();
    if (!started)
        return complain(started.error());
    log.say(QStringLiteral("everything ended"));
    return stopped ? 0 : code;
}

} // namespace

int main(int argc, char** argv)
{
    QCoreApplication application(argc, argv);
    const Result<DemoArguments> arguments = DemoArguments::parse(QCoreApplication::arguments().mid(1));
    if (!arguments) {
        std::fprintf(stderr, "demo: %s\n%s", qUtf8Printable(arguments.error().text()), DemoArguments::usage);
        return 2;
    }
    return openConsole(*arguments);
}
