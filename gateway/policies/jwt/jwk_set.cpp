#include "gateway/policies/jwt/jwk_set.h"

#include "gateway/policies/jwt/base64url.h"
#include "gateway/policies/jwt/json_object.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/param_build.h>

namespace postern {

namespace {

constexpr int smallestModulus = 2048; // bits; RFC 7518 §3.3
constexpr int largestModulus = 8192;  // bits; beyond it a verification is a denial of service
constexpr std::size_t coordinateBytes = 32;

template<auto release>
struct Release
{
    template<typename T>
    void operator()(T* object) const
    {
        release(object);
    }
};
using BigNumber = std::unique_ptr<BIGNUM, Release<BN_free>>;
using ParamBuilder = std::unique_ptr<OSSL_PARAM_BLD, Release<OSSL_PARAM_BLD_free>>;
using Params = std::unique_ptr<OSSL_PARAM, Release<OSSL_PARAM_free>>;
using KeyContext = std::unique_ptr<EVP_PKEY_CTX, Release<EVP_PKEY_CTX_free>>;
using Key = std::unique_ptr<EVP_PKEY, VerificationKey::Free>;

Error bad(qsizetype index, const QString& what)
{
    Error error = Error::invalid(what);
    error.place.path = QStringLiteral("keys[%1]").arg(index);
    error.message = QStringLiteral("keys[%1]: %2").arg(index).arg(what);
    return error;
}

BigNumber toNumber(const std::string& bytes)
{
    return BigNumber(BN_bin2bn(reinterpret_cast<const unsigned char*>(bytes.data()),
                               static_cast<int>(bytes.size()), nullptr));
}

Key fromParams(const char* type, OSSL_PARAM_BLD* builder)
{
    const Params params(OSSL_PARAM_BLD_to_param(builder));
    const KeyContext context(EVP_PKEY_CTX_new_from_name(nullptr, type, nullptr));
    EVP_PKEY* key = nullptr;
    if (!params || !context || EVP_PKEY_fromdata_init(context.get()) <= 0 ||
        EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_PUBLIC_KEY, params.get()) <= 0)
        return nullptr;
    Key owned(key);
    const KeyContext check(EVP_PKEY_CTX_new_from_pkey(nullptr, key, nullptr));
    return check && EVP_PKEY_public_check(check.get()) > 0 ? std::move(owned) : nullptr;
}

Result<VerificationKey> rsaKey(simdjson::dom::object jwk, qsizetype index)
{
    const auto modulus = decodeBase64Url(stringMember(jwk, "n").value_or(""));
    const auto exponent = decodeBase64Url(stringMember(jwk, "e").value_or(""));
    if (!modulus || !exponent || modulus->empty() || exponent->empty())
        return failure(bad(index, QStringLiteral("an RSA key needs n and e in base64url")));
    const BigNumber n = toNumber(*modulus);
    const BigNumber e = toNumber(*exponent);
    const int bits = BN_num_bits(n.get());
    if (bits < smallestModulus || bits > largestModulus)
        return failure(bad(index, QStringLiteral("expected a modulus of %1 to %2 bits, found %3")
                                      .arg(smallestModulus)
                                      .arg(largestModulus)
                                      .arg(bits)));
    if (!BN_is_odd(e.get()) || BN_is_one(e.get()) || BN_num_bits(e.get()) > 64)
        return failure(bad(index, QStringLiteral("the public exponent is not an odd number from 3 to 2^64")));
    const ParamBuilder builder(OSSL_PARAM_BLD_new());
    OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, n.get());
    OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, e.get());
    Key key = fromParams("RSA", builder.get());
    if (!key)
        return failure(bad(index, QStringLiteral("n and e make no RSA key")));
    const auto bytes = static_cast<std::size_t>(EVP_PKEY_get_size(key.get()));
    return VerificationKey{{}, JwsAlgorithm::RS256, std::move(key), bytes};
}

Result<VerificationKey> ecKey(simdjson::dom::object jwk, qsizetype index)
{
    const auto x = decodeBase64Url(stringMember(jwk, "x").value_or(""));
    const auto y = decodeBase64Url(stringMember(jwk, "y").value_or(""));
    if (!x || !y || x->size() != coordinateBytes || y->size() != coordinateBytes)
        return failure(bad(index, QStringLiteral("a P-256 key needs x and y of 32 bytes in base64url")));
    const std::string point = '\x04' + *x + *y; // uncompressed, SEC 1 §2.3.3
    const ParamBuilder builder(OSSL_PARAM_BLD_new());
    OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, "P-256", 0);
    OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(), point.size());
    Key key = fromParams("EC", builder.get());
    if (!key)
        return failure(bad(index, QStringLiteral("x and y are no point of P-256")));
    return VerificationKey{{}, JwsAlgorithm::ES256, std::move(key), 2 * coordinateBytes};
}

/// Whether the key says it is for something else than verifying signatures.
bool isForOtherUse(simdjson::dom::object jwk)
{
    if (const auto use = stringMember(jwk, "use"); use && *use != "sig")
        return true;
    simdjson::dom::array operations;
    if (jwk.at_key("key_ops").get_array().get(operations) != simdjson::SUCCESS)
        return false;
    for (const auto operation : operations)
        if (std::string_view name; operation.get_string().get(name) == simdjson::SUCCESS && name == "verify")
            return false;
    return true;
}

std::optional<JwsAlgorithm> algorithmOf(simdjson::dom::object jwk)
{
    const auto type = stringMember(jwk, "kty");
    std::optional<JwsAlgorithm> natural;
    if (type == "RSA")
        natural = JwsAlgorithm::RS256;
    else if (type == "EC" && stringMember(jwk, "crv") == "P-256")
        natural = JwsAlgorithm::ES256;
    if (const auto named = stringMember(jwk, "alg"); named && jwsAlgorithm(*named) != natural)
        return std::nullopt;
    return natural;
}

} // namespace

std::optional<JwsAlgorithm> jwsAlgorithm(std::string_view name)
{
    if (name == "RS256")
        return JwsAlgorithm::RS256;
    if (name == "ES256")
        return JwsAlgorithm::ES256;
    return std::nullopt;
}

Result<JwkSet> JwkSet::parse(std::string_view json)
{
    simdjson::dom::parser parser;
    simdjson::dom::element root;
    if (const auto error = parser.parse(json.data(), json.size()).get(root); error != simdjson::SUCCESS)
        return failure(Error::invalid(
            QStringLiteral("not JSON: %1").arg(QLatin1StringView(simdjson::error_message(error)))));
    simdjson::dom::array list;
    if (root.at_key("keys").get_array().get(list) != simdjson::SUCCESS)
        return failure(
            Error::invalid(QStringLiteral("expected a JWK set: an object with a list 'keys' (RFC 7517 §5)")));

    JwkSet set;
    qsizetype index = -1;
    for (const auto element : list) {
        ++index;
        simdjson::dom::object jwk;
        if (element.get_object().get(jwk) != simdjson::SUCCESS || !hasUniqueNames(jwk))
            return failure(bad(index, QStringLiteral("expected an object without duplicate members")));
        const auto algorithm = algorithmOf(jwk);
        if (!algorithm || isForOtherUse(jwk))
            continue;
        if (stringMember(jwk, "d"))
            return failure(
                bad(index, QStringLiteral("this is a private key; a gateway is given public keys only")));
        auto key = *algorithm == JwsAlgorithm::RS256 ? rsaKey(jwk, index) : ecKey(jwk, index);
        if (!key)
            return failure(key.error());
        key->id = stringMember(jwk, "kid").value_or("");
        set.m_keys.push_back(std::move(*key));
    }
    if (set.m_keys.empty())
        return failure(
            Error::invalid(QStringLiteral("no key for RS256 or ES256 signatures among %1").arg(index + 1)));
    return set;
}

} // namespace postern
