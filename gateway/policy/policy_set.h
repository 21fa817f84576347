#pragma once

#include "gateway/policy/policy_chain.h"
#include "gateway/policy/policy_registry.h"

#include <memory>
#include <string>
#include <vector>

namespace postern {

struct EffectiveDocument;

/// The chains of every route for one worker. Owned by that worker; holds the policies' per-worker state.
class PolicyChains {
public:
    /// By the route's position in the effective document.
    [[nodiscard]] const PolicyChain& route(std::size_t index) const { return m_chains[index]; }

private:
    friend class PolicySet;
    std::vector<std::unique_ptr<Policy>> m_policies;
    std::vector<PolicyChain> m_chains;
};

/// All policies of one effective document, compiled. A policy of the API that acts on several routes is one
/// policy, with one state. Immutable; part of the proxy's snapshot, shared by all workers.
class PolicySet {
public:
    /// Errors carry the place in the document. \a previous: the set in force, whose shared state is taken over
    /// where a policy of the same name, type and scope still wants it; may be null.
    static Result<std::shared_ptr<const PolicySet>> create(const EffectiveDocument& document,
                                                           const PolicyRegistry& registry,
                                                           const PolicyEnvironment& environment,
                                                           const PolicySet* previous);

    /// Called on the worker's thread.
    [[nodiscard]] PolicyChains forWorker() const;

    /// Every request field that some policy writes, as the policies spell it.
    [[nodiscard]] std::vector<std::string> managedHeaders() const;

private:
    struct Entry {
        QString key; ///< scope and name
        QString type;
        std::shared_ptr<const CompiledPolicy> policy;
    };
    struct Link {
        std::size_t entry;
        std::size_t index;
        bool enforced;
        std::string name;
        std::string type;
    };

    std::vector<Entry> m_entries;
    std::vector<std::vector<Link>> m_routes;
};

} // namespace postern
