#include "gateway/event/timer_list.h"

#include <QCoreApplication>
#include <QTimerEvent>

#include <algorithm>

namespace postern {

using namespace std::chrono_literals;

namespace {

using TimePoint = TimerList::TimePoint;

TimePoint roundedTo(TimePoint when, std::chrono::milliseconds grid)
{
    const auto count = (when.time_since_epoch() + grid / 2) / grid;
    return TimePoint(count * grid);
}

/// Coarse timers may be off by 5 %, very coarse ones by half a second: landing them on a grid lets many of
/// them share one wake-up.
TimePoint dueAfter(TimePoint now, std::chrono::milliseconds interval, Qt::TimerType type)
{
    const TimePoint exact = now + interval;
    switch (type) {
    case Qt::PreciseTimer:
        return exact;
    case Qt::CoarseTimer:
        return interval <= 20ms ? exact : roundedTo(exact, interval / 20);
    case Qt::VeryCoarseTimer:
        // Whole seconds, at least one: rounding a shorter one down would make it spin.
        return interval == 0ms
                   ? exact
                   : roundedTo(now + std::max(std::chrono::round<std::chrono::seconds>(interval), 1s), 1s);
    }
    return exact;
}

} // namespace

void TimerList::add(int id, std::chrono::milliseconds interval, Qt::TimerType type, QObject* object,
                    TimePoint now)
{
    insert(std::make_shared<Timer>(Timer{id, type, interval, dueAfter(now, interval, type), object}));
}

bool TimerList::remove(int id)
{
    return std::erase_if(m_timers, [id](const auto& timer) { return timer->id == id; }) > 0;
}

bool TimerList::removeAll(const QObject* object)
{
    return std::erase_if(m_timers, [object](const auto& timer) { return timer->object == object; }) > 0;
}

QList<QAbstractEventDispatcher::TimerInfo> TimerList::timersOf(const QObject* object) const
{
    QList<QAbstractEventDispatcher::TimerInfo> infos;
    for (const auto& timer : m_timers) {
        if (timer->object == object)
            infos.append({timer->id, static_cast<int>(timer->interval.count()), timer->type});
    }
    return infos;
}

int TimerList::remaining(int id, TimePoint now) const
{
    const auto found =
        std::find_if(m_timers.begin(), m_timers.end(), [id](const auto& t) { return t->id == id; });
    if (found == m_timers.end())
        return -1;
    const auto left = std::chrono::ceil<std::chrono::milliseconds>((*found)->due - now);
    return static_cast<int>(std::max(left, 0ms).count());
}

std::optional<TimePoint> TimerList::nextDue() const
{
    for (const auto& timer : m_timers) {
        if (!timer->inEvent)
            return timer->due;
    }
    return std::nullopt;
}

bool TimerList::activate(TimePoint now)
{
    // The due ones are fixed before the first handler runs: a zero timer, due again at once, waits its turn.
    const auto firstLater =
        std::find_if(m_timers.begin(), m_timers.end(), [now](const auto& timer) { return timer->due > now; });
    const Timers due(m_timers.begin(), firstLater);
    bool sent = false;
    for (const auto& timer : due) {
        const auto place = std::find(m_timers.begin(), m_timers.end(), timer);
        if (place == m_timers.end())
            continue; // removed by an earlier handler
        m_timers.erase(place);
        timer->due = dueAfter(timer->due, timer->interval, timer->type);
        if (timer->due < now)
            timer->due = dueAfter(now, timer->interval, timer->type); // late by whole intervals: skip them
        insert(timer);
        if (timer->inEvent)
            continue;
        timer->inEvent = true;
        QTimerEvent event(timer->id);
        QCoreApplication::sendEvent(timer->object, &event);
        timer->inEvent = false;
        sent = true;
    }
    return sent;
}

void TimerList::insert(std::shared_ptr<Timer> timer)
{
    const auto after = std::upper_bound(m_timers.begin(), m_timers.end(), timer->due,
                                        [](TimePoint due, const auto& other) { return due < other->due; });
    m_timers.insert(after, std::move(timer));
}

} // namespace postern
