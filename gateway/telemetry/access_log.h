#pragma once

#include "gateway/telemetry/access_log_line.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

namespace postern {

class LogRing;

/// One worker's way into the access log: formats a line into a buffer it keeps and puts it into its own
/// bounded ring. Owned by AccessLog, used by one worker's thread. Never waits: a line that finds no room is
/// dropped.
class AccessLogQueue
{
public:
    explicit AccessLogQueue(LogRing& ring);

    void write(const RequestRecord& record, const AccessLogTexts& texts);

private:
    LogRing& m_ring;
    TimeStamp m_time;
    std::string m_line; ///< reused
};

/// The access log: one JSON object a line, written by one thread.
///
/// Purpose: whatever becomes of the descriptor (slow, full, closed), workers go on, and what was lost is
/// counted. Owner: the gateway. Lifecycle: queues are added before their workers start; finish() writes what
/// is left and ends the thread; workers must have ended before.
class AccessLog
{
public:
    struct Options
    {
        int fd = 1;                           ///< not closed by us; negative: every line is dropped
        std::size_t queueBytes = 512 * 1024;  ///< per worker, a power of two
        std::chrono::milliseconds gather{20}; ///< lines wait this long to be written together
    };

    explicit AccessLog(const Options& options);
    ~AccessLog(); ///< finish() with one second
    AccessLog(const AccessLog&) = delete;
    AccessLog& operator=(const AccessLog&) = delete;

    [[nodiscard]] AccessLogQueue& addQueue();

    /// Lines that were lost since the start. Any thread.
    [[nodiscard]] std::uint64_t dropped() const;

    /// Writes what is queued, for at most \a bound; what is left then is counted as dropped.
    void finish(std::chrono::milliseconds bound);

private:
    class Private;
    std::unique_ptr<Private> d;
};

} // namespace postern
