#pragma once

#include "gateway/http/request_head.h"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace postern {

/// What the gateway knows of gRPC over HTTP/2: enough to honour a caller's deadline and to refuse in its own
/// words. (https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md)

/// `application/grpc`, with a `+codec` or parameters; not gRPC-Web, which browsers speak.
[[nodiscard]] bool isGrpc(const RequestHead& request);

/// The `grpc-timeout` of a request; nothing where there is none or it is malformed.
[[nodiscard]] std::optional<std::chrono::nanoseconds> grpcTimeout(const RequestHead& request);

/// The code that says to a gRPC caller what \a status, of the gateway's own answer, says to others.
[[nodiscard]] std::string_view grpcStatus(int status);

/// Appends \a text as `grpc-message` wants it: percent-encoded but for printable ASCII.
void appendGrpcMessage(std::string& out, std::string_view text);

} // namespace postern
