#pragma once

#include "gateway/event/deadline_sweep.h"
#include "gateway/event/fd_handler.h"
#include "gateway/net/stream_socket.h"
#include "gateway/proxy/client_stream.h"
#include "gateway/proxy/exchange.h"
#include "gateway/proxy/input_buffer.h"

namespace postern {

class DownstreamConnection;
struct ListenerPort;

/// Who holds the connections of a worker.
class DownstreamOwner
{
public:
    /// \a connection has closed its descriptor, and asks to be taken away.
    virtual void connectionClosed(DownstreamConnection& connection) = 0;

protected:
    ~DownstreamOwner() = default;
};

/// One client's connection in HTTP/1.x: one request after the other, each answered before the next is read.
///
/// Purpose: frames requests and responses, bounds how long a client may take, and closes so that the client
/// reads its last answer. Owner: the ProxyWorker. Thread: the worker's. Lifecycle: made with an accepted
/// descriptor, start(), until it tells its owner that it closed. Idle it is its descriptor and this object.
class DownstreamConnection final : public ClientStream, private FdHandler, private Deadline
{
public:
    DownstreamConnection(WorkerContext& context, DownstreamOwner& owner, ListenerPort& port,
                         FileDescriptor fd);
    ~DownstreamConnection() override;

    [[nodiscard]] Result<void> start();
    /// Draining: closes unless a request is under way, or has come this moment.
    void closeIfIdle();
    /// Closes now; a request under way ends as \a end.
    void closeNow(RequestEnd end);
    [[nodiscard]] const ListenerPort& port() const { return m_port; }

    std::size_t place = 0; ///< in the owner's list

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
    void linger();
    void close();
    void releaseExchange(RequestEnd end);
    [[nodiscard]] StreamSocket::Read receive();
    void written(StreamSocket::Write result);
    void arm();
    [[nodiscard]] ClientConnection client() const;
    [[nodiscard]] const Limits& limits() const;

    WorkerContext& m_context;
    DownstreamOwner& m_owner;
    ListenerPort& m_port;
    StreamSocket m_socket;
    InputBuffer m_input;
    std::unique_ptr<Exchange> m_exchange;
    Clock::Steady m_readBy = kNever;  ///< the client must have sent something by then
    Clock::Steady m_writeBy = kNever; ///< the client must have read something by then
    std::optional<HostAddress> m_peer;
    std::string m_peerText;
    FdToken m_token;
    std::uint32_t m_scanned = 0; ///< no end of head before here; with Phase::Linger: bytes dropped
    Phase m_phase = Phase::Head;
    HttpVersion m_version = HttpVersion::Http11;
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

} // namespace postern
