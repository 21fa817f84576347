#include "gateway/policies/rate_limit/rate_limit_policy.h"

#include "gateway/policies/policy_config.h"
#include "gateway/policies/rate_limit/rate_limit_state.h"
#include "gateway/policy/attribute.h"
#include "models/document/effective_document.h"

#include <QHashFunctions>

#include <algorithm>
#include <cmath>

namespace postern {

namespace {

struct RateLimitPlan
{
    struct Limit
    {
        std::vector<Attribute> key;
        qint64 limit;
        std::int64_t perSeconds; ///< at least 1: the header's `w` is whole seconds
    };
    std::string policyName;
    std::vector<Limit> limits;
    RateLimitConfig::OnMissingKey onMissingKey = RateLimitConfig::OnMissingKey::Deny;
    std::shared_ptr<RateLimitState> state;
};

std::int64_t wholeSeconds(std::chrono::nanoseconds time)
{
    return std::max<std::int64_t>(1, (time.count() + 999'999'999) / 1'000'000'000);
}

/// A name as a structured field's string (RFC 9651 §3.3.3).
std::string quoted(std::string_view text)
{
    std::string out = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\')
            out.push_back('\\');
        out.push_back(c);
    }
    return out + '"';
}

class RateLimitPolicy final : public Policy
{
public:
    explicit RateLimitPolicy(std::shared_ptr<const RateLimitPlan> plan)
        : m_plan(std::move(plan)), m_keys(m_plan->limits.size())
    {}

    [[nodiscard]] Phases phases() const override { return Phase::Decide; }
    Decision decide(PolicyContext& context) override;

private:
    std::optional<std::uint64_t> keyFor(std::size_t limit, const PolicyContext& context) const;
    Decision refuse(std::size_t limit, const TokenBuckets::Answer& answer) const;

    std::shared_ptr<const RateLimitPlan> m_plan;
    std::vector<std::optional<std::uint64_t>> m_keys; // of the request being decided
};

std::optional<std::uint64_t> RateLimitPolicy::keyFor(std::size_t limit, const PolicyContext& context) const
{
    std::uint64_t hash = m_plan->state->seed();
    for (const Attribute& attribute : m_plan->limits[limit].key) {
        const auto value = attribute.of(context);
        if (!value)
            return std::nullopt;
        // Each part is hashed under the hash of those before it: ("ab", "c") and ("a", "bc") are two keys.
        hash = qHashBits(value->data(), value->size(), hash);
    }
    return hash;
}

Decision RateLimitPolicy::decide(PolicyContext& context)
{
    const std::int64_t now = context.now.time_since_epoch().count();
    for (std::size_t i = 0; i < m_plan->limits.size(); ++i) {
        m_keys[i] = keyFor(i, context);
        if (!m_keys[i] && m_plan->onMissingKey == RateLimitConfig::OnMissingKey::Deny) {
            Problem problem;
            problem.status = 403;
            problem.reason = "rate-limit-key-missing";
            problem.detail = "The request lacks what its rate is counted by.";
            problem.policy = m_plan->policyName;
            return Decision::deny(std::move(problem));
        }
    }
    for (std::size_t i = 0; i < m_plan->limits.size(); ++i) {
        if (!m_keys[i])
            continue;
        const auto& limit = m_plan->state->limits()[i];
        const auto answer = limit.buckets->draw(*m_keys[i], limit.rate, now);
        if (context.explanation)
            context.explanation->append(answer.allowed ? std::to_string(answer.remaining) + " of " +
                                                             std::to_string(limit.rate.burst) + " left"
                                                       : "the bucket is empty");
        if (answer.allowed)
            continue;
        for (std::size_t drawn = 0; drawn < i; ++drawn)
            if (m_keys[drawn])
                m_plan->state->limits()[drawn].buckets->giveBack(*m_keys[drawn],
                                                                 m_plan->state->limits()[drawn].rate);
        return refuse(i, answer);
    }
    return Decision::allow();
}

Decision RateLimitPolicy::refuse(std::size_t index, const TokenBuckets::Answer& answer) const
{
    const auto& limit = m_plan->limits[index];
    const std::string wait = std::to_string(wholeSeconds(answer.wait));
    // Two limits of one policy are two items, so they need two names.
    const std::string name =
        quoted(m_plan->limits.size() == 1 ? m_plan->policyName
                                          : m_plan->policyName + '-' + std::to_string(index + 1));
    Problem problem;
    problem.status = 429;
    problem.reason = "rate-limited";
    problem.detail = "More than " + std::to_string(limit.limit) + " requests in " +
                     std::to_string(limit.perSeconds) + " s. Try again in " + wait + " s.";
    problem.policy = m_plan->policyName;
    problem.headers.emplace_back("Retry-After", wait);
    // draft-ietf-httpapi-ratelimit-headers-10 §3, §4
    problem.headers.emplace_back("RateLimit-Policy", name + ";q=" + std::to_string(limit.limit) +
                                                         ";w=" + std::to_string(limit.perSeconds));
    problem.headers.emplace_back("RateLimit", name + ";r=0;t=" + wait);
    return Decision::deny(std::move(problem));
}

class CompiledRateLimit final : public CompiledPolicy
{
public:
    explicit CompiledRateLimit(std::shared_ptr<const RateLimitPlan> plan) : m_plan(std::move(plan)) {}

    [[nodiscard]] std::unique_ptr<Policy> createForWorker() const override
    {
        return std::make_unique<RateLimitPolicy>(m_plan);
    }
    [[nodiscard]] std::shared_ptr<SharedState> sharedState() const override { return m_plan->state; }

private:
    std::shared_ptr<const RateLimitPlan> m_plan;
};

} // namespace

Result<std::shared_ptr<const CompiledPolicy>> compileRateLimit(const EffectivePolicy& policy,
                                                               const PolicyEnvironment& environment)
{
    const RateLimitConfig config = readConfig(rateLimitRecord(), policy);
    const std::vector<RateLimitRule> rules = config.rules();
    auto plan = std::make_shared<RateLimitPlan>();
    plan->policyName = policy.entry.name.toStdString();
    plan->onMissingKey = config.onMissingKey;
    for (const RateLimitRule& rule : rules) {
        RateLimitPlan::Limit& limit = plan->limits.emplace_back();
        limit.limit = rule.limit;
        limit.perSeconds = wholeSeconds(rule.per);
        for (const QString& part : rule.key) {
            auto attribute = Attribute::parse(part);
            if (!attribute)
                return failure(inPolicy(policy, QStringLiteral("key"), attribute.error().message));
            limit.key.push_back(std::move(*attribute));
        }
    }
    plan->state = std::make_shared<RateLimitState>(
        rules, dynamic_cast<const RateLimitState*>(environment.previous.get()));
    return std::make_shared<CompiledRateLimit>(std::move(plan));
}

} // namespace postern
