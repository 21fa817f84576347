#include "gateway/policies/rate_limit/config.h"

#include "gateway/policies/attribute_syntax.h"

namespace postern {

namespace {

using namespace std::chrono_literals;

constexpr qint64 mostTokens = 1'000'000'000;
constexpr auto longestPeriod = std::chrono::milliseconds(24h) * 30;
// Until an empty bucket is full again. Counted in nanoseconds, so that it must stay far below 292 years.
constexpr auto longestRest = std::chrono::milliseconds(24h) * 365 * 10;

constexpr Choice<RateLimitConfig::OnMissingKey> missingKey[] = {
    {"deny", RateLimitConfig::OnMissingKey::Deny, "Refuse it: what can not be counted does not pass."},
    {"skip", RateLimitConfig::OnMissingKey::Skip, "Let it pass this limit."},
};

constexpr const char* keyHelp =
    "What is counted by: address, caller, api, route, jwt.CLAIM, header.NAME, or a list of "
    "them. Each different value has a bucket of its own.";
constexpr const char* limitHelp = "How many requests a key may make in each period, in the long run.";
constexpr const char* perHelp = "The period.";
constexpr const char* burstHelp =
    "How many requests a key that has rested may make at once: the bucket's depth. The "
    "limit, where nothing is said.";

/// A burst that is the limit is the default, written out: one configuration, one hash.
template<typename Config>
void leaveOutDefaultBurst(Config& config)
{
    if (config.burst == config.limit)
        config.burst.reset();
}

/// \a burst tokens must come back in a time that can be counted.
void checkDepth(const RateLimitRule& rule, RecordContext& context)
{
    if (!rule.burst || rule.limit <= 0)
        return;
    const auto rest = static_cast<long double>(rule.per.count()) / static_cast<long double>(rule.limit) *
                      static_cast<long double>(*rule.burst);
    if (rest > static_cast<long double>(longestRest.count()))
        context.error(
            QStringLiteral("out-of-range"), QStringLiteral("burst"),
            QStringLiteral("a bucket of %1 that takes more than ten years to fill").arg(*rule.burst),
            QStringLiteral("a burst that comes back within ten years, at limit requests per period"));
}

const Record<RateLimitRule>& ruleRecord()
{
    static const auto instance =
        record<RateLimitRule>("limit", "One of several limits; all of them must have room.")
            .field("key", &RateLimitRule::key, keyHelp)
            .required()
            .items(1, 8)
            .scalarOrList()
            .matching(attributeRule())
            .field("limit", &RateLimitRule::limit, limitHelp)
            .required()
            .range(1, mostTokens)
            .unit("requests")
            .ratePer("per")
            .field("per", &RateLimitRule::per, perHelp)
            .required()
            .range(1s, longestPeriod)
            .field("burst", &RateLimitRule::burst, burstHelp)
            .range(1, mostTokens)
            .unit("requests")
            .check(checkDepth)
            .normalise(leaveOutDefaultBurst<RateLimitRule>);
    return instance;
}

/// A limit is written once: directly, or in the list.
void checkOneForm(const RateLimitConfig& config, RecordContext& context)
{
    const bool direct = !config.key.empty() || config.limit || config.per || config.burst;
    if (direct && !config.limits.empty())
        context.error(QStringLiteral("conflicting-fields"), QStringLiteral("limits"),
                      QStringLiteral("limits beside key, limit, per or burst"),
                      QStringLiteral("one limit written directly, or a list of them"));
    else if (config.limits.empty() && (config.key.empty() || !config.limit || !config.per))
        context.error(QStringLiteral("missing-field"), QString(), QStringLiteral("no complete limit"),
                      QStringLiteral("key, limit and per, or limits"));
    else if (direct)
        checkDepth(config.rules().front(), context);
}

} // namespace

std::span<const Choice<RateLimitConfig::OnMissingKey>> choicesOf(RateLimitConfig::OnMissingKey)
{
    return missingKey;
}

std::vector<RateLimitRule> RateLimitConfig::rules() const
{
    if (!limits.empty())
        return limits;
    return {RateLimitRule{key, limit.value_or(1), per.value_or(1s), burst}};
}

const Record<RateLimitConfig>& rateLimitRecord()
{
    static const auto instance =
        record<RateLimitConfig>(
            "rateLimit", "Bounds how many requests one key may make. Beyond it the caller gets 429 with "
                         "Retry-After. Each gateway process counts alone, exactly over all its workers.")
            .field("key", &RateLimitConfig::key, keyHelp)
            .items(1, 8)
            .scalarOrList()
            .matching(attributeRule())
            .field("limit", &RateLimitConfig::limit, limitHelp)
            .range(1, mostTokens)
            .unit("requests")
            .ratePer("per")
            .field("per", &RateLimitConfig::per, perHelp)
            .range(1s, longestPeriod)
            .field("burst", &RateLimitConfig::burst, burstHelp)
            .range(1, mostTokens)
            .unit("requests")
            .field("limits", &RateLimitConfig::limits,
                   "Several limits at once, instead of one written directly.", ruleRecord())
            .items(1, 8)
            .field("onMissingKey", &RateLimitConfig::onMissingKey,
                   "What to do with a request that lacks what is counted by.")
            .check(checkOneForm)
            .normalise(leaveOutDefaultBurst<RateLimitConfig>);
    return instance;
}

} // namespace postern
