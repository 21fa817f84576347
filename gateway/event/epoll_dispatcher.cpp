#include "gateway/event/epoll_dispatcher.h"

#include <QCoreApplication>
#include <QThread>

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <span>
#include <utility>

namespace postern {

namespace {

// Tags of our own three descriptors in the set; a token's generation never has the topmost bit.
constexpr std::uint64_t kWakeTag = std::uint64_t{1} << 63;
constexpr std::uint64_t kNotifiersTag = kWakeTag | 1;
constexpr std::uint64_t kAlarmTag = kWakeTag | 2;
// Large enough to spread one epoll_wait over a busy moment, small enough for Qt's events to have their turn.
constexpr std::size_t kBatch = 256;

std::uint64_t packed(FdToken token) { return (std::uint64_t{token.generation} << 32) | token.slot; }

FdToken unpacked(std::uint64_t tag)
{
    return {static_cast<std::uint32_t>(tag), static_cast<std::uint32_t>(tag >> 32)};
}

TimerList::TimePoint now() { return std::chrono::steady_clock::now(); }

} // namespace

Result<std::unique_ptr<EpollDispatcher>> EpollDispatcher::create()
{
    FileDescriptor set(::epoll_create1(EPOLL_CLOEXEC));
    FileDescriptor notifierSet(::epoll_create1(EPOLL_CLOEXEC));
    if (!set.isOpen() || !notifierSet.isOpen())
        return failure(Error::fromErrno(QStringLiteral("epoll_create1"), errno));
    FileDescriptor wake(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
    if (!wake.isOpen())
        return failure(Error::fromErrno(QStringLiteral("eventfd"), errno));
    FileDescriptor alarm(::timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK));
    if (!alarm.isOpen())
        return failure(Error::fromErrno(QStringLiteral("timerfd_create"), errno));
    std::unique_ptr<EpollDispatcher> dispatcher(
        new EpollDispatcher(std::move(set), std::move(wake), std::move(alarm), std::move(notifierSet)));
    if (auto watched = dispatcher->watchOwn(dispatcher->m_wake.fd(), EPOLLIN, kWakeTag); !watched)
        return failure(watched.error());
    // Edge-triggered: each expiry is told once, and nobody needs to read it.
    if (auto watched = dispatcher->watchOwn(dispatcher->m_alarm.fd(), EPOLLIN | EPOLLET, kAlarmTag); !watched)
        return failure(watched.error());
    if (auto watched = dispatcher->watchOwn(dispatcher->m_notifiers.fd(), EPOLLIN, kNotifiersTag); !watched)
        return failure(watched.error());
    return dispatcher;
}

EpollDispatcher::EpollDispatcher(FileDescriptor set, FileDescriptor wake, FileDescriptor alarm,
                                 FileDescriptor notifierSet)
    : m_set(std::move(set))
    , m_wake(std::move(wake))
    , m_alarm(std::move(alarm))
    , m_notifiers(std::move(notifierSet))
{}

EpollDispatcher::~EpollDispatcher() = default;

Result<void> EpollDispatcher::watchOwn(int fd, std::uint32_t events, std::uint64_t tag)
{
    epoll_event event{};
    event.events = events;
    event.data.u64 = tag;
    if (::epoll_ctl(m_set.fd(), EPOLL_CTL_ADD, fd, &event) != 0)
        return failure(Error::fromErrno(QStringLiteral("epoll_ctl"), errno));
    return {};
}

Result<FdToken> EpollDispatcher::add(int fd, FdHandler& handler)
{
    const FdToken token = m_table.insert(fd, handler);
    epoll_event event{};
    event.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET;
    event.data.u64 = packed(token);
    if (::epoll_ctl(m_set.fd(), EPOLL_CTL_ADD, fd, &event) != 0) {
        const int error = errno;
        m_table.erase(token);
        return failure(Error::fromErrno(QStringLiteral("epoll_ctl"), error));
    }
    return token;
}

void EpollDispatcher::remove(FdToken token)
{
    const int fd = m_table.fd(token);
    if (m_table.erase(token))
        ::epoll_ctl(m_set.fd(), EPOLL_CTL_DEL, fd, nullptr);
}

void EpollDispatcher::forget(FdToken token) { m_table.erase(token); }

void EpollDispatcher::again(FdToken token) { m_again.push_back(token); }

bool EpollDispatcher::processEvents(QEventLoop::ProcessEventsFlags flags)
{
    m_interrupted.store(false, std::memory_order_relaxed);
    while (!m_retired.empty()) { // what goes may retire more
        m_going.swap(m_retired);
        m_going.clear();
    }
    Q_EMIT awake();
    QCoreApplication::sendPostedEvents();

    const bool withNotifiers = !flags.testFlag(QEventLoop::ExcludeSocketNotifiers);
    const bool withTimers = !flags.testFlag(QEventLoop::X11ExcludeTimers);
    if (withTimers)
        setAlarm();
    const bool blocks = mayBlock(flags);
    if (blocks)
        Q_EMIT aboutToBlock();
    if (m_interrupted.load(std::memory_order_relaxed))
        return false;

    if (!withNotifiers)
        muteNotifiers(true);
    bool notifiersDue = false;
    bool worked = dispatchDescriptors(blocks, notifiersDue);
    if (!withNotifiers)
        muteNotifiers(false);
    if (withNotifiers && (notifiersDue || m_notifiers.alwaysReady()))
        worked |= m_notifiers.activate();
    if (withTimers && std::exchange(m_timersDue, false))
        worked |= m_timers.activate(now());
    return worked;
}

bool EpollDispatcher::mayBlock(QEventLoop::ProcessEventsFlags flags) const
{
    const bool withNotifiers = !flags.testFlag(QEventLoop::ExcludeSocketNotifiers);
    const bool withTimers = !flags.testFlag(QEventLoop::X11ExcludeTimers);
    return flags.testFlag(QEventLoop::WaitForMoreEvents) && m_again.empty() &&
           !(withNotifiers && m_notifiers.alwaysReady()) && !(withTimers && m_timersDue);
}

/// Sees to it that the next timer is noticed; a system call only when that is another one than before.
void EpollDispatcher::setAlarm()
{
    const auto next = m_timers.nextDue();
    if (!next || m_timersDue || *next == m_alarmAt)
        return; // an alarm for nothing finds nothing due
    if (*next <= now()) {
        m_timersDue = true;
        return;
    }
    const auto since = next->time_since_epoch();
    const auto seconds = std::chrono::floor<std::chrono::seconds>(since);
    itimerspec when{};
    when.it_value = {.tv_sec = seconds.count(), .tv_nsec = (since - seconds).count()};
    ::timerfd_settime(m_alarm.fd(), TFD_TIMER_ABSTIME, &when, nullptr);
    m_alarmAt = *next;
}

void EpollDispatcher::muteNotifiers(bool mute)
{
    epoll_event event{};
    if (!mute)
        event.events = EPOLLIN;
    event.data.u64 = kNotifiersTag;
    ::epoll_ctl(m_set.fd(), EPOLL_CTL_MOD, m_notifiers.fd(), &event);
}

bool EpollDispatcher::dispatchDescriptors(bool mayBlock, bool& notifiersDue)
{
    // On the stack: a handler may run a nested loop, which fetches a batch of its own.
    std::array<epoll_event, kBatch> events;
    const int count =
        ::epoll_wait(m_set.fd(), events.data(), static_cast<int>(events.size()), mayBlock ? -1 : 0);
    const std::span fetched(events.data(), static_cast<std::size_t>(std::max(count, 0)));
    // First: the alarm is told once, and a handler's nested loop may wait for the very timer.
    if (std::ranges::any_of(fetched, [](const epoll_event& event) { return event.data.u64 == kAlarmTag; })) {
        m_timersDue = true;
        m_alarmAt = {};
    }
    bool worked = dispatchAgain();
    for (const epoll_event& event : fetched) {
        const std::uint64_t tag = event.data.u64;
        if (tag == kWakeTag) {
            acknowledgeWakeUp();
            worked = true; // someone wants the caller's attention: its wait is over
        } else if (tag == kNotifiersTag) {
            notifiersDue = true;
        } else if (FdHandler* handler = m_table.handler(unpacked(tag))) {
            handler->ready(event.events);
            worked = true;
        }
    }
    return worked;
}

bool EpollDispatcher::dispatchAgain()
{
    if (m_again.empty())
        return false;
    std::vector<FdToken> tokens;
    tokens.swap(m_again); // who asks once more is called on the next turn
    bool worked = false;
    for (const FdToken token : tokens) {
        if (FdHandler* handler = m_table.handler(token)) {
            handler->ready(0);
            worked = true;
        }
    }
    return worked;
}

void EpollDispatcher::registerSocketNotifier(QSocketNotifier* notifier)
{
    Q_ASSERT(notifier->thread() == thread() && thread() == QThread::currentThread());
    m_notifiers.add(notifier);
}

void EpollDispatcher::unregisterSocketNotifier(QSocketNotifier* notifier)
{
    Q_ASSERT(notifier->thread() == thread() && thread() == QThread::currentThread());
    m_notifiers.remove(notifier);
}

void EpollDispatcher::registerTimer(int timerId, qint64 interval, Qt::TimerType timerType, QObject* object)
{
    Q_ASSERT(object && object->thread() == thread() && thread() == QThread::currentThread());
    m_timers.add(timerId, std::chrono::milliseconds(interval), timerType, object, now());
}

bool EpollDispatcher::unregisterTimer(int timerId) { return m_timers.remove(timerId); }

bool EpollDispatcher::unregisterTimers(QObject* object) { return m_timers.removeAll(object); }

QList<QAbstractEventDispatcher::TimerInfo> EpollDispatcher::registeredTimers(QObject* object) const
{
    return m_timers.timersOf(object);
}

int EpollDispatcher::remainingTime(int timerId) { return m_timers.remaining(timerId, now()); }

void EpollDispatcher::wakeUp()
{
    if (m_woken.exchange(true, std::memory_order_acq_rel))
        return; // one is under way already
    const std::uint64_t one = 1;
    [[maybe_unused]] const auto written = ::write(m_wake.fd(), &one, sizeof one);
}

void EpollDispatcher::acknowledgeWakeUp()
{
    std::uint64_t count = 0;
    [[maybe_unused]] const auto bytes = ::read(m_wake.fd(), &count, sizeof count);
    // After the read: a wakeUp() before it is covered by the turn that follows, one after it writes anew.
    m_woken.store(false, std::memory_order_release);
}

void EpollDispatcher::interrupt()
{
    m_interrupted.store(true, std::memory_order_relaxed);
    wakeUp();
}

} // namespace postern
