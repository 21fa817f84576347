#pragma once

#include "gateway/event/descriptor_table.h"
#include "gateway/event/fd_handler.h"
#include "gateway/event/file_descriptor.h"
#include "gateway/event/notifier_table.h"
#include "gateway/event/timer_list.h"
#include "models/base/result.h"

#include <QAbstractEventDispatcher>

#include <atomic>
#include <memory>

namespace postern {

/// A thread's event loop: everything Qt wants of one (notifiers, timers, posted events), and beside it the
/// data path's descriptors, which are called without a QObject in between.
///
/// Purpose: QTcpServer, QNetworkAccessManager and tens of thousands of raw descriptors in one loop (measured
/// in PERFORMANCE). Owner: the thread it is installed on (QThread::setEventDispatcher, or
/// QCoreApplication::setEventDispatcher). Thread: that one; only wakeUp() and interrupt() may come from
/// others. Lifecycle: descriptors are removed before the dispatcher goes.
///
/// Fairness: each turn serves posted events, at most one batch of descriptors, the due notifiers and the due
/// timers, in this order, so none of them can starve another.
class EpollDispatcher final : public QAbstractEventDispatcher
{
    Q_OBJECT
public:
    static Result<std::unique_ptr<EpollDispatcher>> create();
    ~EpollDispatcher() override;

    /// Registers \a fd once for its life, edge-triggered (EPOLLIN | EPOLLOUT | EPOLLRDHUP). What is ready
    /// already is reported on the next turn. \a handler must stay until remove() or forget().
    [[nodiscard]] Result<FdToken> add(int fd, FdHandler& handler);
    /// A handler without a descriptor, that is called after again() alone. Ended by forget().
    [[nodiscard]] FdToken addWithoutDescriptor(FdHandler& handler) { return m_table.insert(-1, handler); }
    /// \a handler takes the registration over, as another protocol begins on the same descriptor. No edge is
    /// repeated: what the handler before has noted must go with it.
    void rebind(FdToken token, FdHandler& handler) { m_table.rebind(token, handler); }
    /// Ends the registration; the descriptor itself lives on.
    void remove(FdToken token);
    /// Ends the registration of a descriptor that the caller closes now: the close tells the kernel.
    void forget(FdToken token);
    /// Calls the handler on the next turn without waiting for an event: for a handler that stops early to let
    /// others have their turn.
    void again(FdToken token);
    /// Keeps \a object until every handler that runs now has returned: for what ends inside its own handler.
    /// Such a handler must not run a nested event loop.
    template<typename T>
    void retire(std::unique_ptr<T> object)
    {
        m_retired.emplace_back(object.release(), [](void* retired) { delete static_cast<T*>(retired); });
    }
    [[nodiscard]] std::size_t descriptors() const { return m_table.size(); }

    bool processEvents(QEventLoop::ProcessEventsFlags flags) override;
    void registerSocketNotifier(QSocketNotifier* notifier) override;
    void unregisterSocketNotifier(QSocketNotifier* notifier) override;
    void registerTimer(int timerId, qint64 interval, Qt::TimerType timerType, QObject* object) override;
    bool unregisterTimer(int timerId) override;
    bool unregisterTimers(QObject* object) override;
    [[nodiscard]] QList<TimerInfo> registeredTimers(QObject* object) const override;
    [[nodiscard]] int remainingTime(int timerId) override;
    void wakeUp() override;
    void interrupt() override;

private:
    EpollDispatcher(FileDescriptor set, FileDescriptor wake, FileDescriptor alarm,
                    FileDescriptor notifierSet);

    [[nodiscard]] Result<void> watchOwn(int fd, std::uint32_t events, std::uint64_t tag);
    [[nodiscard]] bool mayBlock(QEventLoop::ProcessEventsFlags flags) const;
    void setAlarm();
    void muteNotifiers(bool mute);
    bool dispatchDescriptors(bool mayBlock, bool& notifiersDue);
    bool dispatchAgain();
    void acknowledgeWakeUp();

    FileDescriptor m_set;
    FileDescriptor m_wake;
    FileDescriptor m_alarm; ///< a timerfd: a time-out of epoll_wait would be set up anew with each call
    DescriptorTable m_table;
    NotifierTable m_notifiers;
    TimerList m_timers;
    std::vector<FdToken> m_again;
    std::vector<std::unique_ptr<void, void (*)(void*)>> m_retired;
    std::vector<std::unique_ptr<void, void (*)(void*)>> m_going; ///< of m_retired, while they are destroyed
    TimerList::TimePoint m_alarmAt{};                            ///< what m_alarm is set to
    bool m_timersDue = false;
    std::atomic<bool> m_woken = false;
    std::atomic<bool> m_interrupted = false;
};

} // namespace postern
