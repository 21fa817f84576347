#include "app/demo/traffic/client_pool.h"

#include "app/demo/traffic/client_connection.h"

#include <algorithm>

namespace postern::demo {

ClientPool::ClientPool(const QString& host, quint16 port, int maxConnections, QObject* parent)
    : QObject(parent), m_host(host), m_port(port), m_maxConnections(static_cast<size_t>(maxConnections))
{}

bool ClientPool::send(const QByteArray& request, const Done& done)
{
    const auto idle = std::ranges::find_if(m_connections, &ClientConnection::isIdle);
    if (idle != m_connections.end()) {
        (*idle)->send(request, done);
        return true;
    }
    if (m_connections.size() >= m_maxConnections)
        return false;
    m_connections.push_back(new ClientConnection(m_host, m_port, this));
    m_connections.back()->send(request, done);
    return true;
}

} // namespace postern::demo
