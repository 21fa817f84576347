#pragma once

#include <cstddef>

namespace postern {

/// How large a message head may be: `limits` of the document, with the contract's defaults.
struct HeadLimits
{
    std::size_t headerBytes = 32 * 1024; ///< the whole head, start line and final empty line included
    std::size_t headers = 100;           ///< field lines; never more than Headers::kMostFields
    std::size_t uriBytes = 8 * 1024;     ///< the request target as received
};

} // namespace postern
