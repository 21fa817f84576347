#include "models/document/merge.h"

#include "models/document/named_files.h"
#include "models/document/policy_checks.h"
#include "models/schema/document_path.h"

#include <algorithm>

namespace postern {

using namespace Qt::StringLiterals;

namespace {

using Policies = std::vector<EffectivePolicyPtr>;

auto findByName(Policies& policies, const QString& name)
{
    return std::find_if(policies.begin(), policies.end(),
                        [&](const EffectivePolicyPtr& policy) { return policy->entry.name == name; });
}

/// One merge.
class Merger
{
public:
    Merger(const Loaded<ApiGateway>& api, const PolicyCatalogue& catalogue)
        : m_api(api), m_catalogue(catalogue)
    {}

    MergedPolicies run(const std::vector<const Loaded<GatewayBaseline>*>& baselines)
    {
        for (const auto* baseline : baselines)
            addBaseline(*baseline);
        const Policies own = ownPolicies();
        m_merged.api = combine(own);
        for (const Route& route : m_api.document.spec.routes)
            m_merged.routes.push_back(combine(withRoute(own, route)));
        return std::move(m_merged);
    }

private:
    template<typename D>
    EffectivePolicyPtr make(const PolicyEntry& entry, Origin::Layer layer, const QString& document,
                            const Loaded<D>& loaded);
    void addBaseline(const Loaded<GatewayBaseline>& baseline);
    Policies ownPolicies();
    Policies withRoute(const Policies& own, const Route& route);
    Policies combine(const Policies& own) const;
    bool mayStand(const PolicyEntry& entry);
    void error(const QString& rule, const Place& place, QStringView field, const QString& found,
               const QString& expected);

    const Loaded<ApiGateway>& m_api;
    const PolicyCatalogue& m_catalogue;
    Policies m_baseline;
    MergedPolicies m_merged;
};

void Merger::error(const QString& rule, const Place& place, QStringView field, const QString& found,
                   const QString& expected)
{
    Place at = place;
    at.path = pathTo(place.path, field);
    m_merged.findings.push_back({Finding::Severity::Error, rule, at, found, expected});
}

template<typename D>
EffectivePolicyPtr Merger::make(const PolicyEntry& entry, Origin::Layer layer, const QString& document,
                                const Loaded<D>& loaded)
{
    auto policy = std::make_shared<EffectivePolicy>();
    policy->entry = entry;
    policy->origin = {layer, document, entry.place, loaded.document.metadata.revision()};
    const PolicyTypeDescription* type = m_catalogue.find(entry.type);
    if (!type || !type->config)
        return policy; // only of documents that are not usable
    policy->stage = type->stage;
    Findings ignored; // the document is usable: its loading found none
    policy->config = normalisedConfig(entry, *type->config, {}, ignored);
    (void)mapFiles(*type->config, policy->config, {}, [&](const QString& path, const QString&) {
        const auto file = std::find_if(loaded.files.begin(), loaded.files.end(),
                                       [&](const NamedFile& named) { return named.path == path; });
        if (file != loaded.files.end())
            policy->files.push_back(*file);
        return path;
    });
    return policy;
}

void Merger::addBaseline(const Loaded<GatewayBaseline>& baseline)
{
    const QString& name = baseline.document.metadata.name;
    for (const PolicyEntry& entry : baseline.document.spec.policies) {
        if (const auto other = findByName(m_baseline, entry.name); other != m_baseline.end())
            error(u"duplicate-baseline-policy"_s, entry.place, u"name", quoted(entry.name),
                  u"a name of its own: the baseline %1 brings this one to %2 too"_s.arg(
                      (*other)->origin.document, m_api.document.id()));
        else
            m_baseline.push_back(make(entry, Origin::Layer::Baseline, name, baseline));
    }
}

/// Whether the document may have a policy of this name; reports why not.
bool Merger::mayStand(const PolicyEntry& entry)
{
    const auto at = findByName(m_baseline, entry.name);
    if (at == m_baseline.end())
        return true;
    const EffectivePolicy& baseline = **at;
    if (baseline.entry.override == Override::Locked) {
        error(u"locked-policy"_s, entry.place, u"name", quoted(entry.name),
              u"another name: the baseline %1 locks this policy"_s.arg(baseline.origin.document));
        return false;
    }
    if (baseline.entry.type != entry.type) {
        error(u"policy-type-conflict"_s, entry.place, u"type", entry.type,
              u"%1, as the policy %2 has in the baseline %3, or another name"_s.arg(
                  baseline.entry.type, entry.name, baseline.origin.document));
        return false;
    }
    return true;
}

Policies Merger::ownPolicies()
{
    Policies own;
    for (const PolicyEntry& entry : m_api.document.spec.policies)
        if (mayStand(entry))
            own.push_back(make(entry, Origin::Layer::Api, m_api.document.id(), m_api));
    return own;
}

Policies Merger::withRoute(const Policies& own, const Route& route)
{
    Policies result = own;
    for (const PolicyEntry& entry : route.policies) {
        if (!mayStand(entry))
            continue;
        auto policy = make(entry, Origin::Layer::Route, m_api.document.id(), m_api);
        if (const auto replaced = findByName(result, entry.name); replaced != result.end())
            *replaced = std::move(policy);
        else
            result.push_back(std::move(policy));
    }
    return result;
}

Policies Merger::combine(const Policies& own) const
{
    Policies all;
    Policies document = own;
    for (const EffectivePolicyPtr& policy : m_baseline)
        if (findByName(document, policy->entry.name) == document.end())
            all.push_back(policy);
    all.insert(all.end(), document.begin(), document.end());
    std::stable_sort(all.begin(), all.end(), [](const EffectivePolicyPtr& a, const EffectivePolicyPtr& b) {
        return a->stage < b->stage;
    });
    return all;
}

} // namespace

MergedPolicies mergePolicies(const Loaded<ApiGateway>& api,
                             const std::vector<const Loaded<GatewayBaseline>*>& baselines,
                             const PolicyCatalogue& catalogue)
{
    return Merger(api, catalogue).run(baselines);
}

} // namespace postern
