#include "gateway/policies/request_id/request_id_policy.h"

#include "gateway/http/arena.h"
#include "gateway/http/request_head.h"
#include "gateway/http/response_head.h"
#include "gateway/policies/policy_config.h"
#include "gateway/policies/request_id/config.h"
#include "gateway/policy/request_id_generator.h"

#include <algorithm>

namespace postern {

namespace {

constexpr std::size_t longestId = 128;

struct RequestIdPlan
{
    std::string header;
    RequestIdConfig::Trust trust = RequestIdConfig::Trust::TrustedProxies;
};

/// What may stand in logs, headers and URLs without being quoted anywhere.
bool isUsableId(std::string_view id)
{
    return !id.empty() && id.size() <= longestId && std::all_of(id.begin(), id.end(), [](unsigned char c) {
        return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '-' ||
               c == '_' || c == '.' || c == ':' || c == '=' || c == '+' || c == '/';
    });
}

class RequestIdPolicy final : public Policy
{
public:
    explicit RequestIdPolicy(std::shared_ptr<const RequestIdPlan> plan) : m_plan(std::move(plan)) {}

    [[nodiscard]] Phases phases() const override { return Phase::Apply | Phase::ResponseHead; }
    void apply(PolicyContext& context) override
    {
        context.requestId = trustedId(context);
        if (context.requestId.empty()) {
            char* const room = context.arena->allocate(RequestIdGenerator::Size);
            m_generator.write(room, context.wall);
            context.requestId = {room, RequestIdGenerator::Size};
        }
        context.request->headers.set(m_plan->header, context.requestId);
    }
    void responseHead(PolicyContext& context) override
    {
        context.response->headers.set(m_plan->header, context.requestId);
    }

private:
    [[nodiscard]] std::string_view trustedId(const PolicyContext& context) const
    {
        const bool trusted = m_plan->trust == RequestIdConfig::Trust::Always ||
                             (m_plan->trust == RequestIdConfig::Trust::TrustedProxies && context.peerTrusted);
        if (!trusted || !context.withheld || context.withheld->count(m_plan->header) != 1)
            return {};
        const std::string_view id = context.withheld->value(m_plan->header);
        return isUsableId(id) ? id : std::string_view();
    }

    std::shared_ptr<const RequestIdPlan> m_plan;
    RequestIdGenerator m_generator;
};

class CompiledRequestId final : public CompiledPolicy
{
public:
    explicit CompiledRequestId(std::shared_ptr<const RequestIdPlan> plan) : m_plan(std::move(plan)) {}

    [[nodiscard]] std::unique_ptr<Policy> createForWorker() const override
    {
        return std::make_unique<RequestIdPolicy>(m_plan);
    }
    [[nodiscard]] std::vector<std::string> managedHeaders() const override { return {m_plan->header}; }

private:
    std::shared_ptr<const RequestIdPlan> m_plan;
};

} // namespace

Result<std::shared_ptr<const CompiledPolicy>> compileRequestId(const EffectivePolicy& policy,
                                                               const PolicyEnvironment&)
{
    const RequestIdConfig config = readConfig(requestIdRecord(), policy);
    return std::make_shared<CompiledRequestId>(
        std::make_shared<RequestIdPlan>(RequestIdPlan{config.header.toStdString(), config.trust}));
}

} // namespace postern
