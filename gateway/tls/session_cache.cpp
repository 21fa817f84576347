#include "gateway/tls/session_cache.h"

namespace postern {

namespace {

/// A server without a certificate is none that was verified.
bool hasExpired(const SSL_SESSION& session)
{
    const X509* peer = SSL_SESSION_get0_peer(const_cast<SSL_SESSION*>(&session));
    return peer && X509_cmp_current_time(X509_get0_notAfter(peer)) < 0;
}

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
        // Resuming verifies nothing: what would not be believed in a handshake must not be here either.
        if (SSL_SESSION_is_resumable(session.get()) != 1 || hasExpired(*session))
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
