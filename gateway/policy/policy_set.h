#pragma once

#include "gateway/policy/policy_chain.h"
#include "gateway/policy/policy_registry.h"

#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

namespace postern {

struct EffectiveDocument;
struct EffectivePolicy;

/// The chains of every route for one worker. Owned by that worker; holds the policies' per-worker state.
class PolicyChains
{
public:
    /// By the route's position in the effective document.
    [[nodiscard]] const PolicyChain& route(std::size_t index) const { return m_chains[index]; }
    /// The API's own policies, for requests that match no route.
    [[nodiscard]] const PolicyChain& unmatched() const { return m_chains.back(); }

private:
    friend class PolicySet;
    std::vector<std::unique_ptr<Policy>> m_policies;
    std::vector<PolicyChain> m_chains;
};

/// All policies of one effective document, compiled. A policy of the API that acts on several routes is one
/// policy, with one state. Immutable; part of the proxy's snapshot, shared by all workers.
class PolicySet
{
public:
    /// Errors carry the place in the document. \a previous: the set in force, whose shared state is taken
    /// over where a policy of the same name, type and scope still wants it; may be null.
    static Result<std::shared_ptr<const PolicySet>>
    create(const EffectiveDocument& document, const PolicyRegistry& registry, const PolicySet* previous);

    /// Called on the worker's thread.
    [[nodiscard]] PolicyChains forWorker() const;

    /// The configuration is taken: see SharedState::inForce().
    void inForce(Clock::Steady now) const;

    /// Every request field that some enforced policy writes, as the policies spell it.
    [[nodiscard]] std::vector<std::string> managedHeaders() const;

private:
    struct Entry
    {
        QString scope; ///< the route's name, or empty for the API's; with name and type the policy's identity
        QString name;
        QString type;
        std::shared_ptr<const CompiledPolicy> policy;
        bool enforced = false; ///< by one route at least; else it changes nothing
    };
    struct Link
    {
        std::size_t entry;
        std::size_t index;
        bool enforced;
        std::string name;
        std::string type;
    };

    /// The entry for \a policy, compiled now if no route before brought it.
    Result<std::size_t> entryFor(const EffectivePolicy& policy, const QString& route, const QString& api,
                                 const PolicyRegistry& registry, const PolicySet* previous);
    Result<void> addChain(const std::vector<std::shared_ptr<const EffectivePolicy>>& policies,
                          const QString& route, const QString& api, const PolicyRegistry& registry,
                          const PolicySet* previous);

    std::vector<Entry> m_entries;
    std::unordered_map<const EffectivePolicy*, std::size_t> m_known; ///< while being created
    std::vector<std::vector<Link>> m_chains; ///< the routes', then that of requests that match none
};

} // namespace postern
