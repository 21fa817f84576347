#include "gateway/telemetry/log_ring.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>

namespace postern {

LogWake::LogWake() : m_event(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}

LogWake::~LogWake()
{
    if (m_event >= 0)
        ::close(m_event);
}

void LogWake::need(Need need)
{
    if (m_need.load() >= need)
        return;
    if (m_need.exchange(need) < need)
        signal();
}

void LogWake::signal() { ::eventfd_write(m_event, 1); }

void LogWake::wait(int milliseconds)
{
    // Without an eventfd (out of descriptors at the start) the writer looks now and then instead.
    constexpr int withoutEvent = 20;
    pollfd entry{m_event, POLLIN, 0};
    ::poll(&entry, 1, m_event >= 0 ? milliseconds : withoutEvent);
    eventfd_t ignored = 0;
    ::eventfd_read(m_event, &ignored);
}

LogRing::LogRing(std::size_t capacity, LogWake& wake)
    : m_capacity(capacity), m_bytes(std::make_unique_for_overwrite<char[]>(capacity)), m_wake(wake)
{}

void LogRing::push(std::string_view line)
{
    const std::uint64_t head = m_head.load(std::memory_order_relaxed);
    const std::size_t used = static_cast<std::size_t>(head - m_tail.load(std::memory_order_acquire));
    if (line.size() > m_capacity - used) {
        drop();
        m_wake.need(LogWake::Hurry);
        return;
    }
    const std::size_t at = head & (m_capacity - 1);
    const std::size_t first = std::min(line.size(), m_capacity - at);
    std::memcpy(m_bytes.get() + at, line.data(), first);
    std::memcpy(m_bytes.get(), line.data() + first, line.size() - first);
    // Sequentially consistent, as is LogWake: either the writer sees this line after its rest(), or this
    // thread sees that it rests and wakes it.
    m_head.store(head + line.size());
    m_wake.need(used + line.size() > m_capacity / 2 ? LogWake::Hurry : LogWake::Lines);
}

std::array<std::string_view, 2> LogRing::peek() const
{
    const std::uint64_t tail = m_tail.load(std::memory_order_relaxed);
    const std::size_t size = static_cast<std::size_t>(m_head.load() - tail);
    const std::size_t at = tail & (m_capacity - 1);
    const std::size_t first = std::min(size, m_capacity - at);
    return {std::string_view(m_bytes.get() + at, first), std::string_view(m_bytes.get(), size - first)};
}

void LogRing::consume(std::size_t bytes)
{
    m_tail.store(m_tail.load(std::memory_order_relaxed) + bytes, std::memory_order_release);
}

} // namespace postern
