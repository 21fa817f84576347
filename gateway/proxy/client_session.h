#pragma once

#include "gateway/telemetry/request_record.h"
#include "models/base/result.h"

#include <chrono>
#include <cstddef>
#include <memory>

namespace postern {

class ClientSession;
struct ListenerPort;

/// Who holds the clients of a worker.
class SessionOwner
{
public:
    /// \a session has closed its descriptor, and asks to be taken away. It lives until the handlers on the
    /// stack have returned.
    virtual void sessionClosed(ClientSession& session) = 0;
    /// \a next takes the place of \a session, whose socket it has, and is started. Likewise.
    virtual void sessionReplaced(ClientSession& session, std::unique_ptr<ClientSession> next) = 0;

protected:
    ~SessionOwner() = default;
};

/// One client's connection, whatever it speaks: HTTP/1.x, HTTP/2, or not known yet (its handshake is under
/// way).
///
/// Purpose: what a worker does with its clients without knowing their protocol. Owner: the ProxyWorker.
/// Thread: the worker's. Lifecycle: made with a ClientSocket, start(), until it tells its owner that it has
/// closed or was replaced.
class ClientSession
{
public:
    virtual ~ClientSession() = default;

    [[nodiscard]] virtual Result<void> start() = 0;
    /// From now on the client is told to go elsewhere for what comes after (`Connection: close`, GOAWAY);
    /// what it asks meanwhile is answered.
    virtual void announceDrain() = 0;
    /// Draining: closes unless a request is under way, or has come this moment, or may still come as the
    /// client has asked nothing yet.
    virtual void closeIfIdle() = 0;
    /// Closes now; requests under way end as \a end.
    virtual void closeNow(RequestEnd end) = 0;
    [[nodiscard]] virtual ListenerPort& port() const = 0;

    std::size_t place = 0; ///< in the owner's list

protected:
    /// While draining: how long a client may take whose request is on the way, as a rule: one that has just
    /// connected, or just had an answer that told it to ask more.
    static constexpr std::chrono::seconds kFirstRequestTime{1};
};

} // namespace postern
