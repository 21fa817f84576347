#pragma once

#include <memory>
#include <span>
#include <string>

namespace postern {

/// What one connection has received and not yet used. Purpose: bytes are looked at where they were received,
/// in the thread's one buffer, and copied only when they must outlive the turn; an idle connection holds
/// nothing. Owned by a connection.
class InputBuffer
{
public:
    [[nodiscard]] std::span<char> bytes() const { return m_bytes; }
    [[nodiscard]] bool empty() const { return m_bytes.empty(); }
    /// They stay readable until the next keep() or add().
    void consume(std::size_t count) { m_bytes = m_bytes.subspan(count); }

    /// \a fresh was received just now, into memory that stays as it is until keep(). What was there before
    /// has been kept.
    void add(std::span<char> fresh);
    /// Makes what is left independent of the receive buffer. Before the next receive, and at the end
    /// of each turn.
    void keep();
    void clear();

private:
    std::span<char> m_bytes;             ///< part of m_kept; without it, of the receive buffer
    std::unique_ptr<std::string> m_kept; // a pointer, as most connections are idle
};

} // namespace postern
