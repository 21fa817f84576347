#pragma once

#include <QString>

#include <string>
#include <string_view>

namespace postern {

/// What gRPC's health protocol says, `grpc.health.v1.Health/Check`, as bytes of HTTP/2's DATA: a message with
/// its length before it. (https://github.com/grpc/grpc/blob/master/doc/health-checking.md)

inline constexpr std::string_view kGrpcHealthPath = "/grpc.health.v1.Health/Check";

/// Asks for \a service; empty: for the server as a whole.
[[nodiscard]] std::string grpcHealthRequest(std::string_view service);

/// Why an answer of \a body says that the service is not well; empty: it is SERVING. Exactly one message is
/// an answer; fields that are not known are passed over, as protobuf wants it.
[[nodiscard]] QString grpcHealthFault(std::string_view body);

} // namespace postern
