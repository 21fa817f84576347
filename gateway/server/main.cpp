#include "gateway/event/epoll_dispatcher.h"
#include "gateway/server/commands/commands.h"
#include "gateway/server/program.h"

#include <QCoreApplication>
#include <QFile>

#include <fcntl.h>
#include <unistd.h>

#include <cstdio>

namespace {

/// A closed standard descriptor would be given to the next socket, and a log line to its peer. Read-only, so
/// that whoever writes to it learns that nobody listens.
void fillStandardDescriptors()
{
    for (int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})
        if (::fcntl(fd, F_GETFD) < 0) [[maybe_unused]]
            const int filled = ::open("/dev/null", O_RDONLY);
}

} // namespace

int main(int argc, char** argv)
{
    using namespace postern;
    fillStandardDescriptors();
    auto dispatcher = EpollDispatcher::create();
    if (!dispatcher) {
        std::fprintf(stderr, "postern-gateway: %s\n", qPrintable(dispatcher.error().text()));
        return static_cast<int>(ExitStatus::Unusable);
    }
    QCoreApplication::setEventDispatcher(dispatcher->release());
    const QCoreApplication application(argc, argv);
    QFile out;
    QFile err;
    if (!out.open(stdout, QIODevice::WriteOnly) ||
        !err.open(stderr, QIODevice::WriteOnly | QIODevice::Unbuffered))
        return static_cast<int>(ExitStatus::Unusable);
    const ExitStatus status =
        runProgram(QCoreApplication::arguments().mid(1), commands(), CommandStreams{out, err});
    return static_cast<int>(status);
}
