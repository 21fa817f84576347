#pragma once

#include "models/base/result.h"
#include "models/schema/address.h"

#include <sys/socket.h>

namespace postern {

/// An address as the kernel wants it.
struct NativeAddress
{
    sockaddr_storage storage{};
    socklen_t size = 0;

    explicit NativeAddress(const SocketAddress& address);
    [[nodiscard]] const sockaddr* data() const { return reinterpret_cast<const sockaddr*>(&storage); }
    [[nodiscard]] int family() const { return storage.ss_family; }
};

/// Where \a fd is bound: with port 0 asked for, the port it got.
[[nodiscard]] Result<SocketAddress> localAddress(int fd);

} // namespace postern
