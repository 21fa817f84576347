#include "gateway/policies/request_size/request_size_policy.h"

#include "gateway/http/request_head.h"
#include "gateway/policies/policy_config.h"
#include "gateway/policies/request_size/config.h"

namespace postern {

namespace {

struct RequestSizePlan
{
    std::string policyName;
    std::uint64_t maxBody = 0;
};

class RequestSizePolicy final : public Policy
{
public:
    explicit RequestSizePolicy(std::shared_ptr<const RequestSizePlan> plan) : m_plan(std::move(plan)) {}

    [[nodiscard]] Phases phases() const override { return Phase::Decide | Phase::RequestBody; }
    Decision decide(PolicyContext& context) override
    {
        const RequestHead& head = *context.request;
        return judge(head.framing == BodyFraming::Length ? head.contentLength : 0);
    }
    Decision requestBody(PolicyContext& context, std::span<const char>, bool) override
    {
        return judge(context.requestBodyBytes);
    }

private:
    [[nodiscard]] Decision judge(std::uint64_t bytes) const
    {
        if (bytes <= m_plan->maxBody)
            return Decision::allow();
        Problem problem;
        problem.status = 413;
        problem.reason = "body-too-large";
        problem.detail = "The body is larger than " + std::to_string(m_plan->maxBody) + " bytes.";
        problem.policy = m_plan->policyName;
        return Decision::deny(std::move(problem));
    }

    std::shared_ptr<const RequestSizePlan> m_plan;
};

class CompiledRequestSize final : public CompiledPolicy
{
public:
    explicit CompiledRequestSize(std::shared_ptr<const RequestSizePlan> plan) : m_plan(std::move(plan)) {}

    [[nodiscard]] std::unique_ptr<Policy> createForWorker() const override
    {
        return std::make_unique<RequestSizePolicy>(m_plan);
    }

private:
    std::shared_ptr<const RequestSizePlan> m_plan;
};

} // namespace

Result<std::shared_ptr<const CompiledPolicy>> compileRequestSize(const EffectivePolicy& policy,
                                                                 const PolicyEnvironment&)
{
    const RequestSizeConfig config = readConfig(requestSizeRecord(), policy);
    return std::make_shared<CompiledRequestSize>(std::make_shared<RequestSizePlan>(
        RequestSizePlan{policy.entry.name.toStdString(), config.maxBody.count}));
}

} // namespace postern
