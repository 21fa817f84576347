#pragma once

#include <string>

namespace postern {

/// Takes OpenSSL's errors off this thread's queue. \returns the latest reason in OpenSSL's words, without
/// file names and codes; empty when there was none.
[[nodiscard]] std::string takeOpensslError();

} // namespace postern
