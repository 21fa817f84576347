#pragma once

#include "gateway/http/arena.h"
#include "gateway/http/refusal.h"
#include "gateway/http/request_head.h"
#include "gateway/http/response_head.h"

#include <array>
#include <optional>
#include <string>

namespace postern {

/// Whether \a request asks to become a WebSocket: by `Upgrade: websocket` among others (RFC 6455 §4.1), or by
/// an extended CONNECT (RFC 8441). To be asked before removeHopByHop().
[[nodiscard]] bool wantsWebSocket(const RequestHead& request);

/// RFC 6455 §4.2.1: WebSocketMalformed, WebSocketVersion, or None. After removeHopByHop().
[[nodiscard]] Refusal checkWebSocketRequest(const RequestHead& request);

/// Makes a checked request the handshake that an HTTP/1.1 upstream gets: a GET with Connection and Upgrade of
/// our own; a key where HTTP/2 has none, made of \a entropy; of the extensions offered permessage-deflate
/// alone, as others may give frames a meaning that is not known here. Views into \a arena.
void writeWebSocketRequest(RequestHead& request, const std::array<char, 16>& entropy, Arena& arena);

/// What an upstream agreed to with its 101.
struct WebSocketAgreement
{
    bool compressed = false; ///< permessage-deflate (RFC 7692)
};

/// RFC 6455 §4.1: nothing unless \a answer is a 101 that fits what writeWebSocketRequest() made: Upgrade,
/// Connection, the accept value, and of protocol and extensions only what was offered.
[[nodiscard]] std::optional<WebSocketAgreement> readWebSocketAnswer(const RequestHead& request,
                                                                    const ResponseHead& answer);

/// Sec-WebSocket-Accept for a Sec-WebSocket-Key (RFC 6455 §4.2.2).
[[nodiscard]] std::string webSocketAccept(std::string_view key);

} // namespace postern
