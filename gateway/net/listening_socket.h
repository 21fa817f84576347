#pragma once

#include "gateway/event/file_descriptor.h"
#include "models/base/result.h"
#include "models/schema/address.h"

namespace postern {

/// A socket that listens on \a address (port 0: the kernel chooses, see localAddress()). SO_REUSEPORT, so
/// that each worker has one of its own and the kernel spreads clients over them. TCP_NODELAY and
/// watchPeerOf() are set here because accepted sockets inherit them: no system call for each. No
/// TCP_DEFER_ACCEPT: it would hide clients that connect and say nothing from the header timeout, and from
/// `postern_connections`.
///
/// Of a path there is one socket only, which all workers accept on. Its file has mode 0660; one that a dead
/// process left is replaced, one that somebody accepts on is an error. Removing it is UnixSocketFile's.
[[nodiscard]] Result<FileDescriptor> listenOn(const SocketAddress& address);

} // namespace postern
