#include "gateway/tls/session_cache.h"

namespace postern {

namespace {
// A burst of new connections to one endpoint is rarely larger, and each is a kilobyte or two.
constexpr std::size_t kMostSessions = 8;
} // namespace

void TlsSessionCache::add(SslSessionPointer session)
{
    if (m_sessions.size() == kMostSessions)
        m_sessions.erase(m_sessions.begin());
    m_sessions.push_back(std::move(session));
}

SslSessionPointer TlsSessionCache::take()
{
    while (!m_sessions.empty()) {
        SslSessionPointer session = std::move(m_sessions.back());
        m_sessions.pop_back();
        if (SSL_SESSION_is_resumable(session.get()) != 1)
            continue;
        if (SSL_SESSION_get_protocol_version(session.get()) < TLS1_3_VERSION) {
            SSL_SESSION_up_ref(session.get());
            m_sessions.emplace_back(session.get());
        }
        return session;
    }
    return nullptr;
}

} // namespace postern
