#pragma once

#include "gateway/event/file_descriptor.h"
#include "tests/bench/load/answer_reader.h"
#include "tests/bench/load/latency_summary.h"

#include <chrono>
#include <cstdint>
#include <deque>
#include <string>
#include <vector>

namespace postern::bench {

/// Sends requests by a fixed schedule, whatever becomes of the answers (open loop), and measures each from
/// the moment it was meant to be sent. A request that finds no free connection waits, and its waiting counts:
/// a server that stalls can not slow the questions down and so hide the stall.
///
/// One thread, one epoll, one sleep until the next moment of the schedule; no busy waiting, as the origin
/// shares the processor. How late it was itself is reported beside the latencies: its own resolution.
class Pacer
{
public:
    struct Options
    {
        std::uint16_t port = 0;                                  ///< on 127.0.0.1
        double rate = 1333;                                      ///< requests a second
        std::chrono::nanoseconds warm = std::chrono::seconds(1); ///< not measured
        std::chrono::nanoseconds duration = std::chrono::seconds(10);
        int connections = 64;
        std::vector<std::string> requests; ///< whole texts, sent in turn
    };

    explicit Pacer(Options options);

    /// Runs to the end of the schedule and the last answer, at most five seconds more. False: no connection.
    bool run();
    [[nodiscard]] std::string json() const;

private:
    using Time = std::chrono::steady_clock::time_point;
    struct Connection
    {
        FileDescriptor fd;
        AnswerReader answer;
        std::int64_t request = -1; ///< its number; -1: free
    };
    struct Slow
    {
        std::chrono::nanoseconds at; ///< since the schedule's start
        std::chrono::nanoseconds latency;
    };

    bool open(std::size_t index);
    [[nodiscard]] Time intended(std::int64_t request) const;
    [[nodiscard]] std::int64_t total() const;
    void sendDue();
    void send(std::size_t index);
    void receive(std::size_t index);
    void finish(std::size_t index, bool good);
    void wait();

    Options m_options;
    FileDescriptor m_epoll;
    std::vector<Connection> m_connections;
    std::deque<std::size_t> m_free;
    Time m_start;
    std::int64_t m_next = 0; ///< the next request of the schedule
    std::int64_t m_answered = 0;
    std::int64_t m_failed = 0;
    LatencySummary m_latency;
    LatencySummary m_late;
    std::vector<Slow> m_slowest; ///< a heap, the least slow in front
};

} // namespace postern::bench
