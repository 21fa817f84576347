#include "gateway/net/tcp_liveness.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

namespace postern {

namespace {

// Silent for so long (s), a peer is asked, every so often (s), so many times.
constexpr int kIdle = 60;
constexpr int kInterval = 10;
constexpr int kProbes = 6;
// Bytes that nobody acknowledges, or takes: as long as a silent peer has. Without it the kernel would send
// them again for a quarter of an hour, during which it asks nothing.
constexpr int kUnacknowledged = (kIdle + kProbes * kInterval) * 1000; // ms

bool set(int fd, int level, int option, int value)
{
    return ::setsockopt(fd, level, option, &value, sizeof value) == 0;
}

} // namespace

bool watchPeerOf(int fd)
{
    return set(fd, SOL_SOCKET, SO_KEEPALIVE, 1) && set(fd, IPPROTO_TCP, TCP_KEEPIDLE, kIdle) &&
           set(fd, IPPROTO_TCP, TCP_KEEPINTVL, kInterval) && set(fd, IPPROTO_TCP, TCP_KEEPCNT, kProbes) &&
           set(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, kUnacknowledged);
}

} // namespace postern
