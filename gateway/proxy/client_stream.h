#pragma once

#include "gateway/http/response_head.h"
#include "gateway/proxy/payload.h"

namespace postern {

/// The client's side of one exchange, whatever the protocol. Purpose: an exchange knows messages, not
/// connections; HTTP/1.1 implements it with a connection, HTTP/2 will with a stream. On the worker's thread.
/// Calls never come back into the exchange: what they cause is told later, or after settle().
class ClientStream
{
public:
    /// `100 Continue`: the body is wanted now.
    virtual void sendContinue() = 0;
    /// An interim response of the upstream (102, 103).
    virtual void sendInterim(const ResponseHead& head) = 0;
    /// The final head and what is there of its body; \a head's framing is adapted to the client's protocol.
    virtual void sendResponse(ResponseHead& head, const Payload& payload) = 0;
    virtual void sendBody(const Payload& payload) = 0;
    /// The client has not taken yet what was sent: send nothing more until Exchange::clientWritable().
    [[nodiscard]] virtual bool isCongested() const = 0;
    /// Whether \a bytes of the response may come beyond what any may have under way to a client that does not
    /// read. They are set aside until the exchange's end.
    [[nodiscard]] virtual bool reserve(std::size_t bytes) = 0;
    /// The answer will be the gateway's own: what is still to come of the request's body is dropped.
    virtual void dropBody() = 0;
    /// Breaks the response off, so that the client can not take it for complete.
    virtual void cut() = 0;
    /// The last thing an exchange calls in an event that did not come from the client: the stream sees
    /// whether more of the request's body is accepted now; it may end the exchange, and begin the next.
    virtual void settle() = 0;

protected:
    ~ClientStream() = default;
};

} // namespace postern
