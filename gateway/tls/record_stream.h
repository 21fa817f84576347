#pragma once

#include "gateway/net/plain_socket.h"

#include <openssl/bio.h>

#include <memory>
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

    /// The BIO of this thread's streams, which all connections share: between begin() and end() it is this
    /// stream's. A reference, the caller's. Null when there is no memory.
    [[nodiscard]] static BIO* bio();

    /// One call of OpenSSL's, on the stack: what only it needs, no idle connection has.
    struct Call
    {
        PlainSocket& socket;
        std::span<char> area; ///< where records are received, not again after produced()
        Asks asks;
        std::string_view input = {}; ///< part of the area, or of what was kept
        std::size_t written = 0;     ///< bytes in the thread's send area
        PlainSocket::Write result = PlainSocket::Write::Done;
        bool mayReceive = true;
    };

    void begin(Call& call);
    /// The call has given bytes to its user, who may find \a area used up: no more is received now.
    void produced() { m_call->mayReceive = false; }
    /// Closes: keeps what was not used, sends what was written.
    PlainSocket::Write end();
    /// Like end(), but what was written waits for the next call that sends.
    void endHolding();

    void feed(std::string_view bytes) { rest().input.append(bytes); }
    /// Received bytes wait that OpenSSL has not asked for yet: within a call, and between calls.
    [[nodiscard]] bool hasInput() const { return !m_call->input.empty(); }
    [[nodiscard]] bool hasKept() const { return m_rest && !m_rest->input.empty(); }
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
    /// What one call leaves to the next; most leave nothing.
    struct Rest
    {
        std::string input;
        std::string held; ///< records that wait for the next send
    };

    bool refill();
    void keepInput();
    void sendWritten();
    [[nodiscard]] Rest& rest();
    void dropEmptyRest();

    Call* m_call = nullptr; ///< between begin() and end()
    std::unique_ptr<Rest> m_rest;
    bool m_starved = false;
    bool m_ended = false;
    bool m_stopped = false;
};

} // namespace postern
