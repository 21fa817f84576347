#include "gateway/proxy/reading_watch.h"

#include <optional>

namespace postern {

namespace {

/// Several looks in each of the times: a look costs a system call, and who reads slowly must not be taken for
/// somebody who does not read, as the kernel tells of room only when there is much.
Clock::Steady lookAfter(Clock::Steady now, const Limits& limits)
{
    return now + std::min(limits.writeTimeout, limits.minimumRateGrace) / 4;
}

} // namespace

struct ReadingWatch::Record
{
    Clock::Steady nextLook = kNever;
    Clock::Steady looked;              ///< last
    Clock::Steady tookLast;            ///< when the client was last seen to take a byte
    std::optional<std::int64_t> taken; ///< when it was looked last; unknown since something is pending
    ClientPace pace;
};

ReadingWatch::ReadingWatch() = default;
ReadingWatch::~ReadingWatch() = default;

void ReadingWatch::begin(const Clock& clock, const Limits& limits)
{
    if (!m_record) {
        m_record = std::make_unique<Record>();
        m_record->pace.begin(limits);
    }
    Record& record = *m_record;
    if (record.nextLook != kNever)
        return;
    record.looked = record.tookLast = clock.steady();
    record.taken.reset(); // it is not known what went in between
    record.nextLook = lookAfter(record.looked, limits);
}

void ReadingWatch::pause()
{
    if (m_record)
        m_record->nextLook = kNever;
}

void ReadingWatch::end() { m_record.reset(); }

void ReadingWatch::tookSome(const Clock& clock)
{
    if (m_record)
        m_record->tookLast = clock.steady();
}

Clock::Steady ReadingWatch::nextLook() const { return m_record ? m_record->nextLook : kNever; }

bool ReadingWatch::look(Clock::Steady now, std::int64_t taken, const Limits& limits)
{
    Record& record = *m_record;
    if (record.taken) {
        const std::int64_t more = std::max<std::int64_t>(taken - *record.taken, 0);
        if (more > 0)
            record.tookLast = now;
        record.pace.spend(now - record.looked, static_cast<std::uint64_t>(more), limits);
    }
    record.taken = taken;
    record.looked = now;
    record.nextLook = lookAfter(now, limits);
    return now - record.tookLast < limits.writeTimeout &&
           record.pace.left(limits) > Clock::Steady::duration::zero();
}

} // namespace postern
