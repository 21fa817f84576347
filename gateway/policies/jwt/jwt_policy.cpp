#include "gateway/policies/jwt/jwt_policy.h"

#include "gateway/http/headers.h"
#include "gateway/http/request_head.h"
#include "gateway/policies/jwt/config.h"
#include "gateway/policies/jwt/token_cache.h"
#include "gateway/policies/policy_config.h"
#include "models/document/effective_document.h"

namespace postern {

namespace {

constexpr std::size_t cachedTokens = 2048;       // a worker
constexpr std::size_t largestCachedToken = 4096; // bytes

struct JwtPlan
{
    TokenRules rules;
    JwkSet keys;
    std::string policyName;
    std::string challengeRealm;
    std::vector<std::pair<std::string, std::string>> claimsToHeaders;
    bool forwardToken = false;
};

class JwtPolicy final : public Policy
{
public:
    explicit JwtPolicy(std::shared_ptr<const JwtPlan> plan)
        : m_plan(std::move(plan))
        , m_verifier(m_plan->rules, m_plan->keys)
        , m_cache(cachedTokens, largestCachedToken)
    {}

    [[nodiscard]] Phases phases() const override { return Phase::Decide | Phase::Apply; }
    Decision decide(PolicyContext& context) override;
    void apply(PolicyContext& context) override;

private:
    Decision refuse(std::string_view detail, bool presented) const;
    Decision accept(PolicyContext& context, const VerifiedToken& token, bool seen) const;

    std::shared_ptr<const JwtPlan> m_plan;
    TokenVerifier m_verifier;
    TokenCache m_cache;
};

Decision JwtPolicy::refuse(std::string_view detail, bool presented) const
{
    // RFC 6750 §3.1: who presented no token is told how to come, not that a token was bad.
    std::string challenge = m_plan->challengeRealm;
    if (presented)
        challenge.append(", error=\"invalid_token\", error_description=\"").append(detail).append("\"");
    Problem problem;
    problem.status = 401;
    problem.reason = presented ? "token-invalid" : "token-missing";
    problem.detail = detail;
    problem.policy = m_plan->policyName;
    problem.headers.emplace_back("WWW-Authenticate", std::move(challenge));
    return Decision::deny(std::move(problem));
}

Decision JwtPolicy::decide(PolicyContext& context)
{
    // The client's own field: another jwt policy may have kept it from the upstream already.
    if (context.authorizations > 1)
        return refuse("The request carries more than one Authorization field.", true);
    constexpr std::string_view scheme = "Bearer ";
    std::string_view token = context.authorization;
    if (token.size() <= scheme.size() || !equalsIgnoringCase(token.substr(0, scheme.size()), scheme))
        return refuse("The request carries no bearer token.", false);
    token.remove_prefix(scheme.size());

    if (const VerifiedToken* seen = m_cache.find(token)) {
        if (const auto timely = seen->at(context.wall); !timely)
            return refuse(tokenFaultText(timely.error()), true);
        return accept(context, *seen, true);
    }
    auto verified = m_verifier.verify(token, context.wall);
    if (!verified) {
        if (context.explanation)
            context.explanation->append(tokenFaultText(verified.error()));
        return refuse(tokenFaultText(verified.error()), true);
    }
    return accept(context, m_cache.insert(token, std::move(*verified)), false);
}

Decision JwtPolicy::accept(PolicyContext& context, const VerifiedToken& token, bool seen) const
{
    context.identity = token.identity;
    if (context.explanation) {
        context.explanation->append("token of ").append(m_plan->rules.issuer);
        context.explanation->append(", key '").append(token.keyId).append("', caller '");
        context.explanation->append(token.identity->caller).append(seen ? "', seen before" : "'");
    }
    // An issuer could sign a claim that would break a header; such a caller is not let in under another name.
    for (const auto& [name, claim] : m_plan->claimsToHeaders)
        if (const auto value = token.identity->claim(claim); value && !isFieldValue(*value))
            return refuse("A claim of the token does not fit a header field.", true);
    return Decision::allow();
}

void JwtPolicy::apply(PolicyContext& context)
{
    Headers& headers = context.request->headers;
    if (!m_plan->forwardToken)
        headers.remove(HeaderId::Authorization);
    // The identity outlives the exchange's head: the context holds it until the exchange ends.
    for (const auto& [name, claim] : m_plan->claimsToHeaders)
        if (const auto value = context.identity->claim(claim))
            headers.set(name, *value);
}

class CompiledJwt final : public CompiledPolicy
{
public:
    explicit CompiledJwt(std::shared_ptr<const JwtPlan> plan) : m_plan(std::move(plan)) {}

    [[nodiscard]] std::unique_ptr<Policy> createForWorker() const override
    {
        return std::make_unique<JwtPolicy>(m_plan);
    }
    [[nodiscard]] std::vector<std::string> managedHeaders() const override
    {
        std::vector<std::string> names;
        for (const auto& [name, claim] : m_plan->claimsToHeaders)
            names.push_back(name);
        return names;
    }

private:
    std::shared_ptr<const JwtPlan> m_plan;
};

Result<JwkSet> readKeys(const JwtConfig& config, const EffectivePolicy& policy)
{
    const QByteArray* json = policy.contentsOf(config.jwks.file);
    if (!json)
        return failure(
            inPolicy(policy, QStringLiteral("jwks.file"),
                     QStringLiteral("%1 was not read with the document").arg(config.jwks.file.path)));
    auto keys = JwkSet::parse({json->constData(), static_cast<std::size_t>(json->size())});
    if (!keys)
        return failure(inPolicy(policy, QStringLiteral("jwks.file"),
                                QStringLiteral("%1: %2").arg(config.jwks.file.path, keys.error().message)));
    return keys;
}

} // namespace

Result<std::shared_ptr<const CompiledPolicy>> compileJwt(const EffectivePolicy& policy,
                                                         const PolicyEnvironment& environment)
{
    const JwtConfig config = readConfig(jwtRecord(), policy);
    auto keys = readKeys(config, policy);
    if (!keys)
        return failure(keys.error());

    auto plan = std::make_shared<JwtPlan>();
    plan->keys = std::move(*keys);
    plan->policyName = policy.entry.name.toStdString();
    plan->challengeRealm = "Bearer realm=\"" + environment.api.toStdString() + '"';
    plan->forwardToken = config.forwardToken;
    plan->rules.issuer = config.issuer.toStdString();
    for (const QString& audience : config.audiences)
        plan->rules.audiences.push_back(audience.toStdString());
    for (const JwtConfig::Algorithm algorithm : config.algorithms)
        plan->rules.algorithms.push_back(algorithm == JwtConfig::Algorithm::RS256 ? JwsAlgorithm::RS256
                                                                                  : JwsAlgorithm::ES256);
    plan->rules.clockSkew = config.clockSkew;
    plan->rules.requireExpiry = config.requireExpiry;
    for (const auto& [name, claim] : config.claimsToHeaders)
        plan->claimsToHeaders.emplace_back(name.toStdString(), claim.toStdString());
    return std::make_shared<CompiledJwt>(std::move(plan));
}

} // namespace postern
