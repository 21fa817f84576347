#pragma once

#include <cstddef>

namespace postern {

/// How many processors this process may use: its affinity, and its control group's quota (cgroup v2), rounded
/// up. At least 1. What `serve` takes for `--workers`: a pod with a limit of one processor on a large node
/// wants one worker, not sixty-four.
[[nodiscard]] std::size_t usableProcessors();

} // namespace postern
