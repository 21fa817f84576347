#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace postern::bench {

/// Finds the end of one HTTP/1.1 answer and keeps nothing of it but its status: enough for a load program
/// whose answers all have a Content-Length. One a connection; ready for the next answer after Done.
class AnswerReader
{
public:
    enum class State { NeedMore, Done, Unusable };

    /// Takes what arrived. Unusable: no status line, no Content-Length, or bytes after the answer's end.
    State take(std::string_view bytes);
    [[nodiscard]] int status() const { return m_status; }
    /// Whether the peer said that it will close the connection.
    [[nodiscard]] bool closes() const { return m_closes; }
    void reset();

private:
    State readHead(std::string_view head);

    std::string m_head;
    bool m_inBody = false;
    bool m_closes = false;
    int m_status = 0;
    std::size_t m_left = 0;
};

} // namespace postern::bench
