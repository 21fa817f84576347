#pragma once

#include "gateway/event/file_descriptor.h"

#include <cstdint>

namespace postern::bench {

enum class Connecting { Wait, UnderWay };

/// A non-blocking TCP connection to 127.0.0.1, with Nagle's algorithm off; not open where it failed. \a
/// source: the last byte of our own address in 127.0.0.0/24 (0: the kernel's choice), so that more
/// connections can be opened and closed in a minute than one address has ports.
[[nodiscard]] FileDescriptor connectToLoopback(std::uint16_t port, Connecting how, std::uint8_t source = 0);

} // namespace postern::bench
