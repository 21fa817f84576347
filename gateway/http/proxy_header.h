#pragma once

#include "gateway/http/host_address.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace postern {

/// Which forms of the PROXY header are understood.
enum class ProxyHeaderForm : std::uint8_t { Text, Binary, Either };

/// What a proxy in front said of the connection it passes on (the PROXY protocol, versions 1 and 2, as
/// HAProxy's doc/proxy-protocol.txt has it).
struct ProxyHeader
{
    enum class Source : std::uint8_t {
        Proxy,   ///< LOCAL: the connection is the proxy's own (health checks); its socket's address holds
        Address, ///< the client's, in `address`
        Unix,    ///< a client of the proxy's on a unix socket: it has no IP address
        Unknown  ///< UNKNOWN, or AF_UNSPEC: a client that the proxy does not name
    };
    Source source = Source::Proxy;
    std::optional<HostAddress> address; ///< with Address
};

struct ProxyHeaderResult
{
    enum class State : std::uint8_t { NeedMore, Done, Refused };
    State state = State::NeedMore;
    std::size_t size = 0; ///< Done: bytes of the header. NeedMore: no decision before that many are there
    ProxyHeader header;
};

/// The longest header that is understood: 16 bytes, and the addresses and TLVs of version 2. (Version 1 has
/// 107 at most; what proxies send in version 2 is some hundred.)
inline constexpr std::size_t kLargestProxyHeader = 16 + 4096;

/// Reads a header from the beginning of \a bytes, all that has come so far; to be called again with more
/// after NeedMore. Strict: one space, canonical numbers, lengths that fit exactly, a CRC-32C verified where
/// one is sent, stream transports alone. Other TLVs are skipped. Refuses at the first byte that can not
/// belong to a header.
[[nodiscard]] ProxyHeaderResult readProxyHeader(std::string_view bytes, ProxyHeaderForm form);

} // namespace postern
