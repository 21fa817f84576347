#pragma once

#include "gateway/tls/openssl_pointers.h"
#include "models/base/clock.h"

#include <optional>
#include <vector>

namespace postern {

/// Sessions that a server has offered, to be resumed by the next connections to it. Purpose: a handshake at a
/// third of the price. Owned by an endpoint and its connections, on one worker's thread. TLS 1.3's are used
/// once (RFC 8446 §C.4).
class TlsSessionCache
{
public:
    /// Resuming verifies nothing, so what was found out in the whole handshake has an end.
    struct Entry
    {
        SslSessionPointer session;
        Clock::Wall believedUntil; ///< Trust::endOfVerdict() of the whole handshake it stems from
    };

    /// \a clock outlives this.
    explicit TlsSessionCache(const Clock& clock) : m_clock(clock) {}

    void add(Entry entry);
    /// One that can be resumed, and may still be believed; nothing without.
    [[nodiscard]] std::optional<Entry> take();
    [[nodiscard]] std::size_t size() const { return m_sessions.size(); }

private:
    const Clock& m_clock;
    std::vector<Entry> m_sessions; ///< the newest last
};

} // namespace postern
