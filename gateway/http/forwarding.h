#pragma once

#include "gateway/http/arena.h"
#include "gateway/http/host_address.h"
#include "gateway/http/managed_headers.h"
#include "gateway/http/request_head.h"

namespace postern {

struct ClientCertificate;

/// Who really asks, and what the upstream is told about it.
struct Forwarding
{
    std::optional<HostAddress> client; ///< nothing where the peer has no IP address (unix:)
    std::string_view clientText;       ///< the client's address; `unix` or `unknown` without one
    std::string_view forwardedFor;     ///< client, then the trusted hops, the peer's address last
    std::string_view proto;            ///< `http` or `https`
    std::string_view host;             ///< what the client asked for; may be empty (HTTP/1.0)
    /// What X-Forwarded-Client-Cert says: the last element of a trusted peer's, else the peer's own
    /// certificate
    /// (`Hash=…;Subject="…";URI=…;DNS=…`, as Envoy writes it); empty without.
    std::string_view clientCertificate;
};

/// The connection a request came over.
struct Peer
{
    std::optional<HostAddress> address; ///< of the socket, or as the PROXY header said
    std::string_view addressText;       ///< the same; good while the connection lives
    bool tls = false;
    const ClientCertificate* certificate = nullptr; ///< its own, verified; null without one
    bool isStranger = false; ///< a proxy's client that has no address: not who `unix:` trusts

    [[nodiscard]] bool isIn(const IpRanges& trusted) const
    {
        return !isStranger && trusted.contains(address);
    }
};

/// Reads X-Forwarded-For, -Proto, -Host and -Client-Cert where \a peer is in \a trusted, and ignores them
/// otherwise. X-Forwarded-For is walked from the right while its elements are trusted: the first that is not
/// is the client; what stands left of it is hearsay and is dropped, as is everything left of a malformed
/// element. To be called before removeHopByHop(), so that `Connection: X-Forwarded-For` can not hide the
/// client. Views into the request, \a arena, or \a peer.
[[nodiscard]] Forwarding readForwarding(const RequestHead& request, const Peer& peer, const IpRanges& trusted,
                                        Arena& arena);

/// Makes a received head fit for the upstream: hop-by-hop fields go, then the managed ones, then
/// X-Forwarded-For, -Proto, -Host (and a trusted X-Forwarded-Client-Cert) are written.
void prepareForUpstream(RequestHead& request, const Forwarding& forwarding, const ManagedHeaders& managed);

} // namespace postern
