#include "tests/bench/load/pacer.h"

#include "tests/bench/load/loopback.h"

#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <ctime>

namespace postern::bench {

namespace {

constexpr std::size_t keptSlowest = 20;
constexpr auto patience = std::chrono::seconds(5); // for answers after the schedule's end

} // namespace

Pacer::Pacer(Options options)
    : m_options(std::move(options))
    , m_epoll(::epoll_create1(EPOLL_CLOEXEC))
    , m_connections(static_cast<std::size_t>(m_options.connections))
{
    // The kernel may otherwise let a sleep end 50 µs late, to gather wake-ups.
    ::prctl(PR_SET_TIMERSLACK, 1UL);
    m_latency.reserve(static_cast<std::size_t>(total()));
    m_late.reserve(static_cast<std::size_t>(total()));
}

bool Pacer::open(std::size_t index)
{
    Connection& connection = m_connections[index];
    connection.fd = connectToLoopback(m_options.port, Connecting::Wait);
    if (!connection.fd.isOpen())
        return false;
    epoll_event event{};
    event.events = EPOLLIN | EPOLLET;
    event.data.u64 = index;
    ::epoll_ctl(m_epoll.fd(), EPOLL_CTL_ADD, connection.fd.fd(), &event);
    connection.answer.reset();
    connection.request = -1;
    return true;
}

std::int64_t Pacer::total() const
{
    const std::chrono::duration<double> seconds = m_options.warm + m_options.duration;
    return static_cast<std::int64_t>(seconds.count() * m_options.rate);
}

Pacer::Time Pacer::intended(std::int64_t request) const
{
    return m_start +
           std::chrono::nanoseconds(static_cast<std::int64_t>(double(request) * 1e9 / m_options.rate));
}

bool Pacer::run()
{
    for (std::size_t i = 0; i < m_connections.size(); ++i) {
        if (!open(i))
            return false;
        m_free.push_back(i);
    }
    m_start = std::chrono::steady_clock::now() + std::chrono::milliseconds(10);
    const Time end = intended(total()) + patience;
    while (m_answered + m_failed < total() && std::chrono::steady_clock::now() < end) {
        sendDue();
        wait();
    }
    m_failed = total() - m_answered;
    return true;
}

void Pacer::sendDue()
{
    const Time now = std::chrono::steady_clock::now();
    while (!m_free.empty() && m_next < total() && intended(m_next) <= now) {
        // The longest unused first: all connections are used, none closes for being idle.
        const std::size_t index = m_free.front();
        m_free.pop_front();
        send(index);
    }
}

void Pacer::send(std::size_t index)
{
    Connection& connection = m_connections[index];
    connection.request = m_next++;
    const std::string& text =
        m_options.requests[static_cast<std::size_t>(connection.request) % m_options.requests.size()];
    const Time planned = intended(connection.request);
    if (planned - m_start >= m_options.warm)
        m_late.add(std::chrono::steady_clock::now() - planned);
    if (::send(connection.fd.fd(), text.data(), text.size(), MSG_NOSIGNAL) != ssize_t(text.size()))
        finish(index, false);
}

void Pacer::receive(std::size_t index)
{
    static std::array<char, 128 * 1024> buffer;
    Connection& connection = m_connections[index];
    while (connection.fd.isOpen()) {
        const ssize_t got = ::recv(connection.fd.fd(), buffer.data(), buffer.size(), 0);
        if (got < 0 && errno == EAGAIN)
            return;
        if (got <= 0 || connection.request < 0)
            return finish(index, false);
        const auto state = connection.answer.take({buffer.data(), static_cast<std::size_t>(got)});
        if (state != AnswerReader::State::NeedMore)
            return finish(index, state == AnswerReader::State::Done && connection.answer.status() == 200);
    }
}

void Pacer::finish(std::size_t index, bool good)
{
    Connection& connection = m_connections[index];
    const bool reopen = !good || connection.answer.closes();
    if (connection.request >= 0) {
        m_free.push_back(index); // one that was closed while unused is there already
        (good ? m_answered : m_failed) += 1;
        const Time planned = intended(connection.request);
        if (good && planned - m_start >= m_options.warm) {
            const auto latency = std::chrono::steady_clock::now() - planned;
            m_latency.add(latency);
            const auto slower = [](const Slow& a, const Slow& b) { return a.latency > b.latency; };
            m_slowest.push_back({planned - m_start, latency});
            std::ranges::push_heap(m_slowest, slower);
            if (m_slowest.size() > keptSlowest) {
                std::ranges::pop_heap(m_slowest, slower);
                m_slowest.pop_back();
            }
        }
    }
    connection.request = -1;
    connection.answer.reset();
    if (reopen)
        open(index);
}

void Pacer::wait()
{
    std::chrono::nanoseconds sleep = std::chrono::milliseconds(100);
    if (m_next < total() && !m_free.empty())
        sleep = std::clamp<std::chrono::nanoseconds>(intended(m_next) - std::chrono::steady_clock::now(),
                                                     std::chrono::nanoseconds(0), sleep);
    const timespec timeout{0, static_cast<long>(sleep.count())};
    std::array<epoll_event, 64> events;
    const int ready = ::epoll_pwait2(m_epoll.fd(), events.data(), int(events.size()), &timeout, nullptr);
    for (int i = 0; i < ready; ++i)
        receive(events[static_cast<std::size_t>(i)].data.u64);
}

std::string Pacer::json() const
{
    char text[256];
    const std::chrono::duration<double> started = m_start.time_since_epoch();
    std::snprintf(text, sizeof text, "{\"rate\":%.1f,\"answered\":%lld,\"failed\":%lld,\"started\":%.6f,",
                  m_options.rate, static_cast<long long>(m_answered), static_cast<long long>(m_failed),
                  started.count());
    std::string out = text;
    out += "\"latency_us\":" + m_latency.json() + ",\"late_us\":" + m_late.json() + ",\"slowest\":[";
    for (const Slow& slow : m_slowest) {
        std::snprintf(text, sizeof text, "%s{\"at\":%.4f,\"us\":%.1f}", &slow == m_slowest.data() ? "" : ",",
                      double(slow.at.count()) / 1e9, double(slow.latency.count()) / 1e3);
        out += text;
    }
    return out + "]}";
}

} // namespace postern::bench
