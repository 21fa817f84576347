#include "gateway/policy/policy_chain.h"

namespace postern {

PolicyChain::PolicyChain(std::vector<ChainLink> links) : m_links(std::move(links))
{
    for (std::size_t i = 0; i < m_links.size(); ++i) {
        const ChainLink& link = m_links[i];
        if (link.policy->phases().testFlag(Policy::Phase::RequestBody))
            m_body.push_back(i);
        if (link.enforced && link.policy->phases().testFlag(Policy::Phase::ResponseHead))
            m_response.insert(m_response.begin(), i);
    }
}

} // namespace postern
