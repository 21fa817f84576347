#include "models/fleet/policy_decisions.h"

#include "models/document/effective_document.h"
#include "models/prometheus/call.h"
#include "models/prometheus/client.h"
#include "models/prometheus/promql.h"

#include <algorithm>

namespace postern {
namespace {

/// One policy object and the routes it acts on: routes that inherit a policy share the object.
struct Placed
{
    EffectivePolicyPtr policy;
    QStringList routes;
};

std::vector<Placed> placedPolicies(const EffectiveDocument& document)
{
    std::vector<Placed> placed;
    for (const EffectiveRoute& route : document.routes) {
        for (const EffectivePolicyPtr& policy : route.policies) {
            const auto same = std::find_if(placed.begin(), placed.end(),
                                           [&policy](const Placed& one) { return one.policy == policy; });
            if (same != placed.end())
                same->routes.append(route.route.name);
            else
                placed.push_back({.policy = policy, .routes = {route.route.name}});
        }
    }
    return placed;
}

PolicyStatus described(const EffectivePolicy& policy)
{
    PolicyStatus status;
    status.name = policy.entry.name;
    status.type = policy.entry.type;
    status.mode = nameOf(policy.entry.mode);
    status.stage = static_cast<int>(policy.stage) + 1;
    status.stageName = nameOf(policy.stage);
    status.layer = policy.origin.document;
    status.file = policy.origin.place.file;
    status.line = policy.origin.place.line;
    status.revision = policy.origin.revision;
    return status;
}

DecisionCounts countsOf(const DecisionStats& stats, const PolicyStatus& status, const QStringList& routes)
{
    DecisionCounts sum;
    for (const QString& route : routes) {
        const DecisionCounts one =
            stats.counts.value({.route = route, .policy = status.name, .mode = status.mode});
        sum.allow += one.allow;
        sum.deny += one.deny;
        sum.error += one.error;
    }
    return sum;
}

} // namespace

QString decisionsQuery(const QString& api, std::chrono::seconds window)
{
    const QString decisions = promql::Selector(QStringLiteral("postern_policy_decisions_total"))
                                  .is(QStringLiteral("api"), api)
                                  .text();
    return promql::sumBy({QStringLiteral("route"), QStringLiteral("policy"), QStringLiteral("mode"),
                          QStringLiteral("decision")},
                         promql::increase(decisions, window));
}

DecisionStats decisionStats(const PrometheusAnswer& answer, std::chrono::seconds window, Clock::Wall at)
{
    DecisionStats stats;
    stats.window = window;
    stats.at = at;
    for (const PrometheusSeries& series : answer.series) {
        DecisionCounts& counts = stats.counts[{.route = series.labels.value(u"route"),
                                               .policy = series.labels.value(u"policy"),
                                               .mode = series.labels.value(u"mode")}];
        const QString decision = series.labels.value(u"decision");
        if (decision == QLatin1String("allow"))
            counts.allow += series.last();
        else if (decision == QLatin1String("deny"))
            counts.deny += series.last();
        else
            counts.error += series.last();
    }
    return stats;
}

std::vector<PolicyStatus> policyStatuses(const EffectiveDocument& document, const DecisionStats* stats)
{
    std::vector<PolicyStatus> statuses;
    const auto all = static_cast<qsizetype>(document.routes.size());
    for (const Placed& placed : placedPolicies(document)) {
        PolicyStatus status = described(*placed.policy);
        const bool everywhere = placed.routes.size() == all;
        status.route = everywhere ? QString() : placed.routes.join(QLatin1String(", "));
        if (stats) {
            // A policy may also decide on requests that match no route.
            QStringList counted = placed.routes;
            if (std::find(document.policies.begin(), document.policies.end(), placed.policy) !=
                document.policies.end())
                counted.append(QStringLiteral("-"));
            status.decisions = countsOf(*stats, status, counted);
            status.window = stats->window;
            status.at = stats->at;
        }
        statuses.push_back(std::move(status));
    }
    std::stable_sort(statuses.begin(), statuses.end(),
                     [](const PolicyStatus& a, const PolicyStatus& b) { return a.stage < b.stage; });
    return statuses;
}

PolicyDecisionsLoader::PolicyDecisionsLoader(PrometheusClient& prometheus, QObject* parent)
    : QObject(parent), m_prometheus(prometheus)
{}

void PolicyDecisionsLoader::load(const QString& api, std::chrono::seconds window)
{
    const std::pair asked(api, window);
    if (m_call && m_asked == asked)
        return;
    if (m_call)
        m_call->cancel();
    m_asked = asked;
    m_call = m_prometheus.query(
        decisionsQuery(api, window), std::nullopt, this,
        [this, api, window](const Result<PrometheusAnswer>& answer) {
            if (!answer) {
                Q_EMIT failed(answer.error());
                return;
            }
            const bool any = !answer->series.empty() && !answer->series.front().points.empty();
            Q_EMIT loaded(api, decisionStats(*answer, window,
                                             any ? answer->series.front().points.front().at : Clock::Wall()));
        });
}

} // namespace postern
