#pragma once

#include "gateway/http/websocket_frames.h"
#include "gateway/http/websocket_handshake.h"

namespace postern {

/// A WebSocket that goes through: what is known of both its directions. Owned by its exchange, from the
/// upstream's 101 to the end.
struct WebSocketTunnel
{
    WebSocketTunnel(const WebSocketAgreement& agreement, std::uint64_t largestMessage)
        : fromClient({.sender = WebSocketFrames::Sender::Client,
                      .compressed = agreement.compressed,
                      .largestMessage = largestMessage})
        , fromUpstream({.sender = WebSocketFrames::Sender::Server, .compressed = agreement.compressed})
    {}

    WebSocketFrames fromClient;
    WebSocketFrames fromUpstream;
    bool goingAway = false; ///< to be closed as soon as no frame is cut in two by it

    [[nodiscard]] bool isAtBoundary() const
    {
        return fromClient.isAtBoundary() && fromUpstream.isAtBoundary();
    }
};

} // namespace postern
