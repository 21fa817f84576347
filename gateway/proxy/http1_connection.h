#pragma once

#include "gateway/event/deadline_sweep.h"
#include "gateway/event/fd_handler.h"
#include "gateway/proxy/client_session.h"
#include "gateway/proxy/client_socket.h"
#include "gateway/proxy/client_stream.h"
#include "gateway/proxy/exchange.h"
#include "gateway/proxy/input_buffer.h"
#include "gateway/proxy/reading_watch.h"

namespace postern {

/// One client's connection in HTTP/1.x: one request after the other, each answered before the next is read.
///
/// Purpose: frames requests and responses, bounds how long a client may take, and closes so that the client
/// reads its last answer. Owner, thread, lifecycle: see ClientSession. Idle it is its descriptor and this
/// object.
class Http1Connection final : public ClientSession, public ClientStream, private FdHandler, private Deadline
{
public:
    Http1Connection(WorkerContext& context, SessionOwner& owner, ListenerPort& port, ClientSocket client);
    ~Http1Connection() override;

    [[nodiscard]] Result<void> start() override;
    void announceDrain() override {} // each answer looks at WorkerContext::closing
    void closeIfIdle() override;
    void closeNow(RequestEnd end) override;
    [[nodiscard]] ListenerPort& port() const override { return m_port; }

private:
    enum class Phase : unsigned char {
        Head,     ///< idle, or a request's head is coming
        Exchange, ///< a request is under way
        Linger,   ///< all is said; what the client still sends is dropped, so that it can read the answer
        Closed
    };
    static constexpr Clock::Steady kNever = Clock::Steady::max();

    void sendContinue() override;
    void sendInterim(const ResponseHead& head) override;
    void sendResponse(ResponseHead& head, const Payload& payload) override;
    void sendBody(const Payload& payload) override;
    [[nodiscard]] bool isCongested() const override { return m_socket.hasPending(); }
    [[nodiscard]] bool reserve(std::size_t) override { return true; } // one response at a time
    void dropBody() override;
    void cut() override { m_cut = true; }
    void settle() override { process(); }
    void ready(FdEvents events) override;
    void reached() override;

    void process();
    bool step();
    bool readHead();
    bool takeHead(std::size_t size);
    [[nodiscard]] Refusal judgeUnfinishedHead() const;
    void refuseHead(Refusal refusal);
    bool advanceExchange();
    void pumpBody();
    void takeBody();
    [[nodiscard]] bool mayStayAlive() const;
    bool endExchange();
    [[nodiscard]] Clock::Steady::duration idleTime() const;
    void linger();
    void close();
    void releaseExchange(RequestEnd end);
    [[nodiscard]] StreamSocket::Read receive();
    void written(StreamSocket::Write result);
    void waitForBody();
    void bodyCame(std::size_t bytes);
    void arm();
    [[nodiscard]] ClientConnection client() const;
    [[nodiscard]] const Limits& limits() const;

    WorkerContext& m_context;
    SessionOwner& m_owner;
    ListenerPort& m_port;
    ClientSocket m_client;
    StreamSocket& m_socket = m_client.socket;
    InputBuffer m_input;
    std::unique_ptr<Exchange> m_exchange;
    Clock::Steady m_readBy = kNever; ///< the client must have sent something by then
    Clock::Steady m_waitsSince{};    ///< for the body, while m_readBy is set
    ClientPace m_sends;
    ReadingWatch m_reading;
    std::uint32_t m_scanned = 0; ///< no end of head before here; with Phase::Linger: bytes dropped
    Phase m_phase = Phase::Head;
    HttpVersion m_version = HttpVersion::Http11;
    bool m_isFresh = true; ///< nothing was ever asked on it
    bool m_processing = false;
    bool m_requestKeepAlive = false;
    bool m_keepAlive = false; ///< decided with the response's head
    bool m_chunked = false;   ///< the response's body
    bool m_responseDone = false;
    bool m_bodyBroken = false; ///< where the request's body ends can not be known any more
    bool m_dropping = false;   ///< the request's body
    bool m_broken = false;     ///< the client is gone
    bool m_cut = false;
};

// Idle connections are what a gateway has most of: PERFORMANCE.md's P9 counts them in bytes. What matters
// only while a message is under way has a pointer here, and memory of its own meanwhile.
static_assert(sizeof(Http1Connection) <= 280);

} // namespace postern
