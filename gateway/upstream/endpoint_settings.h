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
    int priority = 0; ///< lower ones are used first (RFC 2782); 0 unless it is a spare of SRV

    friend bool operator==(const EndpointSettings&, const EndpointSettings&) = default;
};

} // namespace postern
