#pragma once

#include "gateway/policies/jwt/signature_verifier.h"
#include "gateway/policy/identity.h"
#include "models/base/clock.h"

#include <simdjson.h>
#include <tl/expected.hpp>

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace postern {

/// Why a token is not accepted. The words a client and a log get are tokenFaultText()'s.
enum class TokenFault : unsigned char {
    Malformed,
    DuplicateMember,
    AlgorithmNotAllowed,
    CriticalExtension, ///< `crit` names something not understood (RFC 7515 §4.1.11)
    KeyInToken, ///< `jwk`, `jku`, `x5u` or `x5c`: a token may not choose its own judge (RFC 8725 §3.10)
    UnknownKey,
    BadSignature,
    WrongIssuer,
    WrongAudience,
    NoExpiry,
    Expired,
    NotYetValid
};

[[nodiscard]] std::string_view tokenFaultText(TokenFault fault);

/// What a token must be. Immutable.
struct TokenRules
{
    std::string issuer;
    std::vector<std::string> audiences; ///< one of them must be in `aud`; empty: `aud` is not looked at
    std::vector<JwsAlgorithm> algorithms;
    std::chrono::milliseconds clockSkew{30000};
    bool requireExpiry = true;
};

/// A token that was found good.
struct VerifiedToken
{
    std::shared_ptr<const Identity> identity;
    Clock::Wall notBefore = Clock::Wall::min(); ///< skew already allowed for
    Clock::Wall expires = Clock::Wall::max();   ///< likewise; the first moment at which it is no longer good
    std::string keyId;

    /// Whether the token is good at \a now, as far as time goes.
    [[nodiscard]] tl::expected<void, TokenFault> at(Clock::Wall now) const;
};

/// Verifies JWTs in JWS compact form (RFC 7515 §5.2, RFC 7519 §7.2, RFC 8725). One a worker.
class TokenVerifier
{
public:
    TokenVerifier(const TokenRules& rules, const JwkSet& keys)
        : m_rules(rules), m_keys(keys), m_signatures(keys)
    {}

    [[nodiscard]] tl::expected<VerifiedToken, TokenFault> verify(std::string_view token, Clock::Wall now);

private:
    struct Header
    {
        JwsAlgorithm algorithm = JwsAlgorithm::RS256;
        std::string keyId;
    };
    tl::expected<Header, TokenFault> readHeader(std::string_view encoded);
    tl::expected<VerifiedToken, TokenFault> readClaims(std::string_view encoded);
    tl::expected<std::string, TokenFault> checkSignature(const Header& header, std::string_view input,
                                                         std::string_view encodedSignature);

    const TokenRules& m_rules;
    const JwkSet& m_keys;
    SignatureVerifier m_signatures;
    simdjson::dom::parser m_parser;
};

} // namespace postern
