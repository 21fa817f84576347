#include "app/demo/platform/stop_signals.h"

#include <csignal>
#include <fcntl.h>
#include <unistd.h>

namespace postern::demo {

namespace {

constexpr int kSignals[] = {SIGINT, SIGTERM, SIGHUP};
// A signal handler reaches nothing but what is static; the pipe's end is all it needs.
int writeEnd = -1;

void wake(int)
{
    const char byte = 1;
    [[maybe_unused]] const ssize_t written = ::write(writeEnd, &byte, 1);
}

} // namespace

StopSignals::StopSignals(QObject* parent) : QObject(parent)
{
    if (::pipe2(m_pipe, O_CLOEXEC | O_NONBLOCK) != 0)
        return;
    writeEnd = m_pipe[1];
    m_notifier = std::make_unique<QSocketNotifier>(m_pipe[0], QSocketNotifier::Read);
    connect(m_notifier.get(), &QSocketNotifier::activated, this, [this] {
        char bytes[16];
        while (::read(m_pipe[0], bytes, sizeof bytes) > 0) {
        }
        Q_EMIT asked();
    });
    for (const int number : kSignals)
        std::signal(number, wake);
}

StopSignals::~StopSignals()
{
    for (const int number : kSignals)
        std::signal(number, SIG_DFL);
    for (const int end : m_pipe) {
        if (end >= 0)
            ::close(end);
    }
}

} // namespace postern::demo
