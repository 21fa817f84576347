#pragma once

#include "models/schema/address.h"

#include <string>

namespace postern {

/// One endpoint of an upstream, as the document or DNS names it.
struct EndpointSettings
{
    SocketAddress address;
    int weight = 1;
    std::string text; ///< `address:port`, for logs

    friend bool operator==(const EndpointSettings&, const EndpointSettings&) = default;
};

} // namespace postern
