#include "gateway/policy/policy_set.h"

#include "models/document/effective_document.h"

#include <algorithm>

namespace postern {

Result<std::shared_ptr<const PolicySet>> PolicySet::create(const EffectiveDocument& document,
                                                           const PolicyRegistry& registry,
                                                           const PolicySet* previous)
{
    auto set = std::make_shared<PolicySet>();
    for (const EffectiveRoute& route : document.routes)
        if (auto added = set->addChain(route.policies, route.route.name, document.id, registry, previous);
            !added)
            return failure(added.error());
    if (auto added = set->addChain(document.policies, QString(), document.id, registry, previous); !added)
        return failure(added.error());
    set->m_known.clear();
    return set;
}

Result<void> PolicySet::addChain(const std::vector<EffectivePolicyPtr>& policies, const QString& route,
                                 const QString& api, const PolicyRegistry& registry,
                                 const PolicySet* previous)
{
    std::vector<Link>& links = m_chains.emplace_back();
    for (std::size_t i = 0; i < policies.size(); ++i) {
        const PolicyEntry& entry = policies[i]->entry;
        if (entry.mode == Mode::Off)
            continue;
        const auto known = entryFor(*policies[i], route, api, registry, previous);
        if (!known)
            return failure(known.error());
        m_entries[*known].enforced |= entry.mode == Mode::Enforce;
        links.push_back(
            {*known, i, entry.mode == Mode::Enforce, entry.name.toStdString(), entry.type.toStdString()});
    }
    return {};
}

Result<std::size_t> PolicySet::entryFor(const EffectivePolicy& policy, const QString& route,
                                        const QString& api, const PolicyRegistry& registry,
                                        const PolicySet* previous)
{
    // Routes that inherit a policy hold the same object, so it is one policy with one state.
    if (const auto known = m_known.find(&policy); known != m_known.end())
        return known->second;
    Entry entry{policy.origin.layer == Origin::Layer::Route ? route : QString(), policy.entry.name,
                policy.entry.type, nullptr, false};
    PolicyEnvironment environment{api, nullptr};
    if (previous) {
        const auto old =
            std::find_if(previous->m_entries.begin(), previous->m_entries.end(), [&](const Entry& other) {
                return other.scope == entry.scope && other.name == entry.name && other.type == entry.type;
            });
        if (old != previous->m_entries.end())
            environment.previous = old->policy->sharedState();
    }
    auto compiled = registry.compile(policy, environment);
    if (!compiled)
        return failure(compiled.error());
    entry.policy = std::move(*compiled);
    m_entries.push_back(std::move(entry));
    m_known.emplace(&policy, m_entries.size() - 1);
    return m_entries.size() - 1;
}

PolicyChains PolicySet::forWorker() const
{
    PolicyChains chains;
    for (const Entry& entry : m_entries)
        chains.m_policies.push_back(entry.policy->createForWorker());
    for (const auto& links : m_chains) {
        std::vector<ChainLink> chain;
        for (const Link& link : links)
            chain.push_back(
                {chains.m_policies[link.entry].get(), link.enforced, link.name, link.type, link.index});
        chains.m_chains.emplace_back(std::move(chain));
    }
    return chains;
}

std::vector<std::string> PolicySet::managedHeaders() const
{
    std::vector<std::string> names;
    for (const Entry& entry : m_entries) {
        if (!entry.enforced)
            continue;
        for (std::string& name : entry.policy->managedHeaders())
            names.push_back(std::move(name));
    }
    return names;
}

void PolicySet::inForce(Clock::Steady now) const
{
    for (const Entry& entry : m_entries)
        if (const auto state = entry.policy->sharedState())
            state->inForce(now);
}

} // namespace postern
