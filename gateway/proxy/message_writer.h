#pragma once

#include "gateway/net/stream_socket.h"
#include "gateway/proxy/payload.h"

#include <string>

namespace postern {

/// Payloads up to this size are copied behind what goes before them.
inline constexpr std::size_t kSmallPayload = 16 * 1024;

/// How a body goes out.
enum class OutgoingFraming : unsigned char { Plain, Chunked };

/// Sends \a prefix (a head, or nothing) and \a payload in one system call. \a prefix is a scratch buffer: a
/// small payload is copied behind it, because one plain send of few bytes is cheaper than a gathered one; it
/// then holds all that was to be sent.
StreamSocket::Write writeMessage(StreamSocket& socket, std::string& prefix, const Payload& payload,
                                 OutgoingFraming framing);

} // namespace postern
