#pragma once

#include <QAbstractEventDispatcher>

#include <chrono>
#include <memory>
#include <optional>
#include <vector>

namespace postern {

/// Qt's timers of one thread, by due time. Purpose: QTimer's contract (coarseness, zero timers, removal
/// inside a handler, no timer activated inside its own event). Control plane only: a worker holds a handful,
/// so a sorted vector does. Owned by the dispatcher, used on its thread.
class TimerList
{
public:
    using TimePoint = std::chrono::steady_clock::time_point;

    void add(int id, std::chrono::milliseconds interval, Qt::TimerType type, QObject* object, TimePoint now);
    bool remove(int id);
    bool removeAll(const QObject* object);
    [[nodiscard]] QList<QAbstractEventDispatcher::TimerInfo> timersOf(const QObject* object) const;
    /// Milliseconds, rounded up, never negative; -1 for an unknown timer, as QAbstractEventDispatcher has it.
    [[nodiscard]] int remaining(int id, TimePoint now) const;
    /// When the next one is due, perhaps long ago; nothing when no timer waits. Timers inside their own event
    /// do not count.
    [[nodiscard]] std::optional<TimePoint> nextDue() const;
    /// Sends the QTimerEvents that are due, each timer at most once. True when any was sent.
    bool activate(TimePoint now);

private:
    struct Timer
    {
        int id;
        Qt::TimerType type;
        std::chrono::milliseconds interval;
        TimePoint due;
        QObject* object;
        bool inEvent = false;
    };
    using Timers = std::vector<std::shared_ptr<Timer>>;

    void insert(std::shared_ptr<Timer> timer);

    Timers m_timers;
};

} // namespace postern
