#pragma once

#include "models/base/clock.h"

#include <QBasicTimer>
#include <QObject>

#include <array>
#include <cstdint>

namespace postern {

class DeadlineSweep;

/// A moment by which something must have happened; set anew thousands of times a second at the price of a
/// store. Purpose: every connection has some deadline, none has a timer object. Owned by what it guards, used
/// on the sweep's thread; it cancels itself when destroyed.
class Deadline
{
public:
    Deadline() = default;
    Deadline(const Deadline&) = delete;
    Deadline& operator=(const Deadline&) = delete;
    virtual ~Deadline() { cancel(); }

    void cancel();
    [[nodiscard]] bool isSet() const { return m_next != nullptr; }
    [[nodiscard]] Clock::Steady when() const { return m_when; }

protected:
    /// On the sweep's thread, once for each set(), never before the moment and at most two ticks after it.
    virtual void reached() = 0;

private:
    friend class DeadlineSweep;
    void linkBefore(Deadline& other);

    Deadline* m_previous = nullptr;
    Deadline* m_next = nullptr;
    Clock::Steady m_when{};
    std::int64_t m_tick = 0; ///< when the sweep looks at it; never after m_when, perhaps long before
};

/// Looks at deadlines once a tick, and only at those whose slot has come: a timing wheel in which a deadline
/// that moved later stays where it is until its old slot comes, so that moving it costs nothing. Owned by a
/// worker, used on its thread, which must run an event loop; it outlives its deadlines.
class DeadlineSweep final : public QObject
{
    Q_OBJECT
public:
    static constexpr std::chrono::milliseconds kTick{25};

    explicit DeadlineSweep(const Clock& clock, QObject* parent = nullptr);
    ~DeadlineSweep() override;

    void set(Deadline& deadline, Clock::Steady when);
    /// Looks now, without waiting for the tick.
    void sweep();

protected:
    void timerEvent(QTimerEvent* event) override;

private:
    /// The head of one slot's ring.
    struct Slot final : Deadline
    {
        Slot() { m_previous = m_next = this; }
        ~Slot() override { m_previous = m_next = nullptr; }
        [[nodiscard]] bool isEmpty() const { return m_next == this; }
        [[nodiscard]] Deadline& first() const { return *m_next; }
        void reached() override {}
    };
    static constexpr std::int64_t kSlots = 512;

    void place(Deadline& deadline);
    void sweepSlot(Slot& slot, Clock::Steady now);

    const Clock& m_clock;
    QBasicTimer m_timer;
    std::array<Slot, kSlots> m_slots;
    std::int64_t m_tick = 0; ///< the last one swept
};

} // namespace postern
