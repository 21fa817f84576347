#pragma once

#include "gateway/net/handshake_failure.h"

#include <openssl/ssl.h>

#include <string>

namespace postern {

struct HandshakeDiagnosis
{
    HandshakeFailure failure = HandshakeFailure::Internal;
    std::string text; ///< OpenSSL's words
};

/// Why \a ssl's handshake has failed just now; empties the thread's error queue. \a ended: the socket had no
/// more to give.
[[nodiscard]] HandshakeDiagnosis diagnoseHandshake(const SSL& ssl, bool ended);

} // namespace postern
