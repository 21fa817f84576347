#pragma once

#include "gateway/net/plain_socket.h"

#include <openssl/bio.h>

#include <span>
#include <string>

namespace postern {

/// What OpenSSL takes for its network: a BIO over a PlainSocket. Purpose: OpenSSL asks for a record's header
/// and its body apart, and hands out records one by one; here the socket is asked once for many records, not
/// again after a short read, and what one call writes goes out in one send. Between calls it holds only what
/// was read beyond a call's need, which is next to never. Owned by a TlsChannel, on its thread.
class RecordStream
{
public:
    RecordStream() = default;
    RecordStream(const RecordStream&) = delete;
    RecordStream& operator=(const RecordStream&) = delete;

    /// Whether the socket is asked even where it has said that nothing is there.
    enum class Asks : unsigned char { WhenReady, Once };

    /// A BIO that reads and writes here; the caller's, and no longer good than this.
    [[nodiscard]] BIO* makeBio();

    /// Opens for one call of OpenSSL's. Records are received into \a area, at most once after produced().
    void begin(PlainSocket& socket, std::span<char> area, Asks asks);
    /// The call has given bytes to its user, who may find \a area used up: no more is received now.
    void produced() { m_mayReceive = false; }
    /// Closes: keeps what was not used, sends what was written.
    PlainSocket::Write end();
    /// Like end(), but what was written waits for the next call that sends.
    void endHolding();

    void feed(std::string_view bytes) { m_kept.append(bytes); }
    /// Received bytes wait that OpenSSL has not asked for yet: within a call, and between calls.
    [[nodiscard]] bool hasInput() const { return !m_input.empty(); }
    [[nodiscard]] bool hasKept() const { return !m_kept.empty(); }
    /// A read found nothing: more is to come.
    [[nodiscard]] bool isStarved() const { return m_starved; }
    /// The socket has ended, or failed.
    [[nodiscard]] bool isEnded() const { return m_ended; }
    /// Refuses to read on, as if the socket had failed.
    void stop() { m_stopped = true; }
    [[nodiscard]] bool isStopped() const { return m_stopped; }

    // The BIO's two directions.
    int read(char* room, std::size_t size);
    int write(const char* bytes, std::size_t size);

private:
    bool refill();
    void keepInput();
    void sendWritten();

    PlainSocket* m_socket = nullptr;
    std::span<char> m_area;
    std::string_view m_input; ///< part of m_area or m_kept
    std::string m_kept;
    std::string m_held;        ///< records that wait for the next send
    std::size_t m_written = 0; ///< bytes in the thread's send area
    PlainSocket::Write m_result{};
    bool m_askOnce = false;
    bool m_mayReceive = false;
    bool m_starved = false;
    bool m_ended = false;
    bool m_stopped = false;
};

} // namespace postern
