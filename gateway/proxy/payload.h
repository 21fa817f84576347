#pragma once

#include <span>

namespace postern {

class Headers;

/// A piece of a message's body, free of any framing. Views for the duration of a call.
struct Payload
{
    std::span<char> bytes;
    bool last = false;                 ///< nothing follows
    const Headers* trailers = nullptr; ///< with last, where the message brought some
};

} // namespace postern
