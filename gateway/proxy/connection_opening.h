#pragma once

#include "gateway/event/deadline_sweep.h"
#include "gateway/event/fd_handler.h"
#include "gateway/http/refusal.h"
#include "gateway/http/request_head.h"
#include "gateway/proxy/client_session.h"
#include "gateway/proxy/client_socket.h"
#include "gateway/proxy/listener_settings.h"

namespace postern {

struct WorkerContext;

/// A client's connection from its acceptance until it is known what it speaks.
///
/// Purpose: the PROXY header where the listener demands one; the TLS handshake, which says what comes next
/// (ALPN); HTTP/2's preface where a listener without TLS serves both (RFC 9113 §3.3). Then the socket goes to
/// the session of the protocol. A plain listener of one protocol does without.
/// Bytes are looked at in the kernel's queue and taken only as far as they belong here. What goes wrong is
/// counted as a refusal and closed without an answer: there is no request yet. Owner, thread, lifecycle: see
/// ClientSession; `limits.headerTimeout` bounds it.
class ConnectionOpening final : public ClientSession, private FdHandler, private Deadline
{
public:
    /// \a port has settings, which hold for this connection whatever reloads come.
    ConnectionOpening(WorkerContext& context, SessionOwner& owner, ListenerPort& port, ClientSocket client);
    ~ConnectionOpening() override;

    [[nodiscard]] Result<void> start() override;
    void announceDrain() override {} // the session that follows sees to it
    void closeIfIdle() override;
    void closeNow(RequestEnd end) override;
    [[nodiscard]] ListenerPort& port() const override { return m_port; }

private:
    enum class Phase : unsigned char { ProxyHeader, Handshake, Preface, Over };

    void ready(FdEvents events) override;
    void reached() override;
    void advance();
    [[nodiscard]] bool readHeader();
    [[nodiscard]] bool secure();
    [[nodiscard]] HttpVersion agreedVersion() const;
    void shakeHands();
    void handshakeFailed();
    void readPreface();
    void handOver(HttpVersion version);
    void heard();
    void refuse(Refusal refusal);
    void close();

    WorkerContext& m_context;
    SessionOwner& m_owner;
    ListenerPort& m_port;
    ClientSocket m_client;
    std::shared_ptr<const ListenerSettings> m_settings;
    Phase m_phase;
    Clock::Steady m_by{};   ///< it must be over, whatever a drain leaves to who has said nothing
    bool m_heard = false;   ///< a byte has come
    bool m_leaving = false; ///< the worker drains
};

} // namespace postern
