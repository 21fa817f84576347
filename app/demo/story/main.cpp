#include "app/demo/story/demo_run.h"

#include <QApplication>

#include <cstdio>

using namespace postern;
using namespace postern::demo;

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
    if (!arguments->headless) {
        // The console has its own window; this process needs no display.
        const QCoreApplication application(argc, argv);
        return openConsole(*arguments);
    }
    qputenv("QT_QPA_PLATFORM", "offscreen");
    QApplication application(argc, argv);
    return tellStory(application, *arguments);
}
