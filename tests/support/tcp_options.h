#pragma once

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <vector>

namespace postern::test {

/// SO_KEEPALIVE, TCP_KEEPIDLE, TCP_KEEPINTVL, TCP_KEEPCNT, TCP_USER_TIMEOUT, as the kernel has them.
inline std::vector<int> livenessOf(int fd)
{
    std::vector<int> values;
    const auto get = [&](int level, int option) {
        int value = -1;
        socklen_t size = sizeof value;
        ::getsockopt(fd, level, option, &value, &size);
        values.push_back(value);
    };
    get(SOL_SOCKET, SO_KEEPALIVE);
    for (const int option : {TCP_KEEPIDLE, TCP_KEEPINTVL, TCP_KEEPCNT, TCP_USER_TIMEOUT})
        get(IPPROTO_TCP, option);
    return values;
}

} // namespace postern::test
