#pragma once

#include "gateway/http/headers.h"

namespace postern {

/// Server-sent events (HTML Living Standard §9.2): answers that a client reads until it leaves.

/// Whether `Content-Type` says so.
[[nodiscard]] bool isEventStream(const Headers& response);
/// Whether `Accept` names them: the answer may become one. (`*/*` says nothing.)
[[nodiscard]] bool acceptsEventStream(const Headers& request);

} // namespace postern
