#include "gateway/event/deadline_sweep.h"

#include <QTimerEvent>

#include <algorithm>

namespace postern {

namespace {

std::int64_t tickOf(Clock::Steady when) { return when.time_since_epoch() / DeadlineSweep::kTick; }

} // namespace

void Deadline::cancel()
{
    if (!m_next)
        return;
    m_previous->m_next = m_next;
    m_next->m_previous = m_previous;
    m_previous = m_next = nullptr;
}

void Deadline::linkBefore(Deadline& other)
{
    m_next = &other;
    m_previous = other.m_previous;
    m_previous->m_next = this;
    other.m_previous = this;
}

DeadlineSweep::DeadlineSweep(const Clock& clock, QObject* parent) : QObject(parent), m_clock(clock) {}

DeadlineSweep::~DeadlineSweep()
{
    for (Slot& slot : m_slots) {
        while (!slot.isEmpty())
            slot.first().cancel();
    }
}

void DeadlineSweep::set(Deadline& deadline, Clock::Steady when)
{
    if (!m_timer.isActive()) {
        m_tick = tickOf(m_clock.steady());
        m_timer.start(static_cast<int>(kTick.count()), Qt::PreciseTimer, this);
    }
    deadline.m_when = when;
    // The next tick after the moment, so that it is never reached early.
    if (deadline.isSet() && deadline.m_tick <= tickOf(when) + 1)
        return; // looked at in time, and put further back then
    deadline.cancel();
    place(deadline);
}

void DeadlineSweep::place(Deadline& deadline)
{
    deadline.m_tick = std::clamp(tickOf(deadline.m_when) + 1, m_tick + 1, m_tick + kSlots - 1);
    deadline.linkBefore(m_slots[static_cast<std::size_t>(deadline.m_tick % kSlots)]);
}

void DeadlineSweep::sweep()
{
    const Clock::Steady now = m_clock.steady();
    const std::int64_t last = tickOf(now);
    m_tick = std::max(m_tick, last - kSlots); // asleep for longer than a turn: every slot once
    while (m_tick < last) {
        ++m_tick;
        sweepSlot(m_slots[static_cast<std::size_t>(m_tick % kSlots)], now);
        // Once a turn: stop the ticks when nothing waits any more.
        if (m_tick % kSlots == 0 &&
            std::all_of(m_slots.begin(), m_slots.end(), [](const Slot& slot) { return slot.isEmpty(); }))
            m_timer.stop();
    }
}

void DeadlineSweep::sweepSlot(Slot& slot, Clock::Steady now)
{
    Slot due; // apart, so that what is placed anew during the sweep waits for its own tick
    while (!slot.isEmpty()) {
        Deadline& deadline = slot.first();
        deadline.cancel();
        deadline.linkBefore(due);
    }
    while (!due.isEmpty()) {
        Deadline& deadline = due.first();
        deadline.cancel();
        if (deadline.m_when <= now)
            deadline.reached(); // may destroy it, and any other
        else
            place(deadline);
    }
}

void DeadlineSweep::timerEvent(QTimerEvent* event)
{
    if (event->timerId() == m_timer.timerId())
        sweep();
}

} // namespace postern
