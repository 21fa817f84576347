// UpstreamPool's endpoints: how they come and go.
#include "gateway/upstream/upstream_pool.h"

#include <algorithm>

namespace postern {

void UpstreamPool::replaceEndpoints(const std::vector<UpstreamSettings::Endpoint>& endpoints)
{
    EndpointChooser::Endpoints before = std::move(m_endpoints);
    m_endpoints.clear();
    m_endpoints.reserve(endpoints.size());
    for (const UpstreamSettings::Endpoint& settings : endpoints) {
        const auto stays = std::find_if(before.begin(), before.end(), [&settings](const auto& one) {
            return one && one->settings().address == settings.address;
        });
        if (stays == before.end()) {
            m_endpoints.push_back(std::make_unique<UpstreamEndpoint>(settings, m_nextId++));
            continue;
        }
        (*stays)->m_settings.weight = settings.weight;
        m_endpoints.push_back(std::move(*stays));
    }
    for (auto& endpoint : before) {
        if (!endpoint)
            continue;
        m_left.push_back(std::move(endpoint));
        leave(*m_left.back());
    }
    serveWaitingSoon();
}

void UpstreamPool::leave(UpstreamEndpoint& endpoint)
{
    endpoint.m_leaving = true;
    for (Waiting& who : m_waiting) {
        if (who.at == &endpoint)
            who.at = nullptr;
    }
    // Backwards: a connection that ends is replaced by the last one.
    for (std::size_t i = m_connections.size(); i-- > 0;) {
        UpstreamConnection& connection = *m_connections[i];
        if (&connection.m_endpoint != &endpoint)
            continue;
        if (!connection.m_user)
            end(connection); // idle, or being made for nobody
        else if (connection.m_wish.lending == Lending::Shared)
            connection.leaveSoon();
    }
}

} // namespace postern
