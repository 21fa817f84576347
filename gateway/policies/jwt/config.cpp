#include "gateway/policies/jwt/config.h"

#include "gateway/policies/attribute_syntax.h"

namespace postern {

namespace {

constexpr Choice<JwtConfig::Algorithm> algorithms[] = {
    {"RS256", JwtConfig::Algorithm::RS256, "RSA signatures (PKCS #1 v1.5) with SHA-256"},
    {"ES256", JwtConfig::Algorithm::ES256, "ECDSA signatures over P-256 with SHA-256"},
};

const Record<JwksSource>& jwksRecord()
{
    static const auto instance =
        record<JwksSource>("jwks", "Where the issuer's public keys come from.")
            .field("file", &JwksSource::file,
                   "A JWK set beside the document. Its digest is part of the configuration's hash.")
            .required()
            .notYetBuilt("url", "The issuer's JWK set over HTTPS.")
            .notYetBuilt("refresh", "How often the set is fetched again.");
    return instance;
}

} // namespace

std::span<const Choice<JwtConfig::Algorithm>> choicesOf(JwtConfig::Algorithm) { return algorithms; }

const Record<JwtConfig>& jwtRecord()
{
    using namespace std::chrono_literals;
    static const auto instance =
        record<JwtConfig>("jwt",
                          "Lets in requests that carry a valid JSON Web Token as bearer token, and makes its "
                          "subject the caller.")
            .field("issuer", &JwtConfig::issuer, "The `iss` claim a token must have, exactly.")
            .required()
            .matching(text_rules::notEmpty())
            .field("audiences", &JwtConfig::audiences,
                   "One of these must be among the token's `aud`. A token made for another API is refused.")
            .required()
            .items(1, 64)
            .unique()
            .matching(text_rules::notEmpty())
            .field("algorithms", &JwtConfig::algorithms,
                   "The signature algorithms accepted. A token by any other is refused, whatever its key.")
            .required()
            .items(1, 8)
            .unique()
            .field("jwks", &JwtConfig::jwks, "The issuer's public keys.", jwksRecord())
            .required()
            .field("clockSkew", &JwtConfig::clockSkew,
                   "How far the issuer's clock may be off when expiry and not-before are judged.")
            .range(0ms, 10min)
            .field("requireExpiry", &JwtConfig::requireExpiry, "Refuse tokens that have no `exp`.")
            .field("forwardToken", &JwtConfig::forwardToken,
                   "Send the token on to the upstream. Without it the upstream never sees a credential.")
            .field("claimsToHeaders", &JwtConfig::claimsToHeaders,
                   "Request fields set from claims, as FIELD: CLAIM. Clients can not set these fields "
                   "themselves.")
            .items(0, 32)
            .keysMatching(ownNameRule())
            .matching(text_rules::notEmpty());
    return instance;
}

} // namespace postern
