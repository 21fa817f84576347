#pragma once

#include "gateway/policies/jwt/jwk_set.h"

#include <memory>
#include <string_view>
#include <vector>

namespace postern {

/// Checks signatures with the keys of a set. One a worker: it keeps an OpenSSL context a key, since setting
/// one up costs as much as using it.
class SignatureVerifier
{
public:
    explicit SignatureVerifier(const JwkSet& keys);

    /// Whether \a signature (raw, as in the token; for ES256 r‖s, RFC 7518 §3.4) over \a input is by key \a
    /// index.
    [[nodiscard]] bool verify(std::size_t index, std::string_view input, std::string_view signature);

private:
    struct Free
    {
        void operator()(EVP_PKEY_CTX* context) const { EVP_PKEY_CTX_free(context); }
    };
    const JwkSet& m_keys;
    std::vector<std::unique_ptr<EVP_PKEY_CTX, Free>> m_contexts;
};

} // namespace postern
