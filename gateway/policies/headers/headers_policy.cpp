#include "gateway/policies/headers/headers_policy.h"

#include "gateway/http/managed_headers.h"
#include "gateway/http/request_head.h"
#include "gateway/http/response_head.h"
#include "gateway/policies/headers/config.h"
#include "gateway/policies/headers/value_template.h"
#include "gateway/policies/policy_config.h"

#include <algorithm>

namespace postern {

namespace {

/// HeaderChanges, compiled.
struct FieldPlan
{
    std::vector<std::string> remove;
    std::vector<std::pair<std::string, ValueTemplate>> set;
    std::vector<std::pair<std::string, ValueTemplate>> add;

    [[nodiscard]] bool isEmpty() const { return remove.empty() && set.empty() && add.empty(); }
    void removeFrom(Headers& headers) const;
    void removeLookAlikesFrom(Headers& headers) const;
    void writeTo(Headers& headers, PolicyContext& context) const;
};

void FieldPlan::removeFrom(Headers& headers) const
{
    for (const std::string& name : remove)
        headers.remove(name);
}

void FieldPlan::removeLookAlikesFrom(Headers& headers) const
{
    if (remove.empty())
        return;
    headers.removeIf([this](const Header& field) {
        return std::ranges::any_of(
            remove, [&field](const std::string& name) { return areLookAlikes(field.name, name); });
    });
}

void FieldPlan::writeTo(Headers& headers, PolicyContext& context) const
{
    for (const auto& [name, value] : set) {
        // Without a value the field is not there: what came under its name is not ours to vouch for.
        if (const auto text = value.of(context))
            headers.set(name, *text);
        else
            headers.remove(name);
    }
    for (const auto& [name, value] : add)
        if (const auto text = value.of(context))
            headers.add(name, *text);
}

struct HeadersPlan
{
    FieldPlan request;
    FieldPlan response;
};

class HeadersPolicy final : public Policy
{
public:
    explicit HeadersPolicy(std::shared_ptr<const HeadersPlan> plan) : m_plan(std::move(plan)) {}

    [[nodiscard]] Phases phases() const override
    {
        Phases phases;
        phases.setFlag(Phase::Apply, !m_plan->request.isEmpty());
        phases.setFlag(Phase::RequestTrailers, !m_plan->request.remove.empty());
        phases.setFlag(Phase::ResponseHead, !m_plan->response.isEmpty());
        return phases;
    }
    void apply(PolicyContext& context) override
    {
        // What a client sends, it also chooses how to spell.
        m_plan->request.removeLookAlikesFrom(context.request->headers);
        m_plan->request.writeTo(context.request->headers, context);
    }
    void requestTrailers(Headers& trailers) override { m_plan->request.removeLookAlikesFrom(trailers); }
    void responseHead(PolicyContext& context) override
    {
        m_plan->response.removeFrom(context.response->headers);
        m_plan->response.writeTo(context.response->headers, context);
    }

private:
    std::shared_ptr<const HeadersPlan> m_plan;
};

class CompiledHeaders final : public CompiledPolicy
{
public:
    explicit CompiledHeaders(std::shared_ptr<const HeadersPlan> plan) : m_plan(std::move(plan)) {}

    [[nodiscard]] std::unique_ptr<Policy> createForWorker() const override
    {
        return std::make_unique<HeadersPolicy>(m_plan);
    }
    /// Not what is removed: other policies may read that (a token, say), and other routes keep it.
    [[nodiscard]] std::vector<std::string> managedHeaders() const override
    {
        std::vector<std::string> names;
        for (const auto* list : {&m_plan->request.set, &m_plan->request.add})
            for (const auto& [name, value] : *list)
                names.push_back(name);
        return names;
    }

private:
    std::shared_ptr<const HeadersPlan> m_plan;
};

Result<FieldPlan> compileFields(const HeaderChanges& changes)
{
    FieldPlan plan;
    for (const QString& name : changes.remove)
        plan.remove.push_back(name.toStdString());
    for (const auto& [from, to] : {std::pair(&changes.set, &plan.set), std::pair(&changes.add, &plan.add)}) {
        for (const auto& [name, text] : *from) {
            auto value = ValueTemplate::parse(text);
            if (!value)
                return failure(value.error());
            to->emplace_back(name.toStdString(), std::move(*value));
        }
    }
    return plan;
}

} // namespace

Result<std::shared_ptr<const CompiledPolicy>> compileHeaders(const EffectivePolicy& policy,
                                                             const PolicyEnvironment&)
{
    const HeadersConfig config = readConfig(headersRecord(), policy);
    auto plan = std::make_shared<HeadersPlan>();
    auto request = compileFields(config.request);
    if (!request)
        return failure(inPolicy(policy, QStringLiteral("request"), request.error().message));
    auto response = compileFields(config.response);
    if (!response)
        return failure(inPolicy(policy, QStringLiteral("response"), response.error().message));
    plan->request = std::move(*request);
    plan->response = std::move(*response);
    return std::make_shared<CompiledHeaders>(std::move(plan));
}

} // namespace postern
