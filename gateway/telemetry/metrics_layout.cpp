#include "gateway/telemetry/metrics_layout.h"

#include "models/document/effective_document.h"

#include <algorithm>

namespace postern {

namespace {

std::vector<MetricsLayout::Policy> policiesOf(const std::vector<EffectivePolicyPtr>& policies)
{
    std::vector<MetricsLayout::Policy> result;
    result.reserve(policies.size());
    for (const EffectivePolicyPtr& policy : policies)
        result.push_back({policy->entry.name.toStdString(), policy->entry.type.toStdString(),
                          nameOf(policy->entry.mode).toStdString()});
    return result;
}

std::vector<std::string> methodsOf(const RouteMatch& match)
{
    std::vector<std::string> methods;
    for (const QString& method : match.methods)
        methods.push_back(method.toStdString());
    if (methods.empty())
        methods.emplace_back("GET");
    return methods;
}

std::vector<std::chrono::nanoseconds> boundsOf(const std::vector<Objective>& objectives)
{
    auto bounds = MetricsLayout::standardBounds();
    for (const Objective& objective : objectives)
        if (objective.type == ObjectiveType::Latency && objective.threshold)
            bounds.push_back(*objective.threshold);
    std::ranges::sort(bounds);
    bounds.erase(std::ranges::unique(bounds).begin(), bounds.end());
    return bounds;
}

} // namespace

std::shared_ptr<const MetricsLayout> MetricsLayout::of(const EffectiveDocument& document)
{
    auto layout = std::make_shared<MetricsLayout>();
    layout->api = document.id.toStdString();
    layout->hash = document.hash.toStdString();
    layout->revision = document.revision.toStdString();
    layout->bounds = boundsOf(document.api.spec.objectives);
    layout->unmatched.policies = policiesOf(document.policies);
    for (const EffectiveRoute& route : document.routes)
        layout->routes.push_back({route.route.name.toStdString(), policiesOf(route.policies),
                                  route.route.timeout != std::chrono::milliseconds::zero(),
                                  methodsOf(route.route.match)});
    for (const postern::Upstream& upstream : document.api.spec.upstreams)
        layout->upstreams.push_back({upstream.name.toStdString(), nullptr});
    for (const Listener& listener : document.api.spec.listeners)
        layout->listeners.push_back(listener.name.toStdString());
    for (const postern::GovernanceFinding& finding : document.governance)
        layout->governance.push_back({finding.baseline.toStdString(), finding.requirement.toStdString(),
                                      nameOf(finding.state).toStdString()});
    return layout;
}

} // namespace postern
