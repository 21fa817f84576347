#pragma once

#include "gateway/event/file_descriptor.h"
#include "tests/bench/load/answer_reader.h"

#include <openssl/ssl.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace postern::bench {

/// Opens TLS 1.3 connections, asks one request on each, closes it, and begins again: what a connection costs
/// the server. A fixed number at once, each begun when another has ended. One thread. The server's
/// certificate is not verified: that would be work of the client's.
class Handshakes
{
public:
    enum class Kind { Full, Resumed };
    struct Options
    {
        std::uint16_t port = 0; ///< on 127.0.0.1
        Kind kind = Kind::Full;
        std::chrono::nanoseconds duration = std::chrono::seconds(5);
        int connections = 16;
        std::string request;
    };

    explicit Handshakes(Options options);
    void run();
    /// Connections made, how many of them resumed a session, what was agreed on, connections that failed.
    [[nodiscard]] std::string json() const;

private:
    struct FreeTls
    {
        void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
        void operator()(SSL* tls) const { SSL_free(tls); }
        void operator()(SSL_SESSION* session) const { SSL_SESSION_free(session); }
    };
    struct Slot
    {
        FileDescriptor fd;
        std::unique_ptr<SSL, FreeTls> tls;
        std::unique_ptr<SSL_SESSION, FreeTls> session; ///< of the connection before, for Kind::Resumed
        AnswerReader answer;
        bool asked = false;
    };

    static int keepSession(SSL* tls, SSL_SESSION* session);
    void begin(std::size_t index);
    void advance(std::size_t index);
    [[nodiscard]] AnswerReader::State read(Slot& slot);
    /// What an unsuccessful OpenSSL call means: wait for the peer, or give up.
    [[nodiscard]] static bool mustWait(const Slot& slot, int result);
    void end(std::size_t index, bool good);

    Options m_options;
    std::unique_ptr<SSL_CTX, FreeTls> m_context;
    FileDescriptor m_epoll;
    std::vector<Slot> m_slots;
    std::uint64_t m_opened = 0;
    std::uint64_t m_done = 0;
    std::uint64_t m_resumed = 0;
    std::uint64_t m_failed = 0;
    std::chrono::duration<double> m_took{0};
    std::string m_agreed; ///< version, cipher, group of the latest connection
};

} // namespace postern::bench
