#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace postern {

/// The descriptor the access log goes to, whatever it is: file, pipe, socket, terminal, nothing. Never blocks
/// for longer than a tenth of a second without asking whether to go on. Used by the log's thread alone.
class LogSink
{
public:
    /// \a fd is not closed; negative: everything is lost. \a giveUp, once true, ends all waiting.
    LogSink(int fd, const std::atomic<bool>& giveUp);
    ~LogSink();
    LogSink(const LogSink&) = delete;
    LogSink& operator=(const LogSink&) = delete;

    /// Writes whole lines. Takes as long as the reader does; what fails is lost.
    void write(std::string_view lines);

    /// Lines that were lost here. Any thread.
    [[nodiscard]] std::uint64_t lost() const { return m_lost.load(std::memory_order_relaxed); }

private:
    enum class Target : unsigned char { Nothing, File, Stream, Socket };

    [[nodiscard]] bool waitForRoom() const;
    /// What could not be written of \a piece.
    [[nodiscard]] std::string_view writePiece(std::string_view piece);

    int m_fd;
    bool m_reopened = false;
    Target m_target = Target::Nothing;
    bool m_insideLine = false; ///< the last byte written was no line's end
    bool m_torn = false;       ///< and the rest of that line is lost
    const std::atomic<bool>& m_giveUp;
    std::atomic<std::uint64_t> m_lost = 0;
};

} // namespace postern
