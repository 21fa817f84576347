#include "app/demo/story/demo_run.h"

#include <QApplication>
#include <QDir>
#include <QTemporaryDir>

#include <cstdio>

using namespace postern;
using namespace postern::demo;

namespace {

// The offscreen plugin says on every window that it lacks what nobody sees.
void leaveOut(QtMsgType type, const QMessageLogContext& context, const QString& message)
{
    if (type == QtWarningMsg && message.contains(QLatin1String("propagateSizeHints")))
        return;
    std::fprintf(stderr, "%s\n", qUtf8Printable(qFormatLogMessage(type, context, message)));
}

bool hasDisplay()
{
    return qEnvironmentVariableIsSet("DISPLAY") || qEnvironmentVariableIsSet("WAYLAND_DISPLAY") ||
           qEnvironmentVariableIsSet("QT_QPA_PLATFORM");
}

} // namespace

int main(int argc, char** argv)
{
    QStringList words;
    for (int i = 1; i < argc; ++i)
        words << QString::fromLocal8Bit(argv[i]);
    const Result<DemoArguments> arguments = DemoArguments::parse(words);
    if (!arguments) {
        std::fprintf(stderr, "demo: %s\n%s", qUtf8Printable(arguments.error().text()), DemoArguments::usage);
        return 2;
    }
    if (!arguments->headless && !hasDisplay()) {
        std::fputs(
            "demo: there is no display to open the console on; `--headless 60` tells the story without one\n",
            stderr);
        return 2;
    }
    if (!arguments->headless) {
        // The console has its own window; this process needs no display.
        const QCoreApplication application(argc, argv);
        return openConsole(*arguments);
    }
    // A machine without a desktop has none, and Qt would make one that stays.
    const QTemporaryDir runtime(QDir::tempPath() + QStringLiteral("/postern-demo-runtime-XXXXXX"));
    if (!qEnvironmentVariableIsSet("XDG_RUNTIME_DIR"))
        qputenv("XDG_RUNTIME_DIR", runtime.path().toUtf8());
    qputenv("QT_QPA_PLATFORM", "offscreen");
    qInstallMessageHandler(leaveOut);
    QApplication application(argc, argv);
    return tellStory(application, *arguments);
}
