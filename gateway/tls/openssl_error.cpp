#include "gateway/tls/openssl_error.h"

#include <openssl/err.h>

namespace postern {

std::string takeOpensslError()
{
    const unsigned long code = ERR_peek_last_error();
    const char* reason = code != 0 ? ERR_reason_error_string(code) : nullptr;
    ERR_clear_error();
    return reason ? std::string(reason) : std::string();
}

} // namespace postern
