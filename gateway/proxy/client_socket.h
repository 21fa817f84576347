#pragma once

#include "gateway/event/fd_handler.h"
#include "gateway/http/forwarding.h"
#include "gateway/http/proxy_header.h"
#include "gateway/net/stream_socket.h"
#include "models/base/result.h"

#include <optional>
#include <string>

namespace postern {

class EpollDispatcher;

/// A client's socket, and what is known of it before its first request. Purpose: it is handed from one
/// ClientSession to the next as the protocol becomes clear, without closing or registering anew. A value;
/// the session that has it is the handler of its registration.
struct ClientSocket
{
    StreamSocket socket;
    FdToken token;                      ///< of its registration; none before the first session has started
    std::optional<HostAddress> address; ///< the peer's: of the socket, or as a PROXY header said
    bool isBehindProxy = false;         ///< a PROXY header has said that it is the proxy's client
    std::string addressText;            ///< its address, for logs; `unix` or `unknown` where there is none

    /// A connection that was accepted just now.
    [[nodiscard]] static ClientSocket of(FileDescriptor fd);
    /// Views into this; good while it stays where it is.
    [[nodiscard]] Peer peer() const
    {
        const SecureChannel* const channel = socket.channel();
        return {address, addressText, channel != nullptr,
                channel ? channel->clientCertificate().get() : nullptr, isBehindProxy && !address};
    }

    /// A PROXY header has said whose connection it is.
    void identify(const ProxyHeader& header);

    /// From now on \a handler hears of the socket.
    [[nodiscard]] Result<void> attach(EpollDispatcher& dispatcher, FdHandler& handler);
};

} // namespace postern
