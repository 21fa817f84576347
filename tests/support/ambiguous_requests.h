#pragma once

#include <string>
#include <vector>

namespace postern::test {

/// One request that two servers might end at different places. Its body hides a request for /smuggled.
struct AmbiguousRequest
{
    std::string name;
    std::string bytes; ///< a request for /probe, and whatever follows its head
};

/// Every way to say how long a body is, with every body that one reader might take for the next request.
std::vector<AmbiguousRequest> ambiguousRequests();

/// The targets of the requests in \a stream, read by a reader that knows one body of decimal Content-Length,
/// and chunks without extensions, and sees nothing at all in everything else, nor in what follows it.
std::vector<std::string> requestsIn(const std::string& stream);

} // namespace postern::test
