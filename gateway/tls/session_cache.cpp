#include "gateway/tls/session_cache.h"

namespace postern {

namespace {
// A burst of new connections to one endpoint is rarely larger, and each is a kilobyte or two.
constexpr std::size_t kMostSessions = 8;
} // namespace

void TlsSessionCache::add(Entry entry)
{
    if (m_sessions.size() == kMostSessions)
        m_sessions.erase(m_sessions.begin());
    m_sessions.push_back(std::move(entry));
}

std::optional<TlsSessionCache::Entry> TlsSessionCache::take()
{
    while (!m_sessions.empty()) {
        Entry entry = std::move(m_sessions.back());
        m_sessions.pop_back();
        SSL_SESSION* const session = entry.session.get();
        if (SSL_SESSION_is_resumable(session) != 1 || m_clock.wall() >= entry.believedUntil)
            continue;
        if (SSL_SESSION_get_protocol_version(session) < TLS1_3_VERSION) {
            SSL_SESSION_up_ref(session);
            m_sessions.push_back({SslSessionPointer(session), entry.believedUntil});
        }
        return entry;
    }
    return std::nullopt;
}

} // namespace postern
