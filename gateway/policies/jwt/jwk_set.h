#pragma once

#include "gateway/policies/jwt/jws_algorithm.h"
#include "models/base/result.h"

#include <openssl/evp.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace postern {

/// A public key that verifies one algorithm. Immutable.
struct VerificationKey
{
    struct Free
    {
        void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
    };
    std::string id; ///< `kid`; may be empty
    JwsAlgorithm algorithm = JwsAlgorithm::RS256;
    std::unique_ptr<EVP_PKEY, Free> key;
    std::size_t signatureBytes = 0; ///< the only length a signature by this key can have
};

/// The keys of an issuer (RFC 7517). Immutable; shared by the workers.
class JwkSet
{
public:
    /// Keys of other types, curves or uses are passed over. Error: not a JWK set, a key that claims to be
    /// usable and is not (a modulus under 2048 bits, a point off its curve), a private key, or no usable key
    /// at all.
    static Result<JwkSet> parse(std::string_view json);

    [[nodiscard]] const std::vector<VerificationKey>& keys() const { return m_keys; }

private:
    std::vector<VerificationKey> m_keys;
};

} // namespace postern
