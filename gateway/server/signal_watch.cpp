#include "gateway/server/signal_watch.h"

#include <sys/signalfd.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>

namespace postern {

Result<std::unique_ptr<SignalWatch>> SignalWatch::create(EpollDispatcher& dispatcher,
                                                         std::initializer_list<int> signals,
                                                         std::function<void(int)> received)
{
    sigset_t set;
    sigemptyset(&set);
    for (const int signal : signals)
        sigaddset(&set, signal);
    if (::pthread_sigmask(SIG_BLOCK, &set, nullptr) != 0)
        return failure(Error::fromErrno(QStringLiteral("pthread_sigmask"), errno));
    FileDescriptor descriptor(::signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC));
    if (!descriptor.isOpen())
        return failure(Error::fromErrno(QStringLiteral("signalfd"), errno));
    std::unique_ptr<SignalWatch> watch(
        new SignalWatch(dispatcher, std::move(descriptor), std::move(received)));
    const auto token = dispatcher.add(watch->m_signals.fd(), *watch);
    if (!token)
        return failure(token.error());
    watch->m_token = *token;
    return watch;
}

SignalWatch::SignalWatch(EpollDispatcher& dispatcher, FileDescriptor signals,
                         std::function<void(int)> received)
    : m_dispatcher(dispatcher), m_signals(std::move(signals)), m_received(std::move(received))
{}

SignalWatch::~SignalWatch() { m_dispatcher.remove(m_token); }

void SignalWatch::ready(FdEvents)
{
    signalfd_siginfo info{};
    while (::read(m_signals.fd(), &info, sizeof info) == static_cast<ssize_t>(sizeof info))
        m_received(static_cast<int>(info.ssi_signo));
}

} // namespace postern
