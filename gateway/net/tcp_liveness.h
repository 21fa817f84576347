#pragma once

namespace postern {

/// From now on the kernel itself finds out that \a fd's peer has vanished without a word (a machine that lost
/// its power, a NAT that forgot): within two minutes, whether the connection is silent or owes the peer
/// bytes. It is the only thing to end a connection on a route without timeouts. TCP alone; accepted sockets
/// inherit it of the one that listens, so it costs them no system call. False, and errno, where the kernel
/// refuses.
[[nodiscard]] bool watchPeerOf(int fd);

} // namespace postern
