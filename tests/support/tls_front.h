#pragma once

#include "tests/support/tls_peer.h"

#include <QtGlobal>

#include <atomic>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace postern::test {

/// A TLS server on 127.0.0.1 and a free port that passes on what it decrypts to a plain one, such as a
/// RecordingUpstream, and its answers back.
class TlsFront
{
public:
    struct Seen
    {
        bool done = false; ///< the handshake
        bool resumed = false;
        std::string serverName = {};
        std::string protocol = {};
        std::string clientName; ///< CN of the client's certificate
        std::string error;
    };

    TlsFront(const TlsPeerSettings& settings, quint16 plainPort);
    ~TlsFront();
    TlsFront(const TlsFront&) = delete;
    TlsFront& operator=(const TlsFront&) = delete;

    [[nodiscard]] quint16 port() const { return m_port; }
    /// Each connection's handshake, when it is over.
    [[nodiscard]] std::vector<Seen> seen() const;

private:
    void acceptAll();
    void serve(int fd);
    void relay(TlsPeer& peer, int plain);

    std::shared_ptr<SSL_CTX> m_context;
    TlsPeerSettings m_settings;
    quint16 m_plainPort;
    quint16 m_port = 0;
    int m_listening = -1;
    int m_stop[2] = {-1, -1}; ///< a pipe, closed to stop
    mutable std::mutex m_mutex;
    std::vector<Seen> m_seen;
    std::vector<std::thread> m_threads;
    std::thread m_acceptor;
};

} // namespace postern::test
