// UpstreamPool's endpoints: how they come and go.
#include "gateway/upstream/upstream_pool.h"

#include <algorithm>

namespace postern {

void UpstreamPool::follow(std::shared_ptr<UpstreamDirectory> directory)
{
    if (directory == m_directory)
        return;
    m_directory = std::move(directory);
    m_detector.follow(m_directory);
    m_version = 0;
    refresh();
}

void UpstreamPool::refresh()
{
    // The version first: a change in between is seen once too often, not never.
    const std::uint64_t version = m_directory->version();
    if (std::exchange(m_version, version) != version)
        replaceEndpoints(m_directory->entries());
}

void UpstreamPool::replaceEndpoints(const UpstreamDirectory::Entries& entries)
{
    m_chooser.forget();
    EndpointChooser::Endpoints before = std::move(m_endpoints);
    m_endpoints.clear();
    m_endpoints.reserve(entries.size());
    for (const UpstreamDirectory::Entry& entry : entries) {
        const auto stays = std::find_if(before.begin(), before.end(), [&entry](const auto& one) {
            return one && one->settings().address == entry.settings.address;
        });
        if (stays == before.end()) {
            m_endpoints.push_back(
                std::make_unique<UpstreamEndpoint>(entry.settings, entry.health, m_detector, m_nextId++));
            continue;
        }
        (*stays)->m_settings.weight = entry.settings.weight;
        (*stays)->m_settings.priority = entry.settings.priority;
        (*stays)->m_health = entry.health;
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
