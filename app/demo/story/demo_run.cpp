#include "app/demo/story/demo_run.h"

#include "app/demo/platform/console_process.h"
#include "app/demo/platform/platform.h"
#include "app/demo/platform/progress_log.h"
#include "app/demo/platform/stop_signals.h"
#include "app/demo/story/desk.h"
#include "app/demo/story/story.h"
#include "app/settings/preferences.h"

#include <QDir>
#include <QEventLoop>

#include <cstdio>

namespace postern::demo {

namespace {

// Whether something failed is asked only after all has ended.
int complain(const Error& error)
{
    std::fprintf(stderr, "demo: %s\n", qUtf8Printable(error.text()));
    return 1;
}

void narrate(Platform& platform, const ProgressLog& log)
{
    QObject::connect(&platform, &Platform::progressed, &platform,
                     [&log](const QString& what) { log.say(QStringLiteral("starting: ") + what); });
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

void endAll(Platform& platform, const ProgressLog& log)
{
    log.say(QStringLiteral("ending"));
    platform.stop();
    log.say(QStringLiteral("everything ended"));
}

// Until it is closed, or the demo is told to end; its exit code.
Result<int> watchConsole(ConsoleProcess& console, const StopSignals& signals_, const ProgressLog& log)
{
    QEventLoop loop;
    int code = 0;
    bool asked = false;
    QObject::connect(&console.process(), &ChildProcess::ended, &loop, [&](int exitCode) {
        code = exitCode;
        loop.quit();
    });
    QObject::connect(&signals_, &StopSignals::asked, &loop, [&] {
        asked = true;
        loop.quit();
    });
    if (Result<void> started = console.start(); !started)
        return failure(started.error());
    log.say(QStringLiteral("console open; closing it ends everything"));
    loop.exec();
    console.process().terminate();
    console.process().waitEnded(std::chrono::seconds(5));
    return asked ? 0 : code;
}

} // namespace

int openConsole(const DemoArguments& arguments)
{
    const ProgressLog log;
    const QString programs = QCoreApplication::applicationDirPath();
    const StopSignals signals_;
    Platform platform({.programs = programs});
    narrate(platform, log);
    // A stop while it comes up: what waits for a part sees that the demo is ending.
    QObject::connect(&signals_, &StopSignals::asked, &platform, &Platform::interrupt);
    Result<void> started = platform.start();
    Result<int> code = 0;
    if (started) {
        // There is no more than the demo's own minutes to look at.
        Preferences(ConsoleProcess::preferences(platform)).setRange(ViewTime::ranges().front());
        ConsoleProcess console(programs, platform, arguments.console);
        code = watchConsole(console, signals_, log);
    }
    endAll(platform, log);
    if (!started)
        return complain(started.error());
    return code ? *code : complain(code.error());
}

int tellStory(QApplication& application, const DemoArguments& arguments)
{
    const ProgressLog log;
    const QString programs = QCoreApplication::applicationDirPath();
    const QString screenshots = arguments.screenshots.isEmpty()
                                    ? QDir::cleanPath(programs + QStringLiteral("/../demo-screenshots"))
                                    : arguments.screenshots;
    const StopSignals signals_;
    Platform platform({.programs = programs, .weather = false});
    narrate(platform, log);
    QObject::connect(&signals_, &StopSignals::asked, &platform, &Platform::interrupt);
    Result<void> told = platform.start();
    if (told) {
        log.say(QStringLiteral("platform up"));
        Result<std::unique_ptr<Desk>> desk = Desk::create(application, platform);
        if (desk) {
            Story story(platform, **desk, log, screenshots);
            QObject::connect(&signals_, &StopSignals::asked, &story, &Story::interrupt);
            told = story.tell(std::chrono::seconds(*arguments.headless));
        } else {
            told = failure(desk.error());
        }
    }
    endAll(platform, log);
    if (!told)
        return complain(told.error());
    log.say(QStringLiteral("the story is told"));
    return 0;
}

} // namespace postern::demo
