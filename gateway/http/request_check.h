#pragma once

#include "gateway/http/request_head.h"

namespace postern {

/// What a whole HTTP/1.x request head must satisfy beyond the shape of its lines: Host, body framing,
/// persistence, Expect, single-valued fields. Fills host, framing, contentLength, keepAlive, expectsContinue,
/// wantsUpgrade. The target is parsed before.
[[nodiscard]] Refusal checkRequest(RequestHead& request);

} // namespace postern
