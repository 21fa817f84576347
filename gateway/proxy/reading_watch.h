#pragma once

#include "gateway/proxy/client_pace.h"
#include "models/base/clock.h"

#include <memory>

namespace postern {

/// Whether a client reads what is written to it, while the kernel could not take all of it. Purpose: who does
/// not take a byte within `limits.writeTimeout`, or takes them slower than `limits.minimumRate`, holds its
/// connection no longer. Owned by a client's connection, on its thread; tells when it wants to look, and its
/// owner keeps that time. It holds memory only from begin() until end(), so that an idle connection has none.
class ReadingWatch
{
public:
    static constexpr Clock::Steady kNever = Clock::Steady::max();

    ReadingWatch();
    ~ReadingWatch();
    ReadingWatch(const ReadingWatch&) = delete;
    ReadingWatch& operator=(const ReadingWatch&) = delete;

    /// Something is pending that the client must take; does nothing where it was before.
    void begin(const Clock& clock, const Limits& limits);
    /// Nothing is pending now. How fast the client was counts on when begin() comes again.
    void pause();
    /// The message is over: what was known of the client's pace is forgotten.
    void end();

    /// The client has made room for some of what was pending.
    void tookSome(const Clock& clock);
    /// When look() is to be called; kNever while nothing is pending.
    [[nodiscard]] Clock::Steady nextLook() const;
    /// \a taken: StreamSocket::taken(). \returns false where the client has not read, or not fast enough.
    [[nodiscard]] bool look(Clock::Steady now, std::int64_t taken, const Limits& limits);

private:
    struct Record;
    std::unique_ptr<Record> m_record;
};

} // namespace postern
