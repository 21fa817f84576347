#include "gateway/policies/jwt/token_verifier.h"

#include "gateway/policies/jwt/base64url.h"
#include "gateway/policies/jwt/json_object.h"

#include <algorithm>
#include <cmath>

namespace postern {

namespace {

using tl::unexpected;

/// A claim as one line of text; nullopt for objects and mixed lists, which no header and no key can carry.
std::optional<std::string> lineOf(simdjson::dom::element value)
{
    switch (value.type()) {
    case simdjson::dom::element_type::STRING:
        return std::string(std::string_view(value));
    case simdjson::dom::element_type::OBJECT:
    case simdjson::dom::element_type::NULL_VALUE:
        return std::nullopt;
    case simdjson::dom::element_type::ARRAY: {
        std::string joined;
        for (const auto item : simdjson::dom::array(value)) {
            std::string_view text;
            if (item.get_string().get(text) != simdjson::SUCCESS)
                return std::nullopt;
            joined.append(joined.empty() ? "" : " ").append(text);
        }
        return joined;
    }
    default:
        return simdjson::minify(value);
    }
}

/// NumericDate (RFC 7519 §2). An absent claim leaves \a seconds as it is; one that is no number is a fault.
bool readDate(simdjson::dom::object claims, std::string_view name, std::optional<double>& seconds)
{
    simdjson::dom::element value;
    if (claims.at_key(name).get(value) == simdjson::NO_SUCH_FIELD)
        return true;
    double number = 0;
    if (value.get_double().get(number) != simdjson::SUCCESS || !std::isfinite(number))
        return false;
    seconds = number;
    return true;
}

/// Seconds since 1970 as a moment; beyond the clock's range, its end.
Clock::Wall momentOf(double seconds, std::chrono::milliseconds shift)
{
    constexpr double farthest = 9e9; // the year 2255; nanoseconds in 64 bits end in 2262
    const double bounded = std::clamp(seconds, -farthest, farthest);
    return Clock::Wall(
               std::chrono::duration_cast<Clock::Wall::duration>(std::chrono::duration<double>(bounded))) +
           shift;
}

bool audienceMatches(simdjson::dom::object claims, const std::vector<std::string>& accepted)
{
    if (accepted.empty())
        return true;
    const auto isAccepted = [&](simdjson::dom::element value) {
        std::string_view text;
        return value.get_string().get(text) == simdjson::SUCCESS &&
               std::find(accepted.begin(), accepted.end(), text) != accepted.end();
    };
    simdjson::dom::element audience;
    if (claims.at_key("aud").get(audience) != simdjson::SUCCESS)
        return false;
    simdjson::dom::array list;
    if (audience.get_array().get(list) != simdjson::SUCCESS)
        return isAccepted(audience);
    return std::any_of(list.begin(), list.end(), isAccepted);
}

} // namespace

std::string_view tokenFaultText(TokenFault fault)
{
    switch (fault) {
    case TokenFault::Malformed:
        return "The token is not a well-formed JWT.";
    case TokenFault::DuplicateMember:
        return "The token names a member twice.";
    case TokenFault::AlgorithmNotAllowed:
        return "The token's algorithm is not accepted.";
    case TokenFault::CriticalExtension:
        return "The token needs an extension that is not understood.";
    case TokenFault::KeyInToken:
        return "The token brings its own key.";
    case TokenFault::UnknownKey:
        return "The token's key is not known.";
    case TokenFault::BadSignature:
        return "The token's signature does not match.";
    case TokenFault::WrongIssuer:
        return "The token is from another issuer.";
    case TokenFault::WrongAudience:
        return "The token is for another audience.";
    case TokenFault::NoExpiry:
        return "The token has no expiry.";
    case TokenFault::Expired:
        return "The token has expired.";
    case TokenFault::NotYetValid:
        return "The token is not valid yet.";
    }
    Q_UNREACHABLE();
}

tl::expected<void, TokenFault> VerifiedToken::at(Clock::Wall now) const
{
    if (now >= expires)
        return unexpected(TokenFault::Expired);
    if (now < notBefore)
        return unexpected(TokenFault::NotYetValid);
    return {};
}

tl::expected<VerifiedToken, TokenFault> TokenVerifier::verify(std::string_view token, Clock::Wall now)
{
    const std::size_t firstDot = token.find('.');
    const std::size_t secondDot = firstDot == token.npos ? token.npos : token.find('.', firstDot + 1);
    if (secondDot == token.npos || token.find('.', secondDot + 1) != token.npos)
        return unexpected(TokenFault::Malformed);

    const auto header = readHeader(token.substr(0, firstDot));
    if (!header)
        return unexpected(header.error());
    // Nothing of the claims is read before the signature is known to be good.
    auto keyId = checkSignature(*header, token.substr(0, secondDot), token.substr(secondDot + 1));
    if (!keyId)
        return unexpected(keyId.error());
    auto verified = readClaims(token.substr(firstDot + 1, secondDot - firstDot - 1));
    if (!verified)
        return verified;
    verified->keyId = std::move(*keyId);
    if (const auto timely = verified->at(now); !timely)
        return unexpected(timely.error());
    return verified;
}

tl::expected<TokenVerifier::Header, TokenFault> TokenVerifier::readHeader(std::string_view encoded)
{
    const auto json = decodeBase64Url(encoded);
    simdjson::dom::object object;
    if (!json || m_parser.parse(*json).get_object().get(object) != simdjson::SUCCESS)
        return unexpected(TokenFault::Malformed);
    if (!hasUniqueNames(object))
        return unexpected(TokenFault::DuplicateMember);
    for (const char* own : {"jwk", "jku", "x5u", "x5c"})
        if (object.at_key(own).error() != simdjson::NO_SUCH_FIELD)
            return unexpected(TokenFault::KeyInToken);
    // No extension is understood, so any that is critical is one too many; an empty list is malformed anyway.
    if (object.at_key("crit").error() != simdjson::NO_SUCH_FIELD)
        return unexpected(TokenFault::CriticalExtension);

    const auto name = stringMember(object, "alg");
    const auto algorithm = name ? jwsAlgorithm(*name) : std::nullopt;
    if (!algorithm || std::find(m_rules.algorithms.begin(), m_rules.algorithms.end(), *algorithm) ==
                          m_rules.algorithms.end())
        return unexpected(TokenFault::AlgorithmNotAllowed);
    if (object.at_key("kid").error() != simdjson::NO_SUCH_FIELD && !stringMember(object, "kid"))
        return unexpected(TokenFault::Malformed);
    return Header{*algorithm, std::string(stringMember(object, "kid").value_or(""))};
}

tl::expected<std::string, TokenFault>
TokenVerifier::checkSignature(const Header& header, std::string_view input, std::string_view encodedSignature)
{
    const auto signature = decodeBase64Url(encodedSignature);
    if (!signature)
        return unexpected(TokenFault::Malformed);
    bool tried = false;
    const auto& keys = m_keys.keys();
    for (std::size_t i = 0; i < keys.size(); ++i) {
        // A token that names no key may be by any of its algorithm; one that names a key is by that alone.
        if (keys[i].algorithm != header.algorithm || (!header.keyId.empty() && keys[i].id != header.keyId))
            continue;
        tried = true;
        if (m_signatures.verify(i, input, *signature))
            return keys[i].id;
    }
    return unexpected(tried ? TokenFault::BadSignature : TokenFault::UnknownKey);
}

tl::expected<VerifiedToken, TokenFault> TokenVerifier::readClaims(std::string_view encoded)
{
    const auto json = decodeBase64Url(encoded);
    simdjson::dom::object claims;
    if (!json || m_parser.parse(*json).get_object().get(claims) != simdjson::SUCCESS)
        return unexpected(TokenFault::Malformed);
    if (!hasUniqueNames(claims))
        return unexpected(TokenFault::DuplicateMember);
    if (stringMember(claims, "iss") != std::string_view(m_rules.issuer))
        return unexpected(TokenFault::WrongIssuer);
    if (!audienceMatches(claims, m_rules.audiences))
        return unexpected(TokenFault::WrongAudience);

    std::optional<double> expires;
    std::optional<double> notBefore;
    if (!readDate(claims, "exp", expires) || !readDate(claims, "nbf", notBefore))
        return unexpected(TokenFault::Malformed);
    if (!expires && m_rules.requireExpiry)
        return unexpected(TokenFault::NoExpiry);

    VerifiedToken verified;
    if (expires)
        verified.expires = momentOf(*expires, m_rules.clockSkew);
    if (notBefore)
        verified.notBefore = momentOf(*notBefore, -m_rules.clockSkew);
    auto identity = std::make_shared<Identity>();
    identity->caller = stringMember(claims, "sub").value_or("");
    for (const auto [name, value] : claims)
        if (auto line = lineOf(value))
            identity->claims.emplace_back(name, std::move(*line));
    verified.identity = std::move(identity);
    return verified;
}

} // namespace postern
