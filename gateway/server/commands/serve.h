#pragma once

#include "gateway/server/command.h"

namespace postern {

/// `serve`: one gateway until SIGTERM or SIGINT; SIGHUP looks for a changed configuration at once. Needs the
/// main thread's event loop.
[[nodiscard]] Command serveCommand();

} // namespace postern
