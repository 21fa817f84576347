#include "gateway/tls/secret_text.h"

#include <openssl/crypto.h>

namespace postern {

void cleanse(void* bytes, std::size_t size) { OPENSSL_cleanse(bytes, size); }

} // namespace postern
