#pragma once

#include "gateway/http/headers.h"
#include "gateway/http/refusal.h"
#include "gateway/http/request_head.h"

#include <cstdint>
#include <string_view>

namespace postern {

/// What a head says about its body (RFC 9112 §6), the same rules for both directions: at most one
/// Content-Length of digits alone, or one Transfer-Encoding of exactly `chunked`, never both, never the
/// latter in HTTP/1.0. A list of equal lengths is refused as well: §6.3 allows it, and no honest sender needs
/// it.
struct DeclaredBody
{
    BodyFraming framing = BodyFraming::None; ///< None: nothing is declared
    std::uint64_t length = 0;
};
[[nodiscard]] Refusal readDeclaredBody(const Headers& headers, HttpVersion version, DeclaredBody& out);

/// What the Connection fields say.
struct ConnectionOptions
{
    bool close = false;
    bool keepAlive = false;
    bool upgrade = false;
};
[[nodiscard]] ConnectionOptions readConnectionOptions(const Headers& headers);

} // namespace postern
