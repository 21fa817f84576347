#pragma once

#include "gateway/policy/policy.h"

#include <string>
#include <vector>

namespace postern {

/// One policy's place in a route's chain.
struct ChainLink
{
    Policy* policy = nullptr;
    bool enforced = true; ///< false: shadow
    std::string name;
    std::string type;
    /// The policy's position among the route's effective policies, `off` ones counted; what metrics are
    /// indexed by.
    std::size_t index = 0;
};

/// A route's policies on one worker, in order of execution; lists per phase, so that a phase nobody takes
/// part in costs one comparison. Owned by the worker's PolicyChains.
class PolicyChain
{
public:
    PolicyChain() = default;
    explicit PolicyChain(std::vector<ChainLink> links);

    [[nodiscard]] const std::vector<ChainLink>& links() const { return m_links; }
    [[nodiscard]] const std::vector<std::size_t>& bodyLinks() const { return m_body; }
    /// Last to first: responses come back through the chain.
    [[nodiscard]] const std::vector<std::size_t>& responseLinks() const { return m_response; }
    [[nodiscard]] bool wantsRequestBody() const { return !m_body.empty(); }

private:
    std::vector<ChainLink> m_links;
    std::vector<std::size_t> m_body;
    std::vector<std::size_t> m_response;
};

} // namespace postern
