#include "gateway/telemetry/log_sink.h"

#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <string>

namespace postern {

namespace {

constexpr std::size_t filePiece = 64 * 1024;
constexpr int patience = 100; // milliseconds between two looks at giveUp

/// The next piece: whole lines up to \a limit, so that what another process writes into the same pipe stands
/// between lines and not inside one; a part of a line only where one alone is longer.
std::string_view nextPiece(std::string_view lines, std::size_t limit)
{
    if (lines.size() <= limit)
        return lines;
    const auto lineEnd = lines.rfind('\n', limit - 1);
    return lines.substr(0, lineEnd == std::string_view::npos ? limit : lineEnd + 1);
}

} // namespace

LogSink::LogSink(int fd, const std::atomic<bool>& giveUp) : m_fd(fd), m_giveUp(giveUp)
{
    struct stat status
    {};
    if (fd < 0 || ::fstat(fd, &status) != 0)
        return;
    if (S_ISREG(status.st_mode)) {
        m_target = Target::File;
    } else if (S_ISSOCK(status.st_mode)) {
        m_target = Target::Socket;
    } else {
        m_target = Target::Stream;
        // A terminal that was stopped (Ctrl-S) blocks even after poll() promised room. Its own descriptor may
        // not be made non-blocking: the shell shares it.
        if (::isatty(fd)) {
            const std::string path = "/proc/self/fd/" + std::to_string(fd);
            const int own = ::open(path.c_str(), O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
            m_reopened = own >= 0;
            m_fd = m_reopened ? own : fd;
        }
    }
}

LogSink::~LogSink()
{
    if (m_reopened)
        ::close(m_fd);
}

bool LogSink::waitForRoom() const
{
    while (!m_giveUp.load(std::memory_order_relaxed)) {
        pollfd entry{m_fd, POLLOUT, 0};
        const int ready = ::poll(&entry, 1, patience);
        if (ready > 0)
            return true; // room, or a failure that the write will name
        if (ready < 0 && errno != EINTR)
            return false;
    }
    return false;
}

std::string_view LogSink::writePiece(std::string_view piece)
{
    while (!piece.empty()) {
        if (m_target == Target::Nothing || (m_target != Target::File && !waitForRoom()))
            break;
        const ssize_t written = m_target == Target::Socket
                                    ? ::send(m_fd, piece.data(), piece.size(), MSG_DONTWAIT | MSG_NOSIGNAL)
                                    : ::write(m_fd, piece.data(), piece.size());
        if (written > 0) {
            m_insideLine = piece[static_cast<std::size_t>(written) - 1] != '\n';
            piece.remove_prefix(static_cast<std::size_t>(written));
        } else if (written == 0 || (errno != EINTR && errno != EAGAIN)) {
            break;
        }
    }
    return piece;
}

void LogSink::write(std::string_view lines)
{
    // poll() promises a pipe room for PIPE_BUF bytes: a write of so much does not block.
    const std::size_t limit = m_target == Target::File ? filePiece : PIPE_BUF;
    while (!lines.empty()) {
        const std::string_view piece = nextPiece(lines, limit);
        if (m_torn && writePiece("\n").empty())
            m_torn = false;
        std::string_view rest = m_torn ? piece : writePiece(piece);
        if (rest.empty()) {
            lines.remove_prefix(piece.size());
            continue;
        }
        // What follows of a line whose beginning is lost has no meaning any more.
        const std::size_t begin = piece.size() - rest.size();
        const std::size_t lineEnd = lines.find('\n', piece.size() - 1);
        const std::size_t end = lineEnd == std::string_view::npos ? lines.size() : lineEnd + 1;
        rest = lines.substr(begin, end - begin);
        m_torn = m_insideLine;
        m_lost.fetch_add(static_cast<std::uint64_t>(std::ranges::count(rest, '\n')),
                         std::memory_order_relaxed);
        lines.remove_prefix(end);
    }
}

} // namespace postern
